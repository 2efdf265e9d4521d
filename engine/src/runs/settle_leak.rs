//! Saying what was rotated after a leak was closed.

use chrono::{DateTime, Utc};
use domain::{
    actor::Actor,
    event::Event,
    item_permissions::{ItemAct, authorize_item},
    validate,
};
use store::{Tx, leaks};

use super::{
    RunRef, Runs, checks_now, evaluate::evaluate_item, find::find_item, sources::unsettled_leak,
    update_verdict,
};
use crate::{Error, audit::entry, error::ValidationErrors, people::as_now};

impl Runs<'_> {
    /// Takes a person's word on what was rotated after the leaks of an item were closed.
    ///
    /// # Errors
    /// Where they may not, the note is at fault, or no closed leak waits there.
    pub async fn settle_leak(
        self,
        actor: &Actor,
        at: impl Into<RunRef>,
        key: &str,
        note: &str,
    ) -> Result<(), Error> {
        let (actor, at, key) = (actor.clone(), at.into(), key.to_owned());
        let (note, now) = (note.to_owned(), self.0.now());
        self.0
            .write(move |tx| {
                Box::pin(async move { settle_leak(tx, &actor, at, &key, &note, now).await })
            })
            .await
    }
}

/// As [`Runs::settle_leak`], in a transaction of the caller's.
///
/// # Errors
/// As [`Runs::settle_leak`].
pub async fn settle_leak(
    tx: &mut Tx,
    actor: &Actor,
    at: RunRef,
    key: &str,
    note: &str,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let mut faults = ValidationErrors::default();
    faults.note("/note", validate::line(note, 500));
    faults.into_result()?;
    let (run, mut item) = find_item(tx, at, key).await?;
    let actor = &as_now(tx, actor).await?;
    authorize_item(ItemAct::SettleLeak, key, item.actor, (run.subject, run.state), actor)?;
    let bound = checks_now(tx, &run, |check| check.item.as_deref() == Some(key)).await?;
    let leaks = tx.unsettled_leaks(run.service_id, &run.environment).await?;
    if unsettled_leak(&leaks, key, &bound).is_none() {
        let said = format!(
            "No leak of `{key}` that was closed waits for it. One that is open has to be closed first."
        );
        return Err(Error::conflict(said));
    }
    let note = note.trim();
    leaks::settle(tx, run.service_id, &run.environment, key, now).await?;
    evaluate_item(tx, &run, &mut item, now).await?;
    update_verdict(tx, &run, now).await?;
    entry(actor, now, "item.settle_leak", "item", key)
        .run(run.id)
        .says(format!("said what was rotated after the leak of {}: {note}", item.title))
        .record(tx);
    tx.publish(Event::run_changed(run.id));
    Ok(())
}
