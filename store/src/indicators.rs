//! Indicators of services.

use chrono::{DateTime, Utc};
use domain::{
    ids::{IndicatorId, ServiceId},
    indicator::{Direction, Family, Source, Thresholds},
};

use crate::{
    db::{Link, Row},
    error::StoreError,
    tx::{Tx, micros},
};

/// An indicator.
#[derive(Debug, Clone, PartialEq)]
pub struct IndicatorRecord {
    /// Its id.
    pub id: IndicatorId,
    /// Of which service.
    pub service_id: ServiceId,
    /// Its key among the service's indicators.
    pub key: String,
    /// What it is called on the page.
    pub label: String,
    /// What it tells about.
    pub family: Family,
    /// Where its points come from.
    pub source: Source,
    /// Its unit.
    pub unit: String,
    /// Which way it is better.
    pub direction: Direction,
    /// The server that is asked, where one is.
    pub server_url: Option<String>,
    /// What it is asked.
    pub query: Option<String>,
    /// What tells that an empty answer is a zero.
    pub heartbeat_query: Option<String>,
    /// Seconds from one question to the next.
    pub interval_s: i64,
    /// What was agreed to be good and bad.
    pub thresholds: Thresholds,
    /// When it was retired.
    pub retired_at: Option<DateTime<Utc>>,
    /// When it was created.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

/// The indicators of a service that are in use, by key.
///
/// # Errors
/// What the database says.
pub async fn of_service(
    link: &mut Link,
    service: ServiceId,
) -> Result<Vec<IndicatorRecord>, StoreError> {
    link.query("SELECT * FROM indicators WHERE service_id = $1 AND retired_at IS NULL ORDER BY key")
        .bind(service.0)
        .read(read)
        .await
}

/// The indicator with this key, retired or not.
///
/// # Errors
/// What the database says.
pub async fn by_key(
    link: &mut Link,
    service: ServiceId,
    key: &str,
) -> Result<Option<IndicatorRecord>, StoreError> {
    link.query("SELECT * FROM indicators WHERE service_id = $1 AND key = $2")
        .bind(service.0)
        .bind(key.to_owned())
        .read_optional(read)
        .await
}

/// The indicators that a server is asked for now: those of services with an open watch.
///
/// # Errors
/// What the database says.
pub async fn being_watched(link: &mut Link) -> Result<Vec<IndicatorRecord>, StoreError> {
    link.query(
        "SELECT * FROM indicators i WHERE i.source = 'prometheus' AND i.retired_at IS NULL \
         AND EXISTS (SELECT 1 FROM runs r WHERE r.service_id = i.service_id \
         AND r.subject_kind = 'deployment' AND r.state = 'watching')",
    )
    .read(read)
    .await
}

/// Adds an indicator, or changes all but its id, service, key and creation time.
///
/// # Errors
/// What the database says.
pub async fn put(tx: &mut Tx, record: IndicatorRecord) -> Result<(), StoreError> {
    let thresholds = serde_json::to_string(&record.thresholds)
        .map_err(|error| StoreError::corrupt("thresholds", error))?;
    tx.query(
        "INSERT INTO indicators (id, service_id, key, label, family, source, unit, direction, \
         server_url, query, heartbeat_query, interval_s, thresholds, created_at, updated_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) \
         ON CONFLICT (service_id, key) DO UPDATE SET label = excluded.label, \
         family = excluded.family, source = excluded.source, unit = excluded.unit, \
         direction = excluded.direction, server_url = excluded.server_url, \
         query = excluded.query, heartbeat_query = excluded.heartbeat_query, \
         interval_s = excluded.interval_s, thresholds = excluded.thresholds, \
         retired_at = NULL, updated_at = excluded.updated_at",
    )
    .bind(record.id.0)
    .bind(record.service_id.0)
    .bind(record.key)
    .bind(record.label)
    .bind(record.family.as_str().to_owned())
    .bind(record.source.as_str().to_owned())
    .bind(record.unit)
    .bind(record.direction.as_str().to_owned())
    .bind(record.server_url)
    .bind(record.query)
    .bind(record.heartbeat_query)
    .bind(record.interval_s)
    .bind(thresholds)
    .bind(micros(record.created_at))
    .bind(micros(record.updated_at))
    .run()
    .await
    .map(drop)
}

/// Retires an indicator: it takes no more points, those it has stay.
///
/// # Errors
/// What the database says.
pub async fn retire(tx: &mut Tx, id: IndicatorId, at: DateTime<Utc>) -> Result<(), StoreError> {
    tx.query("UPDATE indicators SET retired_at = $2 WHERE id = $1")
        .bind(id.0)
        .bind(micros(at))
        .run()
        .await
        .map(drop)
}

fn read(row: &Row) -> Result<IndicatorRecord, StoreError> {
    Ok(IndicatorRecord {
        id: IndicatorId(row.get("id")?),
        service_id: ServiceId(row.get("service_id")?),
        key: row.get("key")?,
        label: row.get("label")?,
        family: row.word("family", Family::parse)?,
        source: row.word("source", Source::parse)?,
        unit: row.get("unit")?,
        direction: row.word("direction", Direction::parse)?,
        server_url: row.get("server_url")?,
        query: row.get("query")?,
        heartbeat_query: row.get("heartbeat_query")?,
        interval_s: row.get("interval_s")?,
        thresholds: row.json("thresholds")?,
        retired_at: row.time_optional("retired_at")?,
        created_at: row.time("created_at")?,
        updated_at: row.time("updated_at")?,
    })
}
