//! Deployments.

mod current;
mod list;

pub use current::{
    any, first_at, last_good, open_of_service, running, running_everywhere, unrestored,
    watched_since, watching,
};
pub(crate) use list::like;
pub use list::{DeploymentFilter, list};

use crate::{
    db::{Link, Row},
    error::StoreError,
    runs::{self, RunRecord},
    tx::{Tx, micros},
};
use chrono::{DateTime, Utc};
use domain::{
    ids::{DeploymentId, PersonId, ReleaseId, RunbookVersionId, ServiceId},
    run::RunSubject,
    runbook::SignOffRequirement,
    verdict::Verdict,
    watch::WatchState,
    words::{DeploymentKind, Strategy},
};
use sqlx::AssertSqlSafe;

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

/// A deployment with what its run knows of it.
const SELECT: &str = "SELECT d.*, r.state, r.verdict, r.reason, r.open_items, r.required_items, \
     r.ends_at AS watch_ends_at, r.sign_off_required, r.closed_at, s.slug AS service \
     FROM runs r JOIN deployments d ON d.id = r.id JOIN services s ON s.id = r.service_id";

/// The deployment with this id.
///
/// # Errors
/// What the database says.
pub async fn by_id(
    link: &mut Link,
    id: DeploymentId,
) -> Result<Option<DeploymentRecord>, StoreError> {
    link.query(AssertSqlSafe(format!("{SELECT} WHERE d.id = $1")))
        .bind(id.0)
        .read_optional(read)
        .await
}

impl DeploymentRecord {
    /// Its run.
    #[must_use]
    pub fn run(&self) -> RunRecord {
        RunRecord {
            id: self.id.into(),
            subject: RunSubject::Deployment,
            service_id: self.service_id,
            service: self.service.clone(),
            environment: self.environment.clone(),
            runbook_version_id: self.runbook_version_id,
            sign_off_required: self.sign_off_required.clone(),
            opened_at: self.deployed_at,
            ends_at: self.watch_ends_at,
            state: self.state,
            verdict: self.verdict,
            reason: self.reason.clone(),
            open_items: self.open_items,
            required_items: self.required_items,
            closed_at: self.closed_at,
            suspended: false,
        }
    }
}

/// Adds a deployment with its run.
///
/// # Errors
/// What the database says; a unique violation where another watch is open there.
pub async fn insert(tx: &mut Tx, record: DeploymentRecord) -> Result<(), StoreError> {
    runs::insert(tx, record.run()).await?;
    tx.query(
        "INSERT INTO deployments (id, service_id, environment, release_id, version, kind, \
         strategy, deployed_at, deployed_by, deployer_id, announced_by, url, notes, \
         runbook_version_id, runbook_slug, runbook_number, replaces_id, superseded_by_id, demo, \
         created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, \
         $16, $17, $18, $19, $20)",
    )
    .bind(record.id.0)
    .bind(record.service_id.0)
    .bind(record.environment)
    .bind(record.release_id.0)
    .bind(record.version)
    .bind(record.kind.as_str().to_owned())
    .bind(record.strategy.as_str().to_owned())
    .bind(micros(record.deployed_at))
    .bind(record.deployed_by)
    .bind(record.deployer_id.map(|id| id.0))
    .bind(record.announced_by)
    .bind(record.url)
    .bind(record.notes)
    .bind(record.runbook_version_id.0)
    .bind(record.runbook_slug)
    .bind(record.runbook_number)
    .bind(record.replaces_id.map(|id| id.0))
    .bind(record.superseded_by_id.map(|id| id.0))
    .bind(record.demo)
    .bind(micros(record.created_at))
    .run()
    .await
    .map(drop)
}

/// Names the deployment that took this one's place.
///
/// # Errors
/// What the database says.
pub async fn set_superseded_by(
    tx: &mut Tx,
    id: DeploymentId,
    by: DeploymentId,
) -> Result<(), StoreError> {
    tx.query("UPDATE deployments SET superseded_by_id = $2 WHERE id = $1")
        .bind(id.0)
        .bind(by.0)
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
