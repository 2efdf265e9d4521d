//! Heartbeats of services, and their newest pings.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use domain::{
    heartbeat::{Heard, HeartbeatState, PingKind},
    ids::{HeartbeatId, ServiceId},
};
use uuid::Uuid;

use crate::{
    db::{Link, Row},
    error::StoreError,
    rows,
    tx::{Tx, micros},
};

/// How many pings of each heartbeat are kept.
pub const PINGS_KEPT: i64 = 100;

/// A heartbeat.
#[derive(Debug, Clone, PartialEq)]
pub struct HeartbeatRecord {
    /// Its id.
    pub id: HeartbeatId,
    /// Of which service.
    pub service_id: ServiceId,
    /// Where.
    pub environment: String,
    /// Its key among the service's heartbeats.
    pub key: String,
    /// What it is called on the page.
    pub label: String,
    /// What its pings are sent to: whoever knows it may ping.
    pub ping_id: Uuid,
    /// Seconds from one to the next, where it has no cron expression.
    pub period_s: Option<i64>,
    /// Its cron expression.
    pub cron: Option<String>,
    /// The time zone of that.
    pub time_zone: Option<String>,
    /// How late it may be, in seconds.
    pub grace_s: i64,
    /// The box it is evidence for.
    pub item: Option<String>,
    /// Where it stood when that last changed.
    pub state: HeartbeatState,
    /// When that was.
    pub state_since: DateTime<Utc>,
    /// What was heard of it.
    pub heard: Heard,
    /// What its last ping that had one exited with.
    pub exit_code: Option<i64>,
    /// How many pings it ever had.
    pub pings: i64,
    /// When it counts as silent, while it does not yet.
    pub silent_at: Option<DateTime<Utc>>,
    /// When it was retired.
    pub retired_at: Option<DateTime<Utc>>,
    /// When it was created.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

/// A ping.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PingRecord {
    /// Which one it is, counted from 1.
    pub n: i64,
    /// When it came.
    pub at: DateTime<Utc>,
    /// What it says.
    pub kind: PingKind,
    /// The exit code, where it has one.
    pub exit_code: Option<i64>,
    /// Milliseconds since the run began, where it ends one.
    pub duration_ms: Option<i64>,
    /// Where it came from.
    pub source: String,
    /// The beginning of what came with it.
    pub body: String,
}

/// The heartbeats of a service that are in use, by key.
///
/// # Errors
/// What the database says.
pub async fn of_service(
    link: &mut Link,
    service: ServiceId,
) -> Result<Vec<HeartbeatRecord>, StoreError> {
    link.query("SELECT * FROM heartbeats WHERE service_id = $1 AND retired_at IS NULL ORDER BY key")
        .bind(service.0)
        .read(read)
        .await
}

/// The heartbeats of a service in an environment that are in use, by key.
///
/// # Errors
/// What the database says.
pub async fn of_environment(
    link: &mut Link,
    service: ServiceId,
    environment: &str,
) -> Result<Vec<HeartbeatRecord>, StoreError> {
    link.query(
        "SELECT * FROM heartbeats WHERE service_id = $1 AND environment = $2 \
         AND retired_at IS NULL ORDER BY key",
    )
    .bind(service.0)
    .bind(environment.to_owned())
    .read(read)
    .await
}

/// The heartbeat with this key, retired or not.
///
/// # Errors
/// What the database says.
pub async fn by_key(
    link: &mut Link,
    service: ServiceId,
    key: &str,
) -> Result<Option<HeartbeatRecord>, StoreError> {
    link.query("SELECT * FROM heartbeats WHERE service_id = $1 AND key = $2")
        .bind(service.0)
        .bind(key.to_owned())
        .read_optional(read)
        .await
}

/// The heartbeat in use whose pings are sent to `ping_id`.
///
/// # Errors
/// What the database says.
pub async fn by_ping_id(
    link: &mut Link,
    ping_id: Uuid,
) -> Result<Option<HeartbeatRecord>, StoreError> {
    link.query("SELECT * FROM heartbeats WHERE ping_id = $1 AND retired_at IS NULL")
        .bind(ping_id)
        .read_optional(read)
        .await
}

