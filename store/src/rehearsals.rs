//! Rehearsals of rollback plans.

use chrono::{DateTime, Utc};
use domain::{
    ids::{RehearsalId, ServiceId},
    rehearsal::RehearsalFact,
};

use crate::{
    db::{Link, Row},
    error::StoreError,
    tx::{Tx, micros},
};

/// A rehearsal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RehearsalRecord {
    /// Its id.
    pub id: RehearsalId,
    /// Of which service's plan.
    pub service_id: ServiceId,
    /// What was done, where and how it went.
    pub fact: RehearsalFact,
    /// What was noticed.
    pub notes: String,
    /// Who wrote it down.
    pub recorded_by: String,
    /// When it was written down.
    pub recorded_at: DateTime<Utc>,
}

/// The rehearsals of a service's plan, newest first.
///
/// # Errors
/// What the database says.
pub async fn newest(
    link: &mut Link,
    service: ServiceId,
    limit: i64,
) -> Result<Vec<RehearsalRecord>, StoreError> {
    link.query("SELECT * FROM rehearsals WHERE service_id = $1 ORDER BY at DESC, id DESC LIMIT $2")
        .bind(service.0)
        .bind(limit)
        .read(read)
        .await
}

/// Adds a rehearsal.
///
/// # Errors
/// What the database says.
pub async fn insert(tx: &mut Tx, record: RehearsalRecord) -> Result<(), StoreError> {
    tx.query(
        "INSERT INTO rehearsals (id, service_id, environment, version, at, duration_s, worked, \
         notes, recorded_by, recorded_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(record.id.0)
    .bind(record.service_id.0)
    .bind(record.fact.environment)
    .bind(record.fact.version)
    .bind(micros(record.fact.at))
    .bind(record.fact.duration_s)
    .bind(record.fact.worked)
    .bind(record.notes)
    .bind(record.recorded_by)
    .bind(micros(record.recorded_at))
    .run()
    .await
    .map(drop)
}

fn read(row: &Row) -> Result<RehearsalRecord, StoreError> {
    Ok(RehearsalRecord {
        id: RehearsalId(row.get("id")?),
        service_id: ServiceId(row.get("service_id")?),
        fact: RehearsalFact {
            at: row.time("at")?,
            version: row.get("version")?,
            worked: row.get("worked")?,
            duration_s: row.get("duration_s")?,
            environment: row.get("environment")?,
        },
        notes: row.get("notes")?,
        recorded_by: row.get("recorded_by")?,
        recorded_at: row.time("recorded_at")?,
    })
}
