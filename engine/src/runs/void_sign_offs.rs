//! Signatures that count no more, because what they were given on has changed.

use chrono::{DateTime, Utc};
use domain::{
    actor::Actor,
    attested::{Attested as _, SignOffVoid},
    event::Event,
    gate::GateAnswer,
    item::{Item, ItemState},
    run::Run,
    sign_off::{self, SignOff},
};
use store::{StoreError, Tx, runs::sign_offs};

use crate::audit::entry;

/// Voids the signatures of a run one of whose required boxes is closed no more: they were given on
/// other evidence.
pub(super) async fn void_sign_offs(
    tx: &mut Tx,
    run: &Run,
    reopened: &Item,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    // It may be closed again by now.
    let open = reopened.state.is_closed();
    let state = if open { ItemState::Open } else { reopened.state }.label().to_lowercase();
    let why = format!("{} became {state} after it was given.", reopened.key);
    void_standing(tx, run, &why, now).await
}

/// Voids the signatures of a run that count.
pub(super) async fn void_standing(
    tx: &mut Tx,
    run: &Run,
    why: &str,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let given = sign_offs::of_run(tx, run.id).await?;
    for one in given.into_iter().filter(|one| one.voided.is_none()) {
        void(tx, run, &one, why.to_owned(), now).await?;
    }
    Ok(())
}

/// Voids the signatures of a run that were not given in spite of what is waived or fails now.
pub(super) async fn void_unaware(
    tx: &mut Tx,
    run: &Run,
    gate: &GateAnswer,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    if sign_off::despite(gate).is_none() {
        return Ok(());
    }
    for one in sign_offs::of_run(tx, run.id).await? {
        let since = sign_off::since(one.despite.as_deref(), gate);
        if let Some(since) = since.filter(|_| one.voided.is_none()) {
            let why = format!("it was not given in spite of what came after it ({since}).");
            void(tx, run, &one, why, now).await?;
        }
    }
    Ok(())
}

/// Voids a signature.
pub(super) async fn void(
    tx: &mut Tx,
    run: &Run,
    one: &SignOff,
    why: String,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let kind = run.subject.as_str();
    let record = SignOffVoid { sign_off: one.id, at: now, reason: why };
    entry(&Actor::System("gate"), now, &format!("{kind}.sign_off_void"), kind, run.id)
        .run(run.id)
        .says(format!("the sign-off of {} counts no more: {}", one.person_name, record.reason))
        .with("sign_off", one.id.to_string())
        .attests(&record.attestation())
        .record(tx);
    sign_offs::void(tx, record).await?;
    tx.publish(Event::run_changed(run.id));
    Ok(())
}