/// The heartbeats in use that have become silent at `now` and are not known to be.
///
/// # Errors
/// What the database says.
pub async fn silent(
    link: &mut Link,
    now: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<HeartbeatRecord>, StoreError> {
    link.query(
        "SELECT * FROM heartbeats WHERE silent_at < $1 AND retired_at IS NULL \
         ORDER BY silent_at LIMIT $2",
    )
    .bind(micros(now))
    .bind(limit)
    .read(read)
    .await
}

/// The newest pings of a heartbeat, newest first.
///
/// # Errors
/// What the database says.
pub async fn pings(
    link: &mut Link,
    id: HeartbeatId,
    limit: i64,
) -> Result<Vec<PingRecord>, StoreError> {
    link.query("SELECT * FROM pings WHERE heartbeat_id = $1 ORDER BY n DESC LIMIT $2")
        .bind(id.0)
        .bind(limit)
        .read(|row| {
            Ok(PingRecord {
                n: row.get("n")?,
                at: row.time("at")?,
                kind: row.word("kind", PingKind::parse)?,
                exit_code: row.get("exit_code")?,
                duration_ms: row.get("duration_ms")?,
                source: row.get("source")?,
                body: row.get("body")?,
            })
        })
        .await
}

/// Adds a heartbeat, or changes what was asked of it and what follows from that. What was heard of
/// it stays.
///
/// # Errors
/// What the database says.
pub async fn put(tx: &mut Tx, record: HeartbeatRecord) -> Result<(), StoreError> {
    tx.query(
        "INSERT INTO heartbeats (id, service_id, environment, key, label, ping_id, period_s, cron, \
         time_zone, grace_s, item, state, state_since, success_at, start_at, fail_at, exit_code, \
         pings, silent_at, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, \
         $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21) \
         ON CONFLICT (service_id, key) DO UPDATE SET environment = excluded.environment, \
         label = excluded.label, period_s = excluded.period_s, cron = excluded.cron, \
         time_zone = excluded.time_zone, grace_s = excluded.grace_s, item = excluded.item, \
         state = excluded.state, state_since = excluded.state_since, \
         silent_at = excluded.silent_at, retired_at = NULL, updated_at = excluded.updated_at",
    )
    .bind(record.id.0)
    .bind(record.service_id.0)
    .bind(record.environment)
    .bind(record.key)
    .bind(record.label)
    .bind(record.ping_id)
    .bind(record.period_s)
    .bind(record.cron)
    .bind(record.time_zone)
    .bind(record.grace_s)
    .bind(record.item)
    .bind(record.state.as_str().to_owned())
    .bind(micros(record.state_since))
    .bind(record.heard.success_at.map(micros))
    .bind(record.heard.start_at.map(micros))
    .bind(record.heard.fail_at.map(micros))
    .bind(record.exit_code)
    .bind(record.pings)
    .bind(record.silent_at.map(micros))
    .bind(micros(record.created_at))
    .bind(micros(record.updated_at))
    .run()
    .await
    .map(drop)
}

/// Notes where a heartbeat stands and what was heard of it; it is written with the commit.
pub fn stand(tx: &mut Tx, record: &HeartbeatRecord) {
    tx.seen.heartbeat_is(record);
    tx.waiting.stands.push(record.clone());
}

/// Adds a ping; it is written with the commit.
pub fn insert_ping(tx: &mut Tx, id: HeartbeatId, ping: PingRecord) {
    tx.waiting.pings.push((id, ping));
}

/// Writes where heartbeats stand: of several words about one the last.
pub(crate) async fn write_stands(
    link: &mut Link,
    stands: Vec<HeartbeatRecord>,
) -> Result<(), StoreError> {
    let last: BTreeMap<_, _> = stands.into_iter().map(|record| (record.id, record)).collect();
    for record in last.into_values() {
        link.query(
            "UPDATE heartbeats SET state = $2, state_since = $3, success_at = $4, start_at = $5, \
             fail_at = $6, exit_code = $7, pings = $8, silent_at = $9 WHERE id = $1",
        )
        .bind(record.id.0)
        .bind(record.state.as_str().to_owned())
        .bind(micros(record.state_since))
        .bind(record.heard.success_at.map(micros))
        .bind(record.heard.start_at.map(micros))
        .bind(record.heard.fail_at.map(micros))
        .bind(record.exit_code)
        .bind(record.pings)
        .bind(record.silent_at.map(micros))
        .run()
        .await?;
    }
    Ok(())
}

/// Writes pings and forgets those that are too old.
pub(crate) async fn write_pings(
    link: &mut Link,
    mut pings: Vec<(HeartbeatId, PingRecord)>,
) -> Result<(), StoreError> {
    let mut newest: BTreeMap<HeartbeatId, (i64, i64)> = BTreeMap::new();
    for (id, ping) in &pings {
        let (low, high) = newest.entry(*id).or_insert((ping.n, ping.n));
        (*low, *high) = ((*low).min(ping.n), (*high).max(ping.n));
    }
    // Of a thousand at once most would be forgotten in the same breath.
    pings.retain(|(id, ping)| newest.get(id).is_some_and(|(_, high)| ping.n > high - PINGS_KEPT));
    let head =
        "INSERT INTO pings (heartbeat_id, n, at, kind, exit_code, duration_ms, source, body)";
    rows::insert(link, head, 8, "", pings, |query, (id, ping)| {
        query
            .bind(id.0)
            .bind(ping.n)
            .bind(micros(ping.at))
            .bind(ping.kind.as_str().to_owned())
            .bind(ping.exit_code)
            .bind(ping.duration_ms)
            .bind(ping.source)
            .bind(ping.body)
    })
    .await?;
    for (id, (low, high)) in newest {
        // Not at each: a delete costs as much as the insert.
        if low / 16 == high / 16 && high % 16 != 0 {
            continue;
        }
        link.query("DELETE FROM pings WHERE heartbeat_id = $1 AND n <= $2")
            .bind(id.0)
            .bind(high - PINGS_KEPT)
            .run()
            .await?;
    }
    Ok(())
}

/// Retires a heartbeat: its pings are taken no more.
///
/// # Errors
/// What the database says.
pub async fn retire(tx: &mut Tx, id: HeartbeatId, at: DateTime<Utc>) -> Result<(), StoreError> {
    tx.query("UPDATE heartbeats SET retired_at = $2, silent_at = NULL WHERE id = $1")
        .bind(id.0)
        .bind(micros(at))
        .run()
        .await
        .map(drop)
}

fn read(row: &Row) -> Result<HeartbeatRecord, StoreError> {
    Ok(HeartbeatRecord {
        id: HeartbeatId(row.get("id")?),
        service_id: ServiceId(row.get("service_id")?),
        environment: row.get("environment")?,
        key: row.get("key")?,
        label: row.get("label")?,
        ping_id: row.get("ping_id")?,
        period_s: row.get("period_s")?,
        cron: row.get("cron")?,
        time_zone: row.get("time_zone")?,
        grace_s: row.get("grace_s")?,
        item: row.get("item")?,
        state: row.word("state", HeartbeatState::parse)?,
        state_since: row.time("state_since")?,
        heard: Heard {
            success_at: row.time_optional("success_at")?,
            start_at: row.time_optional("start_at")?,
            fail_at: row.time_optional("fail_at")?,
        },
        exit_code: row.get("exit_code")?,
        pings: row.get("pings")?,
        silent_at: row.time_optional("silent_at")?,
        retired_at: row.time_optional("retired_at")?,
        created_at: row.time("created_at")?,
        updated_at: row.time("updated_at")?,
    })
}
