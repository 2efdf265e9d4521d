//! Deployments.

mod current;
mod list;

pub use current::{
    any, any_signed_off, first_at, last_good, last_of_version, newest, open_of_service, running,
    running_everywhere, unrestored, waiting_for_signatures, watched_since, watching,
};
pub(crate) use list::like;
pub use list::list;

use crate::{
    db::{Connection, Row, micros},
    error::StoreError,
    runs,
    tx::{Question, Tx},
};
use domain::{
    deployment::{Deployment, DeploymentKind, Strategy},
    ids::{DeploymentId, PersonId, ReleaseId, RunbookVersionId, ServiceId},
    verdict::Verdict,
    watch::WatchState,
};
use sqlx::AssertSqlSafe;
use uuid::Uuid;

/// A deployment with what its run knows of it.
const SELECT: &str = "SELECT d.*, r.state, r.verdict, r.reason, r.open_items, \
     r.waived_items, r.required_items, \
     r.ends_at AS watch_ends_at, r.sign_off_required, r.closed_at, r.revoked_at, \
     r.revoked_reason, s.slug AS service, \
     (SELECT count(*) FROM sign_offs o WHERE o.run_id = r.id AND o.alone AND NOT EXISTS \
       (SELECT 1 FROM voided_sign_offs v WHERE v.sign_off_id = o.id)) AS alone \
     FROM runs r JOIN deployments d ON d.id = r.id JOIN services s ON s.id = r.service_id";

/// The deployment with this id.
///
/// # Errors
/// What the database says.
pub async fn by_id(
    link: &mut Connection,
    id: DeploymentId,
) -> Result<Option<Deployment>, StoreError> {
    link.query(AssertSqlSafe(format!("{SELECT} WHERE d.id = $1")))
        .bind(id.0)
        .fetch_optional_as(read)
        .await
}

/// Adds a deployment with its run.
///
/// # Errors
/// What the database says; a unique violation where another watch is open there.
pub async fn insert(tx: &mut Tx, record: Deployment) -> Result<(), StoreError> {
    runs::insert(tx, record.run()).await?;
    let deployers: Vec<_> = record.deployers.iter().map(|id| id.0).collect();
    let deployers = serde_json::to_string(&deployers).unwrap_or_default();
    tx.query(
        "INSERT INTO deployments (id, service_id, environment, release_id, version, kind, \
         strategy, deployed_at, deployed_by, deployer_id, announced_by, url, notes, \
         runbook_version_id, runbook_slug, runbook_number, replaces_id, superseded_by_id, \
         created_at, deployer_ids) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, \
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
    .bind(record.deployers.first().map(|id| id.0))
    .bind(record.announced_by)
    .bind(record.url)
    .bind(record.notes)
    .bind(record.runbook_version_id.0)
    .bind(record.runbook_slug)
    .bind(record.runbook_number)
    .bind(record.replaces_id.map(|id| id.0))
    .bind(record.superseded_by_id.map(|id| id.0))
    .bind(micros(record.created_at))
    .bind(deployers)
    .execute()
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
        .execute()
        .await
        .map(drop)
}

fn read(row: &Row) -> Result<Deployment, StoreError> {
    let verdict: String = row.get("verdict")?;
    // Those from before know of one at most.
    let deployers = match row.get::<Option<String>>("deployer_ids")? {
        Some(_) => row.json::<Vec<Uuid>>("deployer_ids")?.into_iter().map(PersonId).collect(),
        None => row.get::<Option<_>>("deployer_id")?.map(PersonId).into_iter().collect(),
    };
    Ok(Deployment {
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
        waived_items: row.get("waived_items")?,
        required_items: row.get("required_items")?,
        deployed_at: row.time("deployed_at")?,
        deployed_by: row.get("deployed_by")?,
        deployers,
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
        revoked: runs::revocation(row)?,
        signed_alone: row.get::<i64>("alone")? > 0,
        created_at: row.time("created_at")?,
    })
}

#[derive(PartialEq, Eq, Hash)]
struct ById(DeploymentId);

impl Question for ById {
    type Answer = Option<Deployment>;
}

impl Tx {
    /// As [`by_id`], read once in a transaction.
    ///
    /// # Errors
    /// What the database says.
    pub async fn deployment(&mut self, id: DeploymentId) -> Result<Option<Deployment>, StoreError> {
        let question = ById(id);
        if let Some(known) = self.cache.get(&question) {
            return Ok(known.clone());
        }
        let read = by_id(self, id).await?;
        Ok(self.cache.put(question, read))
    }
}
