//! Duties: recurring runbooks of services, with their runs.

mod runs;

use domain::{
    duty::Duty,
    ids::{DutyId, ServiceId},
    runbook::Cadence,
};

pub use runs::{insert_run, open_run, open_runs, run_by_id, runs_of, set_reminder};

use crate::{
    db::{Connection, Row, micros},
    error::StoreError,
    tx::Tx,
};

const SELECT: &str =
    "SELECT d.*, s.slug AS service FROM duties d JOIN services s ON s.id = d.service_id";

/// All duties that are switched on.
///
/// # Errors
/// What the database says.
pub async fn all(link: &mut Connection) -> Result<Vec<Duty>, StoreError> {
    let sql = format!(
        "{SELECT} WHERE d.retired_at IS NULL ORDER BY s.slug, d.environment, d.runbook_slug"
    );
    link.query(sqlx::AssertSqlSafe(sql)).fetch_as(read).await
}

/// The duty with this id.
///
/// # Errors
/// What the database says.
pub async fn by_id(link: &mut Connection, id: DutyId) -> Result<Option<Duty>, StoreError> {
    let sql = format!("{SELECT} WHERE d.id = $1");
    link.query(sqlx::AssertSqlSafe(sql)).bind(id.0).fetch_optional_as(read).await
}

/// The duty of this runbook in this place, switched off ones included.
///
/// # Errors
/// What the database says.
pub async fn find(
    link: &mut Connection,
    service: ServiceId,
    environment: &str,
    runbook: &str,
) -> Result<Option<Duty>, StoreError> {
    let sql =
        format!("{SELECT} WHERE d.service_id = $1 AND d.environment = $2 AND d.runbook_slug = $3");
    link.query(sqlx::AssertSqlSafe(sql))
        .bind(service.0)
        .bind(environment.to_owned())
        .bind(runbook.to_owned())
        .fetch_optional_as(read)
        .await
}

/// Adds a duty, or changes all but its id, place, runbook and creation time.
///
/// # Errors
/// What the database says.
pub async fn put(tx: &mut Tx, record: Duty) -> Result<(), StoreError> {
    tx.query(
        "INSERT INTO duties (id, service_id, environment, runbook_slug, cadence, starts_at, \
         passed, retired_at, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) \
         ON CONFLICT (service_id, environment, runbook_slug) DO UPDATE SET \
         cadence = excluded.cadence, starts_at = excluded.starts_at, passed = excluded.passed, \
         retired_at = excluded.retired_at",
    )
    .bind(record.id.0)
    .bind(record.service_id.0)
    .bind(record.environment)
    .bind(record.runbook)
    .bind(record.cadence.as_str().to_owned())
    .bind(micros(record.starts_at))
    .bind(i64::from(record.passed))
    .bind(record.retired_at.map(micros))
    .bind(micros(record.created_at))
    .execute()
    .await
    .map(drop)
}

fn read(row: &Row) -> Result<Duty, StoreError> {
    let passed: i64 = row.get("passed")?;
    Ok(Duty {
        id: DutyId(row.get("id")?),
        service_id: ServiceId(row.get("service_id")?),
        service: row.get("service")?,
        environment: row.get("environment")?,
        runbook: row.get("runbook_slug")?,
        cadence: row.word("cadence", Cadence::parse)?,
        starts_at: row.time("starts_at")?,
        passed: u32::try_from(passed).map_err(|error| StoreError::corrupt("passed", error))?,
        retired_at: row.time_optional("retired_at")?,
        created_at: row.time("created_at")?,
    })
}
