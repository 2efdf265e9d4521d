//! A rehearsal proves something for a while only: items that rest on one are evaluated again as it
//! grows old, also where nobody acts.

use chrono::{DateTime, Utc};
use domain::{event::Event, ids::RunId, runbook::MachineRule, watch::WatchState};
use store::{
    Tx,
    runs::{self, items},
};

use super::{Runs, evaluate::evaluate_item, find::WATCH, update_verdict};
use crate::{Error, audit::entry};

/// How many open runs are read at a time.
const PAGE: i64 = 500;

impl Runs<'_> {
    /// Evaluates the items of open runs again that rest on a rehearsal; answers how many runs that
    /// changed.
    ///
    /// # Errors
    /// Trouble with the database.
    pub async fn review_rehearsals(self) -> Result<usize, Error> {
        let now = self.0.now();
        let (mut after, mut changed) = (None, 0);
        while !self.0.stopping().is_cancelled() {
            let page = runs::open_after(&mut self.0.read().await?, after, PAGE).await?;
            let Some(last) = page.last() else { break };
            after = Some(last.id);
            for id in page.iter().filter(|run| !run.suspended).map(|run| run.id) {
                let act =
                    self.0.write(move |tx| Box::pin(async move { review(tx, id, now).await }));
                changed += usize::from(act.await?);
            }
        }
        Ok(changed)
    }
}

/// Answers whether the gate may say something else now.
async fn review(tx: &mut Tx, id: RunId, now: DateTime<Utc>) -> Result<bool, Error> {
    let found = tx.run(id).await?;
    let Some(run) = found.filter(|run| run.state == WatchState::Watching) else { return Ok(false) };
    let mut gate = false;
    for mut item in items::of_run(tx, id).await? {
        if item.machine_rule != Some(MachineRule::RollbackRehearsed) {
            continue;
        }
        let change = evaluate_item(tx, &run, &mut item, now).await?;
        gate |= change.gate;
        if !change.changed {
            // Only its sentence grew a day older.
            continue;
        }
        entry(&WATCH, now, "item.machine", "item", &item.key)
            .run(id)
            .says(format!("{}: {}", item.title, item.reason))
            .with("state", item.state.as_str())
            .record(tx);
    }
    if gate {
        update_verdict(tx, &run, now).await?;
        tx.publish(Event::run_changed(id));
    }
    Ok(gate)
}
