//! Sign-offs of runs. Append-only.

use chrono::{DateTime, Utc};
use domain::ids::{PersonId, RunId, SignOffId};

use crate::{
    db::{Link, Row},
    error::StoreError,
    tx::{Tx, micros},
};

/// A sign-off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignOffRecord {
    /// Its id.
    pub id: SignOffId,
    /// Of which run.
    pub run_id: RunId,
    /// Who signed.
    pub person_id: PersonId,
    /// Their name.
    pub person_name: String,
    /// The required role it counts for.
    pub role: String,
    /// What they said.
    pub comment: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// The sign-offs of a run, in order.
///
/// # Errors
/// What the database says.
pub async fn of_run(link: &mut Link, run: RunId) -> Result<Vec<SignOffRecord>, StoreError> {
    link.query("SELECT * FROM sign_offs WHERE run_id = $1 ORDER BY at, id")
        .bind(run.0)
        .read(read)
        .await
}

/// Adds a sign-off.
///
/// # Errors
/// What the database says; a unique violation where this person has signed already.
pub async fn insert(tx: &mut Tx, record: SignOffRecord) -> Result<(), StoreError> {
    tx.query(
        "INSERT INTO sign_offs (id, run_id, person_id, person_name, role, comment, at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(record.id.0)
    .bind(record.run_id.0)
    .bind(record.person_id.0)
    .bind(record.person_name)
    .bind(record.role)
    .bind(record.comment)
    .bind(micros(record.at))
    .run()
    .await
    .map(drop)
}

fn read(row: &Row) -> Result<SignOffRecord, StoreError> {
    Ok(SignOffRecord {
        id: SignOffId(row.get("id")?),
        run_id: RunId(row.get("run_id")?),
        person_id: PersonId(row.get("person_id")?),
        person_name: row.get("person_name")?,
        role: row.get("role")?,
        comment: row.get("comment")?,
        at: row.time("at")?,
    })
}
