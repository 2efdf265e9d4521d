//! A rehearsal proves something for a while only: boxes that rest on one are judged again as it
//! grows old, also where nobody acts.

use domain::{ids::DeploymentId, runbook::MachineRule, watch::WatchState, who::Who};
use store::{deployments, items};

use super::{decide, judge_item};
use crate::{Engine, Refusal, audit::entry, background::OpenWatches};

impl Engine {
    /// Judges the boxes of open watches again that rest on a rehearsal; answers how many runs that
    /// changed.
    ///
    /// # Errors
    /// Trouble with the database.
    pub async fn review_rehearsals(&self) -> Result<usize, Refusal> {
        let (mut reviewed, mut watches) = (0, OpenWatches::default());
        while let Some(open) = watches.next(self).await? {
            reviewed += self.review(open.into_iter().map(|open| open.id).collect()).await?;
        }
        Ok(reviewed)
    }

    async fn review(&self, open: Vec<DeploymentId>) -> Result<usize, Refusal> {
        let now = self.now();
        let mut reviewed = 0;
        for id in open {
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
                reviewed += 1;
            }
        }
        Ok(reviewed)
    }
}
