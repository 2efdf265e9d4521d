//! Runs of duties: what they have beside what every run has.

use domain::{
    duty::{DutyRun, DutyState},
    ids::{DutyId, DutyRunId, RunbookVersionId},
};
use sqlx::AssertSqlSafe;

use crate::{
    db::{Connection, Row},
    error::StoreError,
    runs,
    tx::Tx,
};
use domain::duty::Duty;

const SELECT: &str = "SELECT x.*, r.runbook_version_id, r.sign_off_required, r.required_items, \
     r.opened_at, r.ends_at, r.closed_at FROM duty_runs x JOIN runs r ON r.id = x.id";

/// The run with this id.
///
/// # Errors
/// What the database says.
pub async fn run_by_id(
    link: &mut Connection,
    id: DutyRunId,
) -> Result<Option<DutyRun>, StoreError> {
    let sql = format!("{SELECT} WHERE x.id = $1");
    link.query(AssertSqlSafe(sql)).bind(id.0).fetch_optional_as(read).await
}

/// The runs of a duty, newest first, at most `limit`.
///
/// # Errors
/// What the database says.
pub async fn runs_of(
    link: &mut Connection,
    duty: DutyId,
    limit: i64,
) -> Result<Vec<DutyRun>, StoreError> {
    let sql = format!("{SELECT} WHERE x.duty_id = $1 ORDER BY r.opened_at DESC LIMIT $2");
    link.query(AssertSqlSafe(sql)).bind(duty.0).bind(limit).fetch_as(read).await
}

/// The open run of a duty.
///
/// # Errors
/// What the database says.
pub async fn open_run(link: &mut Connection, duty: DutyId) -> Result<Option<DutyRun>, StoreError> {
    let sql = format!("{SELECT} WHERE x.duty_id = $1 AND r.state = 'watching'");
    link.query(AssertSqlSafe(sql)).bind(duty.0).fetch_optional_as(read).await
}

/// All open runs of duties that are switched on.
///
/// # Errors
/// What the database says.
pub async fn open_runs(link: &mut Connection) -> Result<Vec<DutyRun>, StoreError> {
    let sql = format!(
        "{SELECT} JOIN duties d ON d.id = x.duty_id \
         WHERE r.state = 'watching' AND d.retired_at IS NULL ORDER BY r.ends_at"
    );
    link.query(AssertSqlSafe(sql)).fetch_as(read).await
}

/// Adds a run of a duty.
///
/// # Errors
/// What the database says.
pub async fn insert_run(tx: &mut Tx, duty: &Duty, run: DutyRun) -> Result<(), StoreError> {
    runs::insert(tx, run.run(duty)).await?;
    tx.query(
        "INSERT INTO duty_runs (id, duty_id, runbook_number, title, description, last_reminder) \
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(run.id.0)
    .bind(run.duty_id.0)
    .bind(run.runbook_number)
    .bind(run.title)
    .bind(run.description)
    .bind(run.last_reminder.as_str().to_owned())
    .execute()
    .await
    .map(drop)
}

/// Notes what was told about a run.
///
/// # Errors
/// What the database says.
pub async fn set_reminder(tx: &mut Tx, id: DutyRunId, told: DutyState) -> Result<(), StoreError> {
    tx.query("UPDATE duty_runs SET last_reminder = $2 WHERE id = $1")
        .bind(id.0)
        .bind(told.as_str().to_owned())
        .execute()
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
        required_items: row.get("required_items")?,
        opened_at: row.time("opened_at")?,
        due_at: row.time("ends_at")?,
        last_reminder: row.word("last_reminder", DutyState::parse)?,
        closed_at: row.time_optional("closed_at")?,
    })
}
