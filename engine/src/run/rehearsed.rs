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
            let changed = self
                .write(move |tx| {
                    Box::pin(async move {
                        let found = deployments::by_id(tx, id).await?;
                        let Some(open) = found.filter(|one| one.state == WatchState::Watching)
                        else {
                            return Ok(false);
                        };
                        let mut gate = false;
                        for mut item in items::of_deployment(tx, id).await? {
                            if item.machine_rule != Some(MachineRule::RollbackRehearsed) {
                                continue;
                            }
                            let turn = judge_item(tx, &open, &mut item, now).await?;
                            gate |= turn.gate;
                            if !turn.turned {
                                // Only its sentence grew a day older.
                                continue;
                            }
                            entry(&Who::System("watch"), now, "item.machine", "item", &item.key)
                                .deployment(id)
                                .says(format!("{}: {}", item.title, item.reason))
                                .with("state", item.state.as_str())
                                .record(tx);
                        }
                        if gate {
                            decide(tx, &open).await?;
                        }
                        Ok(gate)
                    })
                })
                .await?;
            if changed {
                self.changed(id);
            }
        }
        Ok(())
    }
}
