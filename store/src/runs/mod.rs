//! Runs: the copy of a runbook that is worked for a deployment or a duty, with what was said in it.
//! A run has the id of what it is about.

pub mod evidence;
pub mod failures;
pub mod items;
pub mod report_cases;
pub mod sign_offs;
pub mod waivers;
mod watched;

use chrono::{DateTime, Utc};
use domain::{
    ids::{RunId, RunbookVersionId, ServiceId},
    run::{Revocation, Run, RunSubject},
    verdict::Verdict,
    watch::WatchState,
};

pub use watched::{WatchedRun, watched_of, with_silent_checks};

use crate::{
    db::{Connection, Row, micros},
    error::StoreError,
    tx::{Question, Tx},
};

const SELECT: &str = "SELECT r.*, s.slug AS service, EXISTS (SELECT 1 FROM duty_runs x \
     JOIN duties d ON d.id = x.duty_id WHERE x.id = r.id AND d.retired_at IS NOT NULL) AS suspended \
     FROM runs r JOIN services s ON s.id = r.service_id";

/// The run with this id.
///
/// # Errors
/// What the database says.
pub async fn by_id(link: &mut Connection, id: RunId) -> Result<Option<Run>, StoreError> {
    let sql = format!("{SELECT} WHERE r.id = $1");
    link.query(sqlx::AssertSqlSafe(sql)).bind(id.0).fetch_optional_as(read).await
}

/// The open runs of a service in an environment, oldest first: at most one of a deployment, and any
/// number of duties.
///
/// # Errors
/// What the database says.
pub async fn open_in(
    link: &mut Connection,
    service: ServiceId,
    environment: &str,
) -> Result<Vec<Run>, StoreError> {
    let sql = format!(
        "{SELECT} WHERE r.service_id = $1 AND r.environment = $2 AND r.state = 'watching' \
         ORDER BY r.opened_at, r.id"
    );
    let found = link
        .query(sqlx::AssertSqlSafe(sql))
        .bind(service.0)
        .bind(environment.to_owned())
        .fetch_as(read)
        .await?;
    Ok(found.into_iter().filter(|run| !run.suspended).collect())
}

/// The open runs after this one, in order of their ids, at most `limit`: a page of all there are.
///
/// # Errors
/// What the database says.
pub async fn open_after(
    link: &mut Connection,
    after: Option<RunId>,
    limit: i64,
) -> Result<Vec<Run>, StoreError> {
    let sql = format!("{SELECT} WHERE r.state = 'watching' AND r.id > $1 ORDER BY r.id LIMIT $2");
    let after = after.map_or(uuid::Uuid::nil(), |id| id.0);
    link.query(sqlx::AssertSqlSafe(sql)).bind(after).bind(limit).fetch_as(read).await
}

/// Adds a run.
///
/// # Errors
/// What the database says; a unique violation where another watch is open there.
pub async fn insert(tx: &mut Tx, run: Run) -> Result<(), StoreError> {
    let required = serde_json::to_string(&run.sign_off_required)
        .map_err(|error| StoreError::corrupt("sign_off_required", error))?;
    tx.query(
        "INSERT INTO runs (id, subject_kind, service_id, environment, runbook_version_id, \
         sign_off_required, opened_at, ends_at, state, verdict, reason, open_items, \
         required_items, closed_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
    )
    .bind(run.id.0)
    .bind(run.subject.as_str().to_owned())
    .bind(run.service_id.0)
    .bind(run.environment)
    .bind(run.runbook_version_id.0)
    .bind(required)
    .bind(micros(run.opened_at))
    .bind(micros(run.ends_at))
    .bind(run.state.as_str().to_owned())
    .bind(run.verdict.as_str().to_owned())
    .bind(run.reason)
    .bind(run.open_items)
    .bind(run.required_items)
    .bind(run.closed_at.map(micros))
    .execute()
    .await
    .map(drop)
}

/// What the gate says of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewVerdict {
    /// Its verdict.
    pub verdict: Verdict,
    /// Its sentence.
    pub reason: String,
    /// How many required items are open.
    pub open_items: i64,
    /// How many are closed by a waiver.
    pub waived_items: i64,
    /// How many required items apply here.
    pub required_items: i64,
}

/// Writes down what the gate says now.
///
/// # Errors
/// What the database says.
pub async fn set_verdict(tx: &mut Tx, id: RunId, said: NewVerdict) -> Result<(), StoreError> {
    tx.query(
        "UPDATE runs SET verdict = $2, reason = $3, open_items = $4, waived_items = $5, \
         required_items = $6 WHERE id = $1",
    )
    .bind(id.0)
    .bind(said.verdict.as_str().to_owned())
    .bind(said.reason)
    .bind(said.open_items)
    .bind(said.waived_items)
    .bind(said.required_items)
    .execute()
    .await
    .map(drop)
}

