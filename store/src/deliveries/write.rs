//! Writing deliveries down: before they are sent and after.

use chrono::{DateTime, Utc};
use domain::{delivery::DeliveryState, ids::DeliveryId};
use uuid::Uuid;

use super::read;
use crate::{db::micros, error::StoreError, schedule_leases, tx::Tx};
use domain::delivery::{Attempt, Delivery};

/// How long a portal may hold a delivery: longer than sending may take.
const LEASE_S: i64 = 45;
/// Adds a delivery, to be sent once this is kept.
///
/// # Errors
/// What the database says; a unique violation where its cause has one by this channel.
pub async fn insert(tx: &mut Tx, record: Delivery) -> Result<(), StoreError> {
    tx.delivers();
    tx.query(
        "INSERT INTO deliveries (id, cause, channel, deployment_id, repeatable, state, attempts, \
         rounds_before, lost, next_at, repeat_until, answer, created_at, settled_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
    )
    .bind(record.id.0)
    .bind(record.cause)
    .bind(record.channel)
    .bind(record.deployment_id.0)
    .bind(record.repeatable)
    .bind(record.state.as_str().to_owned())
    .bind(record.attempts)
    .bind(record.rounds_before)
    .bind(record.lost)
    .bind(record.next_at.map(micros))
    .bind(micros(record.repeat_until))
    .bind(record.answer)
    .bind(micros(record.created_at))
    .bind(record.settled_at.map(micros))
    .execute()
    .await
    .map(drop)
}

/// Leases what is due to a portal, at most `limit`, and notes the attempts that begin.
///
/// # Errors
/// What the database says.
pub async fn claim(
    tx: &mut Tx,
    portal: Uuid,
    limit: i64,
    now: DateTime<Utc>,
) -> Result<Vec<Delivery>, StoreError> {
    let lease_until = schedule_leases::database_micros(tx, now).await? + LEASE_S * 1_000_000;
    let claimed = tx
        .query(
            "UPDATE deliveries SET state = 'sending', attempts = attempts + 1, next_at = NULL, \
             lease_owner = $1, lease_until = $2 WHERE id IN (SELECT id FROM deliveries \
             WHERE state = 'pending' AND next_at <= $3 ORDER BY next_at LIMIT $4) RETURNING *",
        )
        .bind(portal)
        .bind(lease_until)
        .bind(micros(now))
        .bind(limit)
        .fetch_as(read)
        .await?;
    for one in &claimed {
        tx.query(
            "INSERT INTO delivery_attempts (delivery_id, n, at, outcome, answer) \
             VALUES ($1, $2, $3, 'sending', '')",
        )
        .bind(one.id.0)
        .bind(one.attempts)
        .bind(micros(now))
        .execute()
        .await?;
    }
    Ok(claimed)
}

/// Notes what came of an attempt.
///
/// # Errors
/// What the database says.
pub async fn note_attempt(tx: &mut Tx, id: DeliveryId, attempt: Attempt) -> Result<(), StoreError> {
    tx.query(
        "UPDATE delivery_attempts SET outcome = $3, answer = $4, duration_ms = $5 \
         WHERE delivery_id = $1 AND n = $2",
    )
    .bind(id.0)
    .bind(attempt.n)
    .bind(attempt.outcome.as_str().to_owned())
    .bind(attempt.answer)
    .bind(attempt.duration_ms)
    .execute()
    .await
    .map(drop)
}

/// Notes that a delivery may not be sent again by itself: where it goes now does not tell repeats.
///
/// # Errors
/// What the database says.
pub async fn set_not_repeatable(tx: &mut Tx, id: DeliveryId) -> Result<(), StoreError> {
    tx.query("UPDATE deliveries SET repeatable = $2 WHERE id = $1")
        .bind(id.0)
        .bind(false)
        .execute()
        .await
        .map(drop)
}

/// Writes down how a delivery stands now, and that nobody holds it.
///
/// # Errors
/// What the database says.
pub async fn set(tx: &mut Tx, record: &Delivery) -> Result<(), StoreError> {
    if record.state == DeliveryState::Pending {
        tx.delivers();
    }
    tx.query(
        "UPDATE deliveries SET state = $2, rounds_before = $3, lost = $4, next_at = $5, \
         repeat_until = $6, answer = $7, settled_at = $8, repeatable = $9, \
         lease_owner = NULL, lease_until = NULL WHERE id = $1",
    )
    .bind(record.id.0)
    .bind(record.state.as_str().to_owned())
    .bind(record.rounds_before)
    .bind(record.lost)
    .bind(record.next_at.map(micros))
    .bind(micros(record.repeat_until))
    .bind(record.answer.clone())
    .bind(record.settled_at.map(micros))
    .bind(record.repeatable)
    .execute()
    .await
    .map(drop)
}
