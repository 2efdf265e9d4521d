//! Waiving a box of a duty, until its run is due.

use chrono::Duration;
use domain::{
    acts::{ItemAct, may},
    ids::DutyRunId,
    validate,
    watch::WatchState,
    who::Who,
};
use store::{duties::Waived, heartbeats};

use super::{
    find,
    judge::{settle, weigh},
};
use crate::{Engine, Refusal, audit::entry, error::Faults};

/// How long a waiver lasts in a run that is due already, in days.
const LATE_D: i64 = 7;

impl Engine {
    /// Waives a box of a duty's run until the run is due, or for a week where it is already.
    ///
    /// # Errors
    /// Where the rules forbid it, the reason is missing, or the box is closed already.
    pub async fn waive_on_duty(
        &self,
        who: &Who,
        id: DutyRunId,
        key: &str,
        reason: &str,
    ) -> Result<(), Refusal> {
        let mut faults = Faults::default();
        faults.note("/reason", validate::line(reason, 500));
        faults.into_result()?;
        let (who, key, now) = (who.clone(), key.to_owned(), self.now());
        let reason = reason.trim().to_owned();
        self.write(move |tx| {
            Box::pin(async move {
                let (duty, run, mut item) = find(tx, id, &key).await?;
                may(ItemAct::Waive, &key, item.actor, WatchState::Watching, &who)?;
                let beating =
                    heartbeats::of_environment(tx, duty.service_id, &duty.environment).await?;
                weigh(&mut item, &run, &beating, now);
                if item.state.is_closed() {
                    return Err(Refusal::conflict(format!(
                        "`{key}` is {} already, so there is nothing to waive.",
                        item.state.label().to_lowercase()
                    )));
                }
                let late = now + Duration::days(LATE_D);
                let until = if run.due_at > now { run.due_at } else { late };
                let (by, because) = (who.name().to_owned(), reason.clone());
                item.waived = Some(Waived { by, because, until });
                settle(tx, &duty, &run, &mut item, now).await?;
                entry(&who, now, "item.waive", "duty_item", &key)
                    .run(id)
                    .says(format!("waived {}: {reason}", item.title))
                    .with("until", until.to_rfc3339())
                    .record(tx);
                Ok(())
            })
        })
        .await?;
        self.publish(domain::event::Event::changed());
        Ok(())
    }
}
