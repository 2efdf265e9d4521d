//! Runs of duties.

use chrono::{DateTime, Utc};
use domain::{
    duty::DutyState,
    ids::{DutyId, DutyRunId, RunbookVersionId},
    runbook::SignOffRequirement,
};

use crate::{
    db::{Link, Row},
    error::StoreError,
    tx::{Tx, micros},
};

/// A run of a duty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DutyRun {
    /// Its id.
    pub id: DutyRunId,
    /// Of which duty.
    pub duty_id: DutyId,
    /// The version of the runbook it was copied from.
    pub runbook_version_id: RunbookVersionId,
    /// That version's number.
    pub runbook_number: i64,
    /// The runbook's title.
    pub title: String,
    /// What the runbook is about.
    pub description: String,
    /// Who has to sign.
    pub sign_off_required: Vec<SignOffRequirement>,
    /// When it opened.
    pub opened_at: DateTime<Utc>,
    /// When it has to be done.
    pub due_at: DateTime<Utc>,
    /// What was last told about it: that it has opened, is due soon or is overdue.
    pub told: DutyState,
    /// When it was done.
    pub closed_at: Option<DateTime<Utc>>,
}

/// The run with this id.
///
/// # Errors
/// What the database says.
pub async fn run_by_id(link: &mut Link, id: DutyRunId) -> Result<Option<DutyRun>, StoreError> {
    link.query("SELECT * FROM duty_runs WHERE id = $1").bind(id.0).read_optional(read).await
}

/// The runs of a duty, newest first, at most `limit`.
///
/// # Errors
/// What the database says.
pub async fn runs_of(
    link: &mut Link,
    duty: DutyId,
    limit: i64,
) -> Result<Vec<DutyRun>, StoreError> {
    link.query("SELECT * FROM duty_runs WHERE duty_id = $1 ORDER BY opened_at DESC LIMIT $2")
        .bind(duty.0)
        .bind(limit)
        .read(read)
        .await
}

/// The open run of a duty.
///
/// # Errors
/// What the database says.
pub async fn open_run(link: &mut Link, duty: DutyId) -> Result<Option<DutyRun>, StoreError> {
    link.query("SELECT * FROM duty_runs WHERE duty_id = $1 AND closed_at IS NULL")
        .bind(duty.0)
        .read_optional(read)
        .await
}

/// All open runs of duties that are switched on.
///
/// # Errors
/// What the database says.
pub async fn open_runs(link: &mut Link) -> Result<Vec<DutyRun>, StoreError> {
    link.query(
        "SELECT r.* FROM duty_runs r JOIN duties d ON d.id = r.duty_id \
         WHERE r.closed_at IS NULL AND d.retired_at IS NULL ORDER BY r.due_at",
    )
    .read(read)
    .await
}

/// Adds a run.
///
/// # Errors
/// What the database says; a unique violation where one is open.
pub async fn insert_run(tx: &mut Tx, run: DutyRun) -> Result<(), StoreError> {
    let required = serde_json::to_string(&run.sign_off_required)
        .map_err(|error| StoreError::corrupt("sign_off_required", error))?;
    tx.query(
        "INSERT INTO duty_runs (id, duty_id, runbook_version_id, runbook_number, title, \
         description, sign_off_required, opened_at, due_at, told, closed_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    )
    .bind(run.id.0)
    .bind(run.duty_id.0)
    .bind(run.runbook_version_id.0)
    .bind(run.runbook_number)
    .bind(run.title)
    .bind(run.description)
    .bind(required)
    .bind(micros(run.opened_at))
    .bind(micros(run.due_at))
    .bind(run.told.as_str().to_owned())
    .bind(run.closed_at.map(micros))
    .run()
    .await
    .map(drop)
}

/// Notes what was told about a run.
///
/// # Errors
/// What the database says.
pub async fn tell(tx: &mut Tx, id: DutyRunId, told: DutyState) -> Result<(), StoreError> {
    tx.query("UPDATE duty_runs SET told = $2 WHERE id = $1")
        .bind(id.0)
        .bind(told.as_str().to_owned())
        .run()
        .await
        .map(drop)
}

/// Closes a run.
///
/// # Errors
/// What the database says.
pub async fn close(tx: &mut Tx, id: DutyRunId, at: DateTime<Utc>) -> Result<(), StoreError> {
    tx.query("UPDATE duty_runs SET closed_at = $2 WHERE id = $1")
        .bind(id.0)
        .bind(micros(at))
        .run()
        .await
        .map(drop)
}

fn read(row: &Row) -> Result<DutyRun, StoreError> {
    Ok(DutyRun {
        id: DutyRunId(row.get("id")?),
        duty_id: DutyId(row.get("duty_id")?),
        runbook_version_id: RunbookVersionId(row.get("runbook_version_id")?),
        runbook_number: row.get("runbook_number")?,
        title: row.get("title")?,
        description: row.get("description")?,
        sign_off_required: row.json("sign_off_required")?,
        opened_at: row.time("opened_at")?,
        due_at: row.time("due_at")?,
        told: row.word("told", DutyState::parse)?,
        closed_at: row.time_optional("closed_at")?,
    })
}
