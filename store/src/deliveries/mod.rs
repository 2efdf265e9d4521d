//! What is sent out: each delivery a row, written in the transaction of the act that causes it, and
//! each attempt a row, written before it is made and after.

use chrono::{DateTime, Utc};
use domain::{
    delivery::{Attempt, AttemptOutcome, Delivery, DeliveryState},
    ids::{DeliveryId, DeploymentId},
};
use uuid::Uuid;

use crate::{
    db::{Connection, Kind, Row, micros},
    error::StoreError,
    schedule_leases,
};

mod write;

pub use write::{claim, insert, note_attempt, set, set_not_repeatable};

/// The channel of rollback plans' hooks.
pub const ROLLBACK_HOOK: &str = "rollback-hook";

/// For how many seconds a portal must have been silent before what it was sending is settled by
/// another: as long as sending may take, and a margin.
const SILENT_S: i64 = 40;

/// The delivery with this id.
///
/// # Errors
/// What the database says.
pub async fn by_id(link: &mut Connection, id: DeliveryId) -> Result<Option<Delivery>, StoreError> {
    link.query("SELECT * FROM deliveries WHERE id = $1").bind(id.0).fetch_optional_as(read).await
}

/// The newest delivery about a deployment by a channel.
///
/// # Errors
/// What the database says.
pub async fn of_deployment(
    link: &mut Connection,
    deployment: DeploymentId,
    channel: &str,
) -> Result<Option<Delivery>, StoreError> {
    link.query(
        "SELECT * FROM deliveries WHERE deployment_id = $1 AND channel = $2 \
         ORDER BY cause DESC LIMIT 1",
    )
    .bind(deployment.0)
    .bind(channel.to_owned())
    .fetch_optional_as(read)
    .await
}

/// The attempts of a delivery, in their order.
///
/// # Errors
/// What the database says.
pub async fn attempts(link: &mut Connection, id: DeliveryId) -> Result<Vec<Attempt>, StoreError> {
    link.query("SELECT * FROM delivery_attempts WHERE delivery_id = $1 ORDER BY n")
        .bind(id.0)
        .fetch_as(|row| {
            Ok(Attempt {
                n: row.get("n")?,
                at: row.time("at")?,
                duration_ms: row.get("duration_ms")?,
                outcome: row.word("outcome", AttemptOutcome::parse)?,
                answer: row.get("answer")?,
            })
        })
        .await
}

/// When the next delivery is due.
///
/// # Errors
/// What the database says.
pub async fn next_due(link: &mut Connection) -> Result<Option<DateTime<Utc>>, StoreError> {
    link.query("SELECT next_at FROM deliveries WHERE state = 'pending' ORDER BY next_at LIMIT 1")
        .fetch_optional_as(|row| row.time("next_at"))
        .await
}

/// What a portal is sending, as far as is written down.
///
/// # Errors
/// What the database says.
pub async fn held_by(link: &mut Connection, portal: Uuid) -> Result<Vec<Delivery>, StoreError> {
    link.query("SELECT * FROM deliveries WHERE state = 'sending' AND lease_owner = $1")
        .bind(portal)
        .fetch_as(read)
        .await
}

/// What nobody is sending any more, though it is written down: its portal died. On SQLite there is
/// one portal, so all that another has begun; on PostgreSQL that of portals which have been silent
/// for longer than sending may take. Nothing of a portal that lives is touched.
///
/// # Errors
/// What the database says.
pub async fn abandoned(link: &mut Connection, portal: Uuid) -> Result<Vec<Delivery>, StoreError> {
    let nobodys = "SELECT * FROM deliveries WHERE state = 'sending' \
                   AND (lease_owner IS NULL OR lease_owner <> $1)";
    let silent = "SELECT * FROM deliveries WHERE state = 'sending' \
                  AND (lease_owner IS NULL OR lease_owner <> $1) AND lease_until < $2 \
                  AND (lease_owner IS NULL OR lease_owner NOT IN \
                  (SELECT id FROM portals WHERE seen_at > $2 - $3))";
    match link.kind() {
        Kind::Sqlite => link.query(nobodys).bind(portal).fetch_as(read).await,
        Kind::Postgres => {
            let now = schedule_leases::database_micros(link, DateTime::UNIX_EPOCH).await?;
            let silent = link.query(silent).bind(portal).bind(now).bind(SILENT_S * 1_000_000);
            silent.fetch_as(read).await
        }
    }
}

/// How many deliveries have been waiting since before `since`, and how many nobody knows of.
///
/// # Errors
/// What the database says.
pub async fn stuck(link: &mut Connection, since: DateTime<Utc>) -> Result<(i64, i64), StoreError> {
    let row = link
        .query(
            "SELECT count(CASE WHEN state IN ('pending', 'sending') AND created_at < $1 THEN 1 END) \
             AS waiting, count(CASE WHEN state = 'unknown' THEN 1 END) AS unknown FROM deliveries",
        )
        .bind(micros(since))
        .fetch_one().await?;
    Ok((row.get("waiting")?, row.get("unknown")?))
}

fn read(row: &Row) -> Result<Delivery, StoreError> {
    Ok(Delivery {
        id: DeliveryId(row.get("id")?),
        cause: row.get("cause")?,
        channel: row.get("channel")?,
        deployment_id: DeploymentId(row.get("deployment_id")?),
        repeatable: row.get("repeatable")?,
        state: row.word("state", DeliveryState::parse)?,
        attempts: row.get("attempts")?,
        rounds_before: row.get("rounds_before")?,
        lost: row.get("lost")?,
        next_at: row.time_optional("next_at")?,
        repeat_until: row.time("repeat_until")?,
        lease_owner: row.get("lease_owner")?,
        answer: row.get("answer")?,
        created_at: row.time("created_at")?,
        settled_at: row.time_optional("settled_at")?,
    })
}
