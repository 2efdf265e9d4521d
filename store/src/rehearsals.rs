//! Rehearsals of rollback plans.

use domain::{
    ids::{RehearsalId, ServiceId},
    rehearsal::{Rehearsal, RehearsalFact},
};

use crate::{
    db::{Connection, Row, micros},
    error::StoreError,
    tx::Tx,
};

/// The rehearsals of a service's plan, newest first.
///
/// # Errors
/// What the database says.
pub async fn newest(
    link: &mut Connection,
    service: ServiceId,
    limit: i64,
) -> Result<Vec<Rehearsal>, StoreError> {
    link.query("SELECT * FROM rehearsals WHERE service_id = $1 ORDER BY at DESC, id DESC LIMIT $2")
        .bind(service.0)
        .bind(limit)
        .fetch_as(read)
        .await
}

/// Adds a rehearsal.
///
/// # Errors
/// What the database says.
pub async fn insert(tx: &mut Tx, record: Rehearsal) -> Result<(), StoreError> {
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
    .execute()
    .await
    .map(drop)
}

fn read(row: &Row) -> Result<Rehearsal, StoreError> {
    Ok(Rehearsal {
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
