//! What is sent out: each delivery a row, written in the transaction of the act that causes it, and
//! each attempt a row, written before it is made and after.

use chrono::{DateTime, Utc};
use domain::{
    delivery::{AttemptOutcome, DeliveryState},
    ids::{DeliveryId, DeploymentId},
};
use uuid::Uuid;

use crate::{
    db::{Kind, Link, Row},
    error::StoreError,
    schedule_leases,
    tx::{Tx, micros},
};

/// The channel of rollback plans' hooks.
pub const ROLLBACK_HOOK: &str = "rollback-hook";

/// How long a portal may hold a delivery: longer than sending may take.
const LEASE_S: i64 = 45;
/// For how many seconds a portal must have been silent before what it was sending is settled by
/// another: as long as sending may take, and a margin.
const SILENT_S: i64 = 40;

/// A delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryRecord {
    /// Its id: the key by which the receiver tells repeats.
    pub id: DeliveryId,
    /// The sequence number of the audit entry of the act that caused it. By a channel there is at
    /// most one for each.
    pub cause: i64,
    /// The channel.
    pub channel: String,
    /// The deployment it is about.
    pub deployment_id: DeploymentId,
    /// Whether it may be sent again by itself.
    pub repeatable: bool,
    /// How it stands.
    pub state: DeliveryState,
    /// How many attempts there were.
    pub attempts: i64,
    /// How many of them belong to rounds before the present one: a person may begin another.
    pub rounds_before: i64,
    /// Whether one of this round may have reached the receiver without an answer.
    pub lost: bool,
    /// When it is sent next.
    pub next_at: Option<DateTime<Utc>>,
    /// Until when it is sent again by itself.
    pub repeat_until: DateTime<Utc>,
    /// Which portal is sending it.
    pub lease_owner: Option<Uuid>,
    /// What came of it, in a sentence.
    pub answer: String,
    /// When the act was.
    pub created_at: DateTime<Utc>,
    /// When it was settled.
    pub settled_at: Option<DateTime<Utc>>,
}

impl DeliveryRecord {
    /// One that is to be sent at once.
    #[must_use]
    pub fn new(
        id: DeliveryId,
        cause: i64,
        channel: &str,
        deployment_id: DeploymentId,
        repeatable: bool,
        now: DateTime<Utc>,
    ) -> Self {
        Self {
            id,
            cause,
            channel: channel.into(),
            deployment_id,
            repeatable,
            state: DeliveryState::Pending,
            attempts: 0,
            rounds_before: 0,
            lost: false,
            next_at: Some(now),
            repeat_until: now + domain::delivery::REPEATED_FOR,
            lease_owner: None,
            answer: String::new(),
            created_at: now,
            settled_at: None,
        }
    }
}

/// An attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttemptRecord {
    /// Which one, from 1.
    pub n: i64,
    /// When it began.
    pub at: DateTime<Utc>,
    /// How long it took, in milliseconds, where that is known.
    pub duration_ms: Option<i64>,
    /// What came of it.
    pub outcome: AttemptOutcome,
    /// What came back, in a sentence; empty while nothing has.
    pub answer: String,
}

/// The delivery with this id.
///
/// # Errors
/// What the database says.
pub async fn by_id(link: &mut Link, id: DeliveryId) -> Result<Option<DeliveryRecord>, StoreError> {
    link.query("SELECT * FROM deliveries WHERE id = $1").bind(id.0).read_optional(read).await
}

/// The newest delivery about a deployment by a channel.
///
/// # Errors
/// What the database says.
pub async fn of_deployment(
    link: &mut Link,
    deployment: DeploymentId,
    channel: &str,
) -> Result<Option<DeliveryRecord>, StoreError> {
    link.query(
        "SELECT * FROM deliveries WHERE deployment_id = $1 AND channel = $2 \
         ORDER BY cause DESC LIMIT 1",
    )
    .bind(deployment.0)
    .bind(channel.to_owned())
    .read_optional(read)
    .await
}

