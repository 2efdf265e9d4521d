//! Heartbeats of services, and their newest pings.

use domain::heartbeat::{Heartbeat, RecordedPing};
use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use domain::{
    heartbeat::{Heard, HeartbeatState, PingKind},
    ids::{HeartbeatId, ServiceId},
};
use uuid::Uuid;

use crate::{
    bulk,
    db::{Connection, Row, micros},
    error::StoreError,
    tx::{Buffered, Question, Tx},
};

/// How many pings of each heartbeat are kept.
pub const PINGS_KEPT: i64 = 100;

/// The heartbeats of a service that are in use, by key.
///
/// # Errors
/// What the database says.
pub async fn of_service(
    link: &mut Connection,
    service: ServiceId,
) -> Result<Vec<Heartbeat>, StoreError> {
    link.query("SELECT * FROM heartbeats WHERE service_id = $1 AND retired_at IS NULL ORDER BY key")
        .bind(service.0)
        .fetch_as(read)
        .await
}

/// The heartbeats of a service in an environment that are in use, by key.
///
/// # Errors
/// What the database says.
pub async fn of_environment(
    link: &mut Connection,
    service: ServiceId,
    environment: &str,
) -> Result<Vec<Heartbeat>, StoreError> {
    link.query(
        "SELECT * FROM heartbeats WHERE service_id = $1 AND environment = $2 \
         AND retired_at IS NULL ORDER BY key",
    )
    .bind(service.0)
    .bind(environment.to_owned())
    .fetch_as(read)
    .await
}

/// The heartbeat with this key, retired or not.
///
/// # Errors
/// What the database says.
pub async fn by_key(
    link: &mut Connection,
    service: ServiceId,
    key: &str,
) -> Result<Option<Heartbeat>, StoreError> {
    link.query("SELECT * FROM heartbeats WHERE service_id = $1 AND key = $2")
        .bind(service.0)
        .bind(key.to_owned())
        .fetch_optional_as(read)
        .await
}

/// The heartbeat in use whose pings are sent to `ping_id`.
///
/// # Errors
/// What the database says.
pub async fn by_ping_id(
    link: &mut Connection,
    ping_id: Uuid,
) -> Result<Option<Heartbeat>, StoreError> {
    link.query("SELECT * FROM heartbeats WHERE ping_id = $1 AND retired_at IS NULL")
        .bind(ping_id)
        .fetch_optional_as(read)
        .await
}

/// The heartbeats of a service in an environment that were retired at or after `since`.
///
/// # Errors
/// What the database says.
pub async fn retired_since(
    link: &mut Connection,
    service: ServiceId,
    environment: &str,
    since: DateTime<Utc>,
) -> Result<Vec<Heartbeat>, StoreError> {
    link.query(
        "SELECT * FROM heartbeats WHERE service_id = $1 AND environment = $2 \
         AND retired_at >= $3 ORDER BY key",
    )
    .bind(service.0)
    .bind(environment.to_owned())
    .bind(micros(since))
    .fetch_as(read)
    .await
}

