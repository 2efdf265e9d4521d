//! Deployments.

mod list;
mod places;

pub(crate) use list::like;
pub use list::{DeploymentFilter, list};
pub use places::{
    OpenWatch, any, first_at, last_good, open_of, running, running_everywhere, unrestored,
    watched_since, watching,
};

use crate::{
    db::{Link, Row},
    error::StoreError,
    tx::{Tx, micros},
};
use chrono::{DateTime, Utc};
use domain::{
    ids::{DeploymentId, PersonId, ReleaseId, RunbookVersionId, ServiceId},
    runbook::SignOffRequirement,
    verdict::Verdict,
    watch::WatchState,
    words::{DeploymentKind, Strategy},
};

/// A deployment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeploymentRecord {
    /// Its id.
    pub id: DeploymentId,
    /// The service.
    pub service_id: ServiceId,
    /// The service's slug.
    pub service: String,
    /// Where.
    pub environment: String,
    /// The release.
    pub release_id: ReleaseId,
    /// Its version.
    pub version: String,
    /// Why.
    pub kind: DeploymentKind,
    /// How.
    pub strategy: Strategy,
    /// Where its watch stands.
    pub state: WatchState,
    /// The gate's verdict when its run last changed.
    pub verdict: Verdict,
    /// The gate's sentence.
    pub reason: String,
    /// How many required boxes were open then.
    pub open_items: i64,
    /// How many required boxes there are.
    pub required_items: i64,
    /// When it was deployed.
    pub deployed_at: DateTime<Utc>,
    /// Who deployed it, as announced.
    pub deployed_by: String,
    /// The person that is, where the portal knows them.
    pub deployer_id: Option<PersonId>,
    /// Who announced it.
    pub announced_by: String,
    /// The pipeline's page.
    pub url: Option<String>,
    /// What was said about it.
    pub notes: String,
    /// When the watch ends.
    pub watch_ends_at: DateTime<Utc>,
    /// The version of the runbook its run was copied from.
    pub runbook_version_id: RunbookVersionId,
    /// That runbook.
    pub runbook_slug: String,
    /// The version's number.
    pub runbook_number: i64,
    /// Who has to sign.
    pub sign_off_required: Vec<SignOffRequirement>,
    /// The deployment it took the place of.
    pub replaces_id: Option<DeploymentId>,
    /// The deployment that took its place.
    pub superseded_by_id: Option<DeploymentId>,
    /// When its watch closed.
    pub closed_at: Option<DateTime<Utc>>,
    /// Whether it belongs to the demo.
    pub demo: bool,
    /// When it was announced.
    pub created_at: DateTime<Utc>,
}

/// The deployment with this id.
///
/// # Errors
/// What the database says.
pub async fn by_id(
    link: &mut Link,
    id: DeploymentId,
) -> Result<Option<DeploymentRecord>, StoreError> {
    link.query(
        "SELECT d.*, s.slug AS service FROM deployments d JOIN services s ON s.id = d.service_id \
         WHERE d.id = $1",
    )
    .bind(id.0)
    .read_optional(read)
    .await
}