/// The attempts of a delivery, in their order.
///
/// # Errors
/// What the database says.
pub async fn attempts(link: &mut Link, id: DeliveryId) -> Result<Vec<AttemptRecord>, StoreError> {
    link.query("SELECT * FROM delivery_attempts WHERE delivery_id = $1 ORDER BY n")
        .bind(id.0)
        .read(|row| {
            Ok(AttemptRecord {
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
pub async fn next_due(link: &mut Link) -> Result<Option<DateTime<Utc>>, StoreError> {
    link.query("SELECT next_at FROM deliveries WHERE state = 'pending' ORDER BY next_at LIMIT 1")
        .read_optional(|row| row.time("next_at"))
        .await
}

/// What a portal is sending, as far as is written down.
///
/// # Errors
/// What the database says.
pub async fn held_by(link: &mut Link, portal: Uuid) -> Result<Vec<DeliveryRecord>, StoreError> {
    link.query("SELECT * FROM deliveries WHERE state = 'sending' AND lease_owner = $1")
        .bind(portal)
        .read(read)
        .await
}

/// What nobody is sending any more, though it is written down: its portal died. On SQLite there is
/// one portal, so all that another has begun; on PostgreSQL that of portals which have been silent
/// for longer than sending may take. Nothing of a portal that lives is touched.
///
/// # Errors
/// What the database says.
pub async fn abandoned(link: &mut Link, portal: Uuid) -> Result<Vec<DeliveryRecord>, StoreError> {
    let nobodys = "SELECT * FROM deliveries WHERE state = 'sending' \
                   AND (lease_owner IS NULL OR lease_owner <> $1)";
    let silent = "SELECT * FROM deliveries WHERE state = 'sending' \
                  AND (lease_owner IS NULL OR lease_owner <> $1) AND lease_until < $2 \
                  AND (lease_owner IS NULL OR lease_owner NOT IN \
                  (SELECT id FROM portals WHERE seen_at > $2 - $3))";
    match link.kind() {
        Kind::Sqlite => link.query(nobodys).bind(portal).read(read).await,
        Kind::Postgres => {
            let now = schedule_leases::database_micros(link, DateTime::UNIX_EPOCH).await?;
            let silent = link.query(silent).bind(portal).bind(now).bind(SILENT_S * 1_000_000);
            silent.read(read).await
        }
    }
}

/// Adds a delivery, to be sent once this is kept.
///
/// # Errors
/// What the database says; a unique violation where its cause has one by this channel.
pub async fn insert(tx: &mut Tx, record: DeliveryRecord) -> Result<(), StoreError> {
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
    .run()
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
) -> Result<Vec<DeliveryRecord>, StoreError> {
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
        .read(read)
        .await?;
    for one in &claimed {
        tx.query(
            "INSERT INTO delivery_attempts (delivery_id, n, at, outcome, answer) \
             VALUES ($1, $2, $3, 'sending', '')",
        )
        .bind(one.id.0)
        .bind(one.attempts)
        .bind(micros(now))
        .run()
        .await?;
    }
    Ok(claimed)
}

/// Notes what came of an attempt.
///
/// # Errors
/// What the database says.
pub async fn note_attempt(
    tx: &mut Tx,
    id: DeliveryId,
    attempt: AttemptRecord,
) -> Result<(), StoreError> {
    tx.query(
        "UPDATE delivery_attempts SET outcome = $3, answer = $4, duration_ms = $5 \
         WHERE delivery_id = $1 AND n = $2",
    )
    .bind(id.0)
    .bind(attempt.n)
    .bind(attempt.outcome.as_str().to_owned())
    .bind(attempt.answer)
    .bind(attempt.duration_ms)
    .run()
    .await
    .map(drop)
}

/// Writes down how a delivery stands now, and that nobody holds it.
///
/// # Errors
/// What the database says.
pub async fn set(tx: &mut Tx, record: &DeliveryRecord) -> Result<(), StoreError> {
    if record.state == DeliveryState::Pending {
        tx.delivers();
    }
    tx.query(
        "UPDATE deliveries SET state = $2, rounds_before = $3, lost = $4, next_at = $5, \
         repeat_until = $6, answer = $7, settled_at = $8, lease_owner = NULL, \
         lease_until = NULL WHERE id = $1",
    )
    .bind(record.id.0)
    .bind(record.state.as_str().to_owned())
    .bind(record.rounds_before)
    .bind(record.lost)
    .bind(record.next_at.map(micros))
    .bind(micros(record.repeat_until))
    .bind(record.answer.clone())
    .bind(record.settled_at.map(micros))
    .run()
    .await
    .map(drop)
}

/// How many deliveries have been waiting since before `since`, and how many nobody knows of.
///
/// # Errors
/// What the database says.
pub async fn stuck(link: &mut Link, since: DateTime<Utc>) -> Result<(i64, i64), StoreError> {
    let row = link
        .query(
            "SELECT count(CASE WHEN state IN ('pending', 'sending') AND created_at < $1 THEN 1 END) \
             AS waiting, count(CASE WHEN state = 'unknown' THEN 1 END) AS unknown FROM deliveries",
        )
        .bind(micros(since))
        .one()
        .await?;
    Ok((row.get("waiting")?, row.get("unknown")?))
}

fn read(row: &Row) -> Result<DeliveryRecord, StoreError> {
    Ok(DeliveryRecord {
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
