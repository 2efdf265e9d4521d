//! Waivers: an approver closes an item without evidence, with a reason, until a time.

use chrono::{DateTime, Duration, Utc};
use domain::{
    actor::Actor,
    attested::Attested as _,
    event::Event,
    ids::{RunId, WaiverId},
    item::ItemState,
    item_permissions::{ItemAct, authorize_item},
    validate,
    waiver::Waiver,
    watch::WatchState,
};
use store::{
    StoreError, Tx,
    runs::{items, waivers},
};

use super::{
    RunRef, Runs,
    evaluate::evaluate_item,
    evaluate_all,
    find::{WATCH, find_item},
    update_verdict,
};
use crate::{Error, audit::entry, error::ValidationErrors, ids::new_id, people::as_now};
use domain::humanize;

/// The longest a waiver may last.
const LONGEST_DAYS: i64 = 90;

impl Runs<'_> {
    /// Waives an item until `expires_at`.
    ///
    /// # Errors
    /// Where the rules forbid it, the reason is missing, the expiry is not within 90 days, or the
    /// item is closed already.
    pub async fn waive(
        self,
        actor: &Actor,
        at: impl Into<RunRef>,
        key: &str,
        reason: &str,
        expires_at: DateTime<Utc>,
    ) -> Result<(), Error> {
        let (actor, at, now) = (actor.clone(), at.into(), self.0.now());
        let (key, reason) = (key.to_owned(), reason.to_owned());
        self.0
            .write(move |tx| {
                Box::pin(async move { waive(tx, &actor, at, &key, &reason, expires_at, now).await })
            })
            .await
    }

    /// Ends an item's waiver before its time.
    ///
    /// # Errors
    /// Where the rules forbid it or the item is not waived.
    pub async fn end_waiver(
        self,
        actor: &Actor,
        at: impl Into<RunRef>,
        key: &str,
    ) -> Result<(), Error> {
        let (actor, at, key, now) = (actor.clone(), at.into(), key.to_owned(), self.0.now());
        self.0
            .write(move |tx| Box::pin(async move { end_waiver(tx, &actor, at, &key, now).await }))
            .await
    }
}

/// As [`Runs::waive`], in a transaction of the caller's.
///
/// # Errors
/// As [`Runs::waive`].
pub async fn waive(
    tx: &mut Tx,
    actor: &Actor,
    at: RunRef,
    key: &str,
    reason: &str,
    expires_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let mut faults = ValidationErrors::default();
    faults.note("/reason", validate::line(reason, 500));
    if expires_at <= now || expires_at > now + Duration::days(LONGEST_DAYS) {
        faults.note(
            "/expires_at",
            Err(format!("must lie in the future, at most {LONGEST_DAYS} days ahead")),
        );
    }
    faults.into_result()?;
    let reason = reason.trim();
    let (run, mut item) = find_item(tx, at, key).await?;
    let actor = &as_now(tx, actor).await?;
    authorize_item(ItemAct::Waive, key, item.actor, (run.subject, run.state), actor)?;
    let Actor::Person(approver) = actor else {
        return Err(Error::Forbidden("Only a person can waive a box.".into()));
    };
    // What closed it may be a waiver that has expired since.
    evaluate_item(tx, &run, &mut item, now).await?;
    if item.state.is_closed() {
        return Err(Error::conflict(format!(
            "`{key}` is {} already, so there is nothing to waive.",
            item.state.label().to_lowercase()
        )));
    }
    let ended = waivers::end(tx, item.id, now, actor.name().to_owned()).await?;
    let waiver = Waiver {
        id: WaiverId(new_id()),
        run_id: run.id,
        item_id: item.id,
        approver_id: Some(approver.id),
        approver_name: approver.name.clone(),
        reason: reason.to_owned(),
        granted_at: now,
        expires_at,
        ended_at: None,
        ended_by: None,
    };
    let attestation = waiver.attestation();
    waivers::insert(tx, waiver).await?;
    evaluate_item(tx, &run, &mut item, now).await?;
    update_verdict(tx, &run, now).await?;
    entry(actor, now, "item.waive", "item", key)
        .run(run.id)
        .says(format!("waived {} until {}", item.title, humanize::exact(expires_at)))
        .with("reason", reason)
        .with("expires_at", expires_at.to_rfc3339())
        .attests(&attestation)
        .attests_ends(&ended)
        .record(tx);
    tx.publish(Event::run_changed(run.id));
    Ok(())
}

/// As [`Runs::end_waiver`], in a transaction of the caller's.
///
/// # Errors
/// As [`Runs::end_waiver`].
pub async fn end_waiver(
    tx: &mut Tx,
    actor: &Actor,
    at: RunRef,
    key: &str,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let (run, mut item) = find_item(tx, at, key).await?;
    let actor = &as_now(tx, actor).await?;
    authorize_item(ItemAct::EndWaiver, key, item.actor, (run.subject, run.state), actor)?;
    let ended = waivers::end(tx, item.id, now, actor.name().to_owned()).await?;
    if ended.is_empty() {
        return Err(Error::conflict(format!("`{key}` is not waived.")));
    }
    evaluate_item(tx, &run, &mut item, now).await?;
    update_verdict(tx, &run, now).await?;
    entry(actor, now, "item.end_waiver", "item", key)
        .run(run.id)
        .says(format!("ended the waiver of {}", item.title))
        .attests_ends(&ended)
        .record(tx);
    tx.publish(Event::run_changed(run.id));
    Ok(())
}

impl Runs<'_> {
    /// Reopens the items whose waivers expired after `from` and by now. Answers how many runs
    /// that touched.
    ///
    /// # Errors
    /// Trouble with the database.
    pub async fn expire_waivers(self, from: DateTime<Utc>) -> Result<usize, Error> {
        let now = self.0.now();
        let touched = waivers::expired_in(&mut self.0.read().await?, from, now).await?;
        for id in touched.iter().copied() {
            self.0.write(move |tx| Box::pin(async move { expire(tx, id, now).await })).await?;
        }
        Ok(touched.len())
    }
}

async fn expire(tx: &mut Tx, id: RunId, now: DateTime<Utc>) -> Result<(), Error> {
    let Some(run) = tx.run(id).await? else { return Ok(()) };
    if run.state != WatchState::Watching {
        // Closed since it was looked for: it no longer changes.
        return Ok(());
    }
    let before = waived(tx, id).await?;
    evaluate_all(tx, &run, now).await?;
    tx.publish(Event::run_changed(id));
    if before == waived(tx, id).await? {
        // Closed otherwise meanwhile, or waived again.
        return Ok(());
    }
    entry(&WATCH, now, "item.waiver_expired", run.subject.as_str(), id)
        .run(id)
        .says("reopened what a waiver had closed until now")
        .record(tx);
    Ok(())
}

/// How many items of a run are waived, as written down.
async fn waived(tx: &mut Tx, id: RunId) -> Result<usize, StoreError> {
    let items = items::of_run(tx, id).await?;
    Ok(items.iter().filter(|item| item.state == ItemState::Waived).count())
}