/// Adds a deployment.
///
/// # Errors
/// What the database says; a unique violation where another watch is open there.
pub async fn insert(tx: &mut Tx, record: DeploymentRecord) -> Result<(), StoreError> {
    let required = serde_json::to_string(&record.sign_off_required)
        .map_err(|error| StoreError::corrupt("sign_off_required", error))?;
    tx.query(
        "INSERT INTO deployments (id, service_id, environment, release_id, version, kind, \
         strategy, state, verdict, reason, open_items, required_items, deployed_at, deployed_by, \
         deployer_id, announced_by, url, notes, watch_ends_at, runbook_version_id, runbook_slug, \
         runbook_number, sign_off_required, replaces_id, superseded_by_id, closed_at, demo, \
         created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, \
         $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28)",
    )
    .bind(record.id.0)
    .bind(record.service_id.0)
    .bind(record.environment)
    .bind(record.release_id.0)
    .bind(record.version)
    .bind(record.kind.as_str().to_owned())
    .bind(record.strategy.as_str().to_owned())
    .bind(record.state.as_str().to_owned())
    .bind(record.verdict.as_str().to_owned())
    .bind(record.reason)
    .bind(record.open_items)
    .bind(record.required_items)
    .bind(micros(record.deployed_at))
    .bind(record.deployed_by)
    .bind(record.deployer_id.map(|id| id.0))
    .bind(record.announced_by)
    .bind(record.url)
    .bind(record.notes)
    .bind(micros(record.watch_ends_at))
    .bind(record.runbook_version_id.0)
    .bind(record.runbook_slug)
    .bind(record.runbook_number)
    .bind(required)
    .bind(record.replaces_id.map(|id| id.0))
    .bind(record.superseded_by_id.map(|id| id.0))
    .bind(record.closed_at.map(micros))
    .bind(record.demo)
    .bind(micros(record.created_at))
    .run()
    .await
    .map(drop)
}

/// Writes down what the gate says now.
///
/// # Errors
/// What the database says.
pub async fn set_verdict(
    tx: &mut Tx,
    id: DeploymentId,
    verdict: Verdict,
    reason: String,
    open_items: i64,
) -> Result<(), StoreError> {
    tx.query("UPDATE deployments SET verdict = $2, reason = $3, open_items = $4 WHERE id = $1")
        .bind(id.0)
        .bind(verdict.as_str().to_owned())
        .bind(reason)
        .bind(open_items)
        .run()
        .await
        .map(drop)
}

/// Moves a watch to `state`.
///
/// # Errors
/// What the database says.
pub async fn set_state(
    tx: &mut Tx,
    id: DeploymentId,
    state: WatchState,
    at: DateTime<Utc>,
    superseded_by: Option<DeploymentId>,
) -> Result<(), StoreError> {
    tx.query(
        "UPDATE deployments SET state = $2, closed_at = $3, superseded_by_id = $4 WHERE id = $1",
    )
    .bind(id.0)
    .bind(state.as_str().to_owned())
    .bind(micros(at))
    .bind(superseded_by.map(|id| id.0))
    .run()
    .await
    .map(drop)
}

fn read(row: &Row) -> Result<DeploymentRecord, StoreError> {
    let verdict: String = row.get("verdict")?;
    Ok(DeploymentRecord {
        id: DeploymentId(row.get("id")?),
        service_id: ServiceId(row.get("service_id")?),
        service: row.get("service")?,
        environment: row.get("environment")?,
        release_id: ReleaseId(row.get("release_id")?),
        version: row.get("version")?,
        kind: row.word("kind", DeploymentKind::parse)?,
        strategy: row.word("strategy", Strategy::parse)?,
        state: row.word("state", WatchState::parse)?,
        verdict: Verdict::parse_or_undecided(&verdict),
        reason: row.get("reason")?,
        open_items: row.get("open_items")?,
        required_items: row.get("required_items")?,
        deployed_at: row.time("deployed_at")?,
        deployed_by: row.get("deployed_by")?,
        deployer_id: row.get::<Option<_>>("deployer_id")?.map(PersonId),
        announced_by: row.get("announced_by")?,
        url: row.get("url")?,
        notes: row.get("notes")?,
        watch_ends_at: row.time("watch_ends_at")?,
        runbook_version_id: RunbookVersionId(row.get("runbook_version_id")?),
        runbook_slug: row.get("runbook_slug")?,
        runbook_number: row.get("runbook_number")?,
        sign_off_required: row.json("sign_off_required")?,
        replaces_id: row.get::<Option<_>>("replaces_id")?.map(DeploymentId),
        superseded_by_id: row.get::<Option<_>>("superseded_by_id")?.map(DeploymentId),
        closed_at: row.time_optional("closed_at")?,
        demo: row.get("demo")?,
        created_at: row.time("created_at")?,
    })
}
