//! Runs whose runbook asks for nobody's sign-off: a duty's closes with its last box, a deployment's
//! when its gate passes and its watch has run its time.

use chrono::{DateTime, Utc};
use domain::{
    actor::Actor, event::Event, gate::GateAnswer, run::Run, verdict::Verdict, watch::WatchState,
};
use store::{StoreError, Tx, runs};

use super::{Runs, evaluate_all};
use crate::{Error, audit::entry};

/// How many open runs are looked at at a time.
const PAGE: i64 = 500;

/// Closes a run that nobody has to sign, where it is time; answers whether it did.
pub(super) async fn close_unsigned(
    tx: &mut Tx,
    run: &Run,
    gate: &GateAnswer,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let open = run.state == WatchState::Watching && !run.suspended;
    if !open || gate.verdict != Verdict::Passed || !run.needs_no_signature(now) {
        return Ok(false);
    }
    // What was taken back for what fails beside its boxes takes a person to close again.
    if run.revoked.is_some() && !gate.failing_beside.is_empty() {
        return Ok(false);
    }
    runs::close(tx, run.id, WatchState::SignedOff, now).await?;
    let kind = run.subject.as_str();
    entry(&Actor::System("gate"), now, &format!("{kind}.close"), kind, run.id)
        .run(run.id)
        .says("closed: every required box is closed, and the runbook asks for no sign-off")
        .record(tx);
    tx.publish(Event::run_changed(run.id));
    Ok(true)
}

impl Runs<'_> {
    /// Closes the runs that nobody has to sign and whose watch has run its time. Answers how many
    /// that were.
    ///
    /// # Errors
    /// Trouble with the database.
    pub async fn close_unsigned(self) -> Result<usize, Error> {
        let now = self.0.now();
        let mut after = None;
        let mut closed = 0;
        loop {
            let page = runs::open_after(&mut self.0.read().await?, after, PAGE).await?;
            let Some(last) = page.last() else { break };
            after = Some(last.id);
            let passed = |run: &Run| run.verdict == Verdict::Passed && run.needs_no_signature(now);
            for id in page.iter().filter(|run| passed(run)).map(|run| run.id).collect::<Vec<_>>() {
                let act = self.0.write(move |tx| {
                    Box::pin(async move {
                        let Some(run) = tx.run(id).await? else { return Ok(false) };
                        // Evidence may have gone meanwhile; this closes it where it has not.
                        evaluate_all(tx, &run, now).await?;
                        let now = runs::by_id(tx, id).await?;
                        Ok::<_, Error>(now.is_some_and(|run| run.state == WatchState::SignedOff))
                    })
                });
                closed += usize::from(act.await?);
            }
        }
        if closed > 0 {
            self.0.reschedule();
        }
        Ok(closed)
    }
}
