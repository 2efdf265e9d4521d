//! A rehearsal proves something for a while only: boxes that rest on one are judged again as it
//! grows old, also where nobody acts.

use domain::{runbook::MachineRule, watch::WatchState, who::Who};
use store::{
    deployments::{self, DeploymentFilter},
    items,
    page::Page,
};

use super::{decide, judge_item};
use crate::{Engine, Refusal, audit::entry};

/// The most open watches looked at in a round.
const AT_MOST: i64 = 1_000;

impl Engine {
    /// Judges the boxes of open watches again that rest on a rehearsal.
    ///
    /// # Errors
    /// Trouble with the database.
    pub(crate) async fn rejudge_rehearsals(&self) -> Result<(), Refusal> {
        let filter =
            DeploymentFilter { state: Some(WatchState::Watching), ..DeploymentFilter::default() };
        let open =
            deployments::list(&mut self.read().await?, &filter, Page::first(AT_MOST)).await?;
        let now = self.now();
        for id in open.into_iter().map(|open| open.id) {
            let turned = self
                .write(move |tx| {
                    Box::pin(async move {
                        let found = deployments::by_id(tx, id).await?;
                        let Some(open) = found.filter(|one| one.state == WatchState::Watching)
                        else {
                            return Ok(false);
                        };
                        let mut turned = false;
                        for mut item in items::of_deployment(tx, id).await? {
                            if item.machine_rule != Some(MachineRule::RollbackRehearsed)
                                || !judge_item(tx, &open, &mut item, now).await?.gate
                            {
                                continue;
                            }
                            turned = true;
                            entry(&Who::System("watch"), now, "item.machine", "item", &item.key)
                                .deployment(id)
                                .says(format!("{}: {}", item.title, item.reason))
                                .with("state", item.state.as_str())
                                .record(tx);
                        }
                        if turned {
                            decide(tx, &open).await?;
                        }
                        Ok(turned)
                    })
                })
                .await?;
            if turned {
                self.changed(id);
            }
        }
        Ok(())
    }
}
