//! Indicators of services.

use chrono::{DateTime, Utc};
use domain::{
    ids::{IndicatorId, ServiceId},
    indicator::{Direction, Family, Indicator, Source},
};

use crate::{
    db::{Connection, Row, micros},
    error::StoreError,
    tx::Tx,
};

/// The indicators of a service that are in use, by key.
///
/// # Errors
/// What the database says.
pub async fn of_service(
    link: &mut Connection,
    service: ServiceId,
) -> Result<Vec<Indicator>, StoreError> {
    link.query("SELECT * FROM indicators WHERE service_id = $1 AND retired_at IS NULL ORDER BY key")
        .bind(service.0)
        .fetch_as(read)
        .await
}

/// The indicator with this key, retired or not.
///
/// # Errors
/// What the database says.
pub async fn by_key(
    link: &mut Connection,
    service: ServiceId,
    key: &str,
) -> Result<Option<Indicator>, StoreError> {
    link.query("SELECT * FROM indicators WHERE service_id = $1 AND key = $2")
        .bind(service.0)
        .bind(key.to_owned())
        .fetch_optional_as(read)
        .await
}

/// The indicators that a server is asked for now: those of services with an open watch.
///
/// # Errors
/// What the database says.
pub async fn being_watched(link: &mut Connection) -> Result<Vec<Indicator>, StoreError> {
    link.query(
        "SELECT * FROM indicators i WHERE i.source = 'prometheus' AND i.retired_at IS NULL \
         AND EXISTS (SELECT 1 FROM runs r WHERE r.service_id = i.service_id \
         AND r.subject_kind = 'deployment' AND r.state = 'watching')",
    )
    .fetch_as(read)
    .await
}

/// Adds an indicator, or changes all but its id, service, key and creation time.
///
/// # Errors
/// What the database says.
pub async fn put(tx: &mut Tx, record: Indicator) -> Result<(), StoreError> {
    let thresholds = serde_json::to_string(&record.thresholds)
        .map_err(|error| StoreError::corrupt("thresholds", error))?;
    let headers = serde_json::to_string(&record.headers)
        .map_err(|error| StoreError::corrupt("headers", error))?;
    tx.query(
        "INSERT INTO indicators (id, service_id, key, label, family, source, unit, direction, \
         server_url, query, heartbeat_query, interval_s, thresholds, created_at, updated_at, \
         headers) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) \
         ON CONFLICT (service_id, key) DO UPDATE SET label = excluded.label, \
         family = excluded.family, source = excluded.source, unit = excluded.unit, \
         direction = excluded.direction, server_url = excluded.server_url, \
         query = excluded.query, heartbeat_query = excluded.heartbeat_query, \
         interval_s = excluded.interval_s, thresholds = excluded.thresholds, \
         headers = excluded.headers, \
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
    .bind(headers)
    .execute()
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
        .execute()
        .await
        .map(drop)
}

fn read(row: &Row) -> Result<Indicator, StoreError> {
    Ok(Indicator {
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
        headers: row.json("headers")?,
        interval_s: row.get("interval_s")?,
        thresholds: row.json("thresholds")?,
        retired_at: row.time_optional("retired_at")?,
        created_at: row.time("created_at")?,
        updated_at: row.time("updated_at")?,
    })
}
