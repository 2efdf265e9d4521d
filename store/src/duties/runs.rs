//! Runs of duties: what they have beside what every run has.

use chrono::{DateTime, Utc};
use domain::{
    duty::DutyState,
    ids::{DutyId, DutyRunId, RunbookVersionId},
    run::RunSubject,
    runbook::SignOffRequirement,
    verdict::Verdict,
    watch::WatchState,
};
use sqlx::AssertSqlSafe;

use super::DutyRecord;
use crate::{
    db::{Link, Row},
    error::StoreError,
    runs::{self, RunRecord},
    tx::Tx,
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
    /// How many required items it has.
    pub required_items: i64,
    /// When it opened.
    pub opened_at: DateTime<Utc>,
    /// When it has to be done.
    pub due_at: DateTime<Utc>,
    /// What was last told about it: that it has opened, is due soon or is overdue.
    pub last_reminder: DutyState,
    /// When it was done.
    pub closed_at: Option<DateTime<Utc>>,
}

impl DutyRun {
    /// The run as every run is, of this duty.
    #[must_use]
    pub fn run(&self, duty: &DutyRecord) -> RunRecord {
        let state =
            if self.closed_at.is_some() { WatchState::SignedOff } else { WatchState::Watching };
        RunRecord {
            id: self.id.into(),
            subject: RunSubject::Duty,
            service_id: duty.service_id,
            service: duty.service.clone(),
            environment: duty.environment.clone(),
            runbook_version_id: self.runbook_version_id,
            sign_off_required: self.sign_off_required.clone(),
            opened_at: self.opened_at,
            ends_at: self.due_at,
            state,
            verdict: Verdict::Undecided,
            reason: String::new(),
            open_items: self.required_items,
            required_items: self.required_items,
            closed_at: self.closed_at,
            suspended: duty.retired_at.is_some(),
        }
    }
}

const SELECT: &str = "SELECT x.*, r.runbook_version_id, r.sign_off_required, r.required_items, \
     r.opened_at, r.ends_at, r.closed_at FROM duty_runs x JOIN runs r ON r.id = x.id";

/// The run with this id.
///
/// # Errors
/// What the database says.
pub async fn run_by_id(link: &mut Link, id: DutyRunId) -> Result<Option<DutyRun>, StoreError> {
    let sql = format!("{SELECT} WHERE x.id = $1");
    link.query(AssertSqlSafe(sql)).bind(id.0).read_optional(read).await
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
    let sql = format!("{SELECT} WHERE x.duty_id = $1 ORDER BY r.opened_at DESC LIMIT $2");
    link.query(AssertSqlSafe(sql)).bind(duty.0).bind(limit).read(read).await
}

/// The open run of a duty.
///
/// # Errors
/// What the database says.
pub async fn open_run(link: &mut Link, duty: DutyId) -> Result<Option<DutyRun>, StoreError> {
    let sql = format!("{SELECT} WHERE x.duty_id = $1 AND r.state = 'watching'");
    link.query(AssertSqlSafe(sql)).bind(duty.0).read_optional(read).await
}

/// All open runs of duties that are switched on.
///
/// # Errors
/// What the database says.
pub async fn open_runs(link: &mut Link) -> Result<Vec<DutyRun>, StoreError> {
    let sql = format!(
        "{SELECT} JOIN duties d ON d.id = x.duty_id \
         WHERE r.state = 'watching' AND d.retired_at IS NULL ORDER BY r.ends_at"
    );
    link.query(AssertSqlSafe(sql)).read(read).await
}

/// Adds a run of a duty.
///
/// # Errors
/// What the database says.
pub async fn insert_run(tx: &mut Tx, duty: &DutyRecord, run: DutyRun) -> Result<(), StoreError> {
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
    .run()
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
        required_items: row.get("required_items")?,
        opened_at: row.time("opened_at")?,
        due_at: row.time("ends_at")?,
        last_reminder: row.word("last_reminder", DutyState::parse)?,
        closed_at: row.time_optional("closed_at")?,
    })
}
