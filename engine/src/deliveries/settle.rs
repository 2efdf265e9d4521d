//! Writing down what came of an attempt, and what follows.

use chrono::{DateTime, Utc};
use domain::{
    actor::Actor,
    delivery::{self, Attempt, AttemptOutcome, Delivery, DeliveryState, Ended, Next},
    event::Event,
    ids::DeliveryId,
    rollback::HookState,
};
use store::{StoreError, Tx, deliveries, rollbacks};
use uuid::Uuid;

use super::sentence;
use crate::audit::entry;

/// Writes down what came of an attempt of `portal`'s. Where the portal has been taken for dead
/// meanwhile, only what is certain changes what was written then.
pub(super) async fn record(
    tx: &mut Tx,
    portal: Uuid,
    id: DeliveryId,
    attempt: Attempt,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let (n, outcome, answer) = (attempt.n, attempt.outcome, attempt.answer.clone());
    deliveries::note_attempt(tx, id, attempt).await?;
    let Some(one) = deliveries::by_id(tx, id).await? else { return Ok(()) };
    let ours =
        one.state == DeliveryState::Sending && one.lease_owner == Some(portal) && one.attempts == n;
    if ours {
        return follow(tx, one, outcome, &answer, now).await;
    }
    let corrected = match (one.state, outcome) {
        (DeliveryState::Delivered, _) => None,
        (_, AttemptOutcome::Accepted) => Some(DeliveryState::Delivered),
        (DeliveryState::Unknown, AttemptOutcome::Lost) => None,
        // Another attempt may have reached the receiver all the same.
        (DeliveryState::Unknown, _) if one.attempts == n && !one.lost => {
            Some(DeliveryState::Failed)
        }
        _ => None,
    };
    match corrected {
        Some(state) => settle(tx, one, state, outcome, &answer, now).await,
        None => {
            tx.publish(Event::run_changed(one.deployment_id));
            Ok(())
        }
    }
}

/// What follows from the attempt that has ended.
pub(super) async fn follow(
    tx: &mut Tx,
    mut one: Delivery,
    outcome: AttemptOutcome,
    answer: &str,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let ended = Ended {
        outcome,
        repeatable: one.repeatable,
        lost_before: one.lost,
        attempts: u32::try_from(one.attempts - one.rounds_before).unwrap_or(u32::MAX),
        now,
        until: one.repeat_until,
    };
    match delivery::next(&ended, rand::random()) {
        Next::Settled(state) => settle(tx, one, state, outcome, answer, now).await,
        Next::Again(pause) => {
            one.lost |= outcome == AttemptOutcome::Lost;
            one.next_at = Some(now + pause);
            wait(tx, one, answer).await
        }
    }
}

/// Leaves a delivery to be sent at its `next_at`.
pub(super) async fn wait(tx: &mut Tx, mut one: Delivery, answer: &str) -> Result<(), StoreError> {
    one.state = DeliveryState::Pending;
    one.answer = answer.to_owned();
    deliveries::set(tx, &one).await?;
    tx.publish(Event::run_changed(one.deployment_id));
    Ok(())
}

async fn settle(
    tx: &mut Tx,
    mut one: Delivery,
    state: DeliveryState,
    outcome: AttemptOutcome,
    answer: &str,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let attempts = one.attempts - one.rounds_before;
    let sentence = sentence::settled(state, outcome, answer, attempts);
    one.state = state;
    one.answer.clone_from(&sentence);
    one.next_at = None;
    one.settled_at = Some(now);
    deliveries::set(tx, &one).await?;
    let hook = match state {
        DeliveryState::Delivered => HookState::Done,
        DeliveryState::Unknown => HookState::Unknown,
        DeliveryState::Failed => HookState::Failed,
        DeliveryState::Pending | DeliveryState::Sending => HookState::Pending,
    };
    let id = one.deployment_id;
    rollbacks::set_hook(tx, id, hook, sentence.clone(), now).await?;
    entry(&Actor::System("rollback"), now, "deployment.hook", "deployment", id)
        .deployment(id)
        .says(sentence)
        .with("hook", hook.as_str())
        .with("delivery", one.id.to_string())
        .with("attempts", one.attempts)
        .record(tx);
    tx.publish(Event::run_changed(id));
    Ok(())
}