/// The heartbeats in use that have become silent at `now` and are not known to be.
///
/// # Errors
/// What the database says.
pub async fn silent(
    link: &mut Connection,
    now: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<Heartbeat>, StoreError> {
    link.query(
        "SELECT * FROM heartbeats WHERE silent_at < $1 AND retired_at IS NULL \
         ORDER BY silent_at LIMIT $2",
    )
    .bind(micros(now))
    .bind(limit)
    .fetch_as(read)
    .await
}

/// The newest pings of a heartbeat, newest first.
///
/// # Errors
/// What the database says.
pub async fn pings(
    link: &mut Connection,
    id: HeartbeatId,
    limit: i64,
) -> Result<Vec<RecordedPing>, StoreError> {
    link.query("SELECT * FROM pings WHERE heartbeat_id = $1 ORDER BY n DESC LIMIT $2")
        .bind(id.0)
        .bind(limit)
        .fetch_as(|row| {
            Ok(RecordedPing {
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

/// Adds a heartbeat, or makes it what the record says; its address and how many pings it had stay.
///
/// # Errors
/// What the database says.
pub async fn put(tx: &mut Tx, record: Heartbeat) -> Result<(), StoreError> {
    tx.query(
        "INSERT INTO heartbeats (id, service_id, environment, key, label, ping_id, period_s, cron, \
         time_zone, grace_s, item, state, state_since, success_at, start_at, fail_at, exit_code, \
         pings, silent_at, created_at, updated_at, open_runs, \
         success_began_at) VALUES ($1, $2, $3, $4, $5, $6, $7, \
         $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23) \
         ON CONFLICT (service_id, key) DO UPDATE SET environment = excluded.environment, \
         label = excluded.label, period_s = excluded.period_s, cron = excluded.cron, \
         time_zone = excluded.time_zone, grace_s = excluded.grace_s, item = excluded.item, \
         state = excluded.state, state_since = excluded.state_since, \
         success_at = excluded.success_at, start_at = excluded.start_at, \
         fail_at = excluded.fail_at, exit_code = excluded.exit_code, \
         open_runs = excluded.open_runs, success_began_at = excluded.success_began_at, \
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
    .bind(open_runs(&record.heard)?)
    .bind(record.heard.success_began_at.map(micros))
    .execute()
    .await
    .map(drop)
}

fn open_runs(heard: &Heard) -> Result<String, StoreError> {
    serde_json::to_string(&heard.open_runs).map_err(|error| StoreError::corrupt("open_runs", error))
}

/// Notes a heartbeat's state and what was heard of it; it is written with the commit.
pub fn put_state(tx: &mut Tx, record: &Heartbeat) {
    tx.cache.put(ByPingId(record.ping_id), Some(record.clone()));
    let of_environment = OfEnvironment(record.service_id, record.environment.clone());
    let known = tx.cache.get_mut(&of_environment).into_iter().flatten();
    known.filter(|known| known.id == record.id).for_each(|known| known.clone_from(record));
    tx.buffer.push(record.clone());
}

/// Adds a ping; it is written with the commit.
pub fn insert_ping(tx: &mut Tx, id: HeartbeatId, ping: RecordedPing) {
    tx.buffer.push((id, ping));
}

/// States wait for the commit: of several of one heartbeat the last is written.
impl Buffered for Heartbeat {
    const READ_BACK: bool = true;

    async fn write(connection: &mut Connection, rows: Vec<Self>) -> Result<(), StoreError> {
        write_states(connection, rows).await
    }
}

impl Buffered for (HeartbeatId, RecordedPing) {
    const READ_BACK: bool = true;

    async fn write(connection: &mut Connection, rows: Vec<Self>) -> Result<(), StoreError> {
        write_pings(connection, rows).await
    }
}

async fn write_states(link: &mut Connection, states: Vec<Heartbeat>) -> Result<(), StoreError> {
    let last: BTreeMap<_, _> = states.into_iter().map(|record| (record.id, record)).collect();
    for record in last.into_values() {
        let open_runs = open_runs(&record.heard)?;
        link.query(
            "UPDATE heartbeats SET state = $2, state_since = $3, success_at = $4, start_at = $5, \
             fail_at = $6, exit_code = $7, pings = $8, silent_at = $9, open_runs = $10, \
             success_began_at = $11 WHERE id = $1",
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
        .bind(open_runs)
        .bind(record.heard.success_began_at.map(micros))
        .execute()
        .await?;
    }
    Ok(())
}

/// Writes pings and forgets those that are too old.
async fn write_pings(
    link: &mut Connection,
    mut pings: Vec<(HeartbeatId, RecordedPing)>,
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
    bulk::insert(link, head, 8, "", pings, |query, (id, ping)| {
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
            .execute()
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
        .execute()
        .await
        .map(drop)
}

fn read(row: &Row) -> Result<Heartbeat, StoreError> {
    Ok(Heartbeat {
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
            success_began_at: row.time_optional("success_began_at")?,
            start_at: row.time_optional("start_at")?,
            fail_at: row.time_optional("fail_at")?,
            open_runs: row.json("open_runs")?,
        },
        exit_code: row.get("exit_code")?,
        pings: row.get("pings")?,
        silent_at: row.time_optional("silent_at")?,
        retired_at: row.time_optional("retired_at")?,
        created_at: row.time("created_at")?,
        updated_at: row.time("updated_at")?,
    })
}

#[derive(PartialEq, Eq, Hash)]
struct OfEnvironment(ServiceId, String);

impl Question for OfEnvironment {
    type Answer = Vec<Heartbeat>;
}

#[derive(PartialEq, Eq, Hash)]
struct ByPingId(Uuid);

impl Question for ByPingId {
    type Answer = Option<Heartbeat>;
}

impl Tx {
    /// As [`of_environment`], read once in a transaction; states that wait for the commit count.
    ///
    /// # Errors
    /// What the database says.
    pub async fn heartbeats(
        &mut self,
        service: ServiceId,
        environment: &str,
    ) -> Result<Vec<Heartbeat>, StoreError> {
        let question = OfEnvironment(service, environment.to_owned());
        if let Some(known) = self.cache.get(&question) {
            return Ok(known.clone());
        }
        let mut read = of_environment(self, service, environment).await?;
        for record in &mut read {
            self.as_buffered(record);
        }
        Ok(self.cache.put(question, read))
    }

    /// As [`by_ping_id`], read once in a transaction; states that wait for the commit count.
    ///
    /// # Errors
    /// What the database says.
    pub async fn heartbeat(&mut self, ping_id: Uuid) -> Result<Option<Heartbeat>, StoreError> {
        if let Some(known) = self.cache.get(&ByPingId(ping_id)) {
            return Ok(known.clone());
        }
        let mut read = by_ping_id(self, ping_id).await?;
        if let Some(record) = &mut read {
            self.as_buffered(record);
        }
        Ok(self.cache.put(ByPingId(ping_id), read))
    }

    fn as_buffered(&self, record: &mut Heartbeat) {
        let states = self.buffer.rows::<Heartbeat>();
        if let Some(newer) = states.iter().rev().find(|newer| newer.id == record.id) {
            record.clone_from(newer);
        }
    }
}
