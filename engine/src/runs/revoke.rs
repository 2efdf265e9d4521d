//! Taking back a sign-off: what it was given on has failed afterwards.

use chrono::{DateTime, Utc};
use domain::{actor::Actor, event::Event, gate::RedWeight, run::Run, watch::WatchState};
use store::{
    Tx,
    runs::{self, sign_offs},
};

use super::{evaluate::failing_since, evaluate_all, sources::failing_beside, void_sign_offs::void};
use crate::{Error, audit::entry};

/// Looks whether what a run was signed off on still holds, and revokes the sign-off where it does not:
/// a required box that would fail now, or a critical check that fails beside the boxes. Answers
/// whether it did.
///
/// # Errors
/// Trouble with the database.
pub(crate) async fn revoke_where_failed(
    tx: &mut Tx,
    run: &Run,
    now: DateTime<Utc>,
) -> Result<bool, Error> {
    if run.state != WatchState::SignedOff {
        return Ok(false);
    }
    let failing = failing_since(tx, run, now).await?;
    if let Some(first) = failing.first() {
        let because = format!("{} failed: {}", first.key, first.reason);
        revoke(tx, run, because, now).await?;
        return Ok(true);
    }
    let items = store::runs::items::of_run(tx, run.id).await?;
    let beside = failing_beside(tx, &run.reopened(), &items, now).await?;
    let reds: Vec<_> = beside.iter().map(super::sources::FailingBeside::red).collect();
    if let Some(critical) = reds.iter().find(|red| red.weight == RedWeight::Critical) {
        let because =
            format!("{}, which is critical, failed: {}", critical.label, critical.sentence);
        revoke(tx, run, because, now).await?;
        return Ok(true);
    }
    Ok(false)
}

/// Opens a run again whose sign-off counts no more, and voids its signatures.
pub(super) async fn revoke(
    tx: &mut Tx,
    run: &Run,
    because: String,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    runs::revoke(tx, run.id, now, because.clone()).await?;
    let kind = run.subject.as_str();
    entry(&Actor::System("gate"), now, &format!("{kind}.revoke"), kind, run.id)
        .run(run.id)
        .says(format!("the sign-off was revoked, because {because}"))
        .record(tx);
    for one in sign_offs::of_run(tx, run.id).await?.iter().filter(|one| one.voided.is_none()) {
        void(tx, run, one, because.clone(), now).await?;
    }
    if let Some(open) = runs::by_id(tx, run.id).await? {
        evaluate_all(tx, &open, now).await?;
    }
    tx.publish(Event::run_changed(run.id));
    Ok(())
}