/// Closes a run: moves it to `state`.
///
/// # Errors
/// What the database says.
pub async fn close(
    tx: &mut Tx,
    id: RunId,
    state: WatchState,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    tx.query("UPDATE runs SET state = $2, closed_at = $3 WHERE id = $1")
        .bind(id.0)
        .bind(state.as_str().to_owned())
        .bind(micros(at))
        .execute()
        .await
        .map(drop)
}

/// The run of a deployment that was signed off and is what its service has in an environment now.
///
/// # Errors
/// What the database says.
pub async fn signed_in(
    link: &mut Connection,
    service: ServiceId,
    environment: &str,
) -> Result<Option<Run>, StoreError> {
    let sql = format!(
        "SELECT * FROM ({SELECT} WHERE r.service_id = $1 AND r.environment = $2 \
         AND r.subject_kind = 'deployment' ORDER BY r.opened_at DESC, r.id DESC LIMIT 1) AS newest \
         WHERE state = 'signed_off'"
    );
    link.query(sqlx::AssertSqlSafe(sql))
        .bind(service.0)
        .bind(environment.to_owned())
        .fetch_optional_as(read)
        .await
}

/// What holds of a run `r` of a deployment that was signed off and is what its service has there now.
/// Whether its watch has run its time is for whoever asks to bind.
pub(crate) const SIGNED_THERE: &str = "r.subject_kind = 'deployment' AND r.state = 'signed_off' \
     AND NOT EXISTS (SELECT 1 FROM runs n WHERE n.service_id = r.service_id \
     AND n.environment = r.environment AND n.subject_kind = 'deployment' \
     AND (n.opened_at > r.opened_at OR (n.opened_at = r.opened_at AND n.id > r.id)))";

/// Opens a run again that was signed off.
///
/// # Errors
/// What the database says; a unique violation where another watch is open there.
pub async fn revoke(
    tx: &mut Tx,
    id: RunId,
    at: DateTime<Utc>,
    because: String,
) -> Result<(), StoreError> {
    tx.query(
        "UPDATE runs SET state = 'watching', closed_at = NULL, revoked_at = $2, \
         revoked_reason = $3 WHERE id = $1 AND state = 'signed_off'",
    )
    .bind(id.0)
    .bind(micros(at))
    .bind(because)
    .execute()
    .await
    .map(drop)
}

/// The revocation of a run, by its columns.
///
/// # Errors
/// Where they cannot be read.
pub(crate) fn revocation(row: &Row) -> Result<Option<Revocation>, StoreError> {
    let because = row.get("revoked_reason")?;
    Ok(row.time_optional("revoked_at")?.map(|at| Revocation { at, because }))
}

fn read(row: &Row) -> Result<Run, StoreError> {
    let verdict: String = row.get("verdict")?;
    Ok(Run {
        id: RunId(row.get("id")?),
        subject: row.word("subject_kind", RunSubject::parse)?,
        service_id: ServiceId(row.get("service_id")?),
        service: row.get("service")?,
        environment: row.get("environment")?,
        runbook_version_id: RunbookVersionId(row.get("runbook_version_id")?),
        sign_off_required: row.json("sign_off_required")?,
        opened_at: row.time("opened_at")?,
        ends_at: row.time("ends_at")?,
        state: row.word("state", WatchState::parse)?,
        verdict: Verdict::parse_or_undecided(&verdict),
        reason: row.get("reason")?,
        open_items: row.get("open_items")?,
        waived_items: row.get("waived_items")?,
        required_items: row.get("required_items")?,
        closed_at: row.time_optional("closed_at")?,
        revoked: revocation(row)?,
        suspended: row.get("suspended")?,
    })
}

#[derive(PartialEq, Eq, Hash)]
struct ById(RunId);

impl Question for ById {
    type Answer = Option<Run>;
}

impl Tx {
    /// As [`by_id`], read once in a transaction.
    ///
    /// # Errors
    /// What the database says.
    pub async fn run(&mut self, id: RunId) -> Result<Option<Run>, StoreError> {
        let question = ById(id);
        if let Some(known) = self.cache.get(&question) {
            return Ok(known.clone());
        }
        let read = by_id(self, id).await?;
        Ok(self.cache.put(question, read))
    }
}
