//! Sign-offs of runs of duties. Append-only.

use chrono::{DateTime, Utc};
use domain::ids::{DutyRunId, PersonId};

use crate::{
    db::{Link, Row},
    error::StoreError,
    tx::{Tx, micros},
};

/// A sign-off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DutySignOff {
    /// Of which run.
    pub run_id: DutyRunId,
    /// Who signed.
    pub person_id: PersonId,
    /// Their name.
    pub person_name: String,
    /// The required role it counts for.
    pub role: String,
    /// What they said.
    pub note: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// The sign-offs of a run, in order.
///
/// # Errors
/// What the database says.
pub async fn sign_offs_of(link: &mut Link, run: DutyRunId) -> Result<Vec<DutySignOff>, StoreError> {
    link.query("SELECT * FROM duty_sign_offs WHERE run_id = $1 ORDER BY at, person_id")
        .bind(run.0)
        .read(read)
        .await
}

/// Adds a sign-off.
///
/// # Errors
/// What the database says; a unique violation where this person has signed already.
pub async fn insert_sign_off(tx: &mut Tx, record: DutySignOff) -> Result<(), StoreError> {
    tx.query(
        "INSERT INTO duty_sign_offs (run_id, person_id, person_name, role, note, at) \
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(record.run_id.0)
    .bind(record.person_id.0)
    .bind(record.person_name)
    .bind(record.role)
    .bind(record.note)
    .bind(micros(record.at))
    .run()
    .await
    .map(drop)
}

fn read(row: &Row) -> Result<DutySignOff, StoreError> {
    Ok(DutySignOff {
        run_id: DutyRunId(row.get("run_id")?),
        person_id: PersonId(row.get("person_id")?),
        person_name: row.get("person_name")?,
        role: row.get("role")?,
        note: row.get("note")?,
        at: row.time("at")?,
    })
}
