//! Deployments.

use chrono::{DateTime, Utc};
use domain::{
    ids::{DeploymentId, PersonId, ReleaseId, RunbookVersionId, ServiceId},
    runbook::SignOffRequirement,
    verdict::Verdict,
    watch::WatchState,
    words::{DeploymentKind, Strategy},
};
use sqlx::AssertSqlSafe;

use crate::{
    db::{Link, Row},
    error::StoreError,
    page::Page,
    tx::{Tx, micros},
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

/// Which deployments to list; each field that is `None` does not narrow the list.
#[derive(Debug, Clone, Default)]
pub struct DeploymentFilter {
    /// Of this service.
    pub service_id: Option<ServiceId>,
    /// In this environment.
    pub environment: Option<String>,
    /// In this state.
    pub state: Option<WatchState>,
    /// Of this kind.
    pub kind: Option<DeploymentKind>,
    /// Whose run was copied from this runbook.
    pub runbook: Option<String>,
    /// Deployed at or after this.
    pub since: Option<DateTime<Utc>>,
    /// Whose service, version, deployer or notes contain this, whatever the case.
    pub text: Option<String>,
}

const SELECT: &str =
    "SELECT d.*, s.slug AS service FROM deployments d JOIN services s ON s.id = d.service_id";

/// Deployments, newest first. The page's key is the last one's time and id.
///
/// # Errors
/// What the database says.
pub async fn list(
    link: &mut Link,
    filter: &DeploymentFilter,
    page: Page<(DateTime<Utc>, DeploymentId)>,
) -> Result<Vec<DeploymentRecord>, StoreError> {
    // Each clause is added only where it narrows, so that its index can be used.
    let mut sql = format!("{SELECT} WHERE 1 = 1");
    let mut place = 0;
    let mut clause = |sql: &mut String, text: &str, values: usize| {
        let mut text = text.to_owned();
        for n in 1..=values {
            text = text.replace(&format!("?{n}"), &format!("${}", place + n));
        }
        place += values;
        sql.push_str(" AND ");
        sql.push_str(&text);
    };
    if filter.service_id.is_some() {
        clause(&mut sql, "d.service_id = ?1", 1);
    }
    if filter.environment.is_some() {
        clause(&mut sql, "d.environment = ?1", 1);
    }
    if filter.state.is_some() {
        clause(&mut sql, "d.state = ?1", 1);
    }
    if filter.kind.is_some() {
        clause(&mut sql, "d.kind = ?1", 1);
    }
    if filter.runbook.is_some() {
        clause(&mut sql, "d.runbook_slug = ?1", 1);
    }
    if filter.since.is_some() {
        clause(&mut sql, "d.deployed_at >= ?1", 1);
    }
    if filter.text.is_some() {
        clause(
            &mut sql,
            "(lower(d.version) LIKE lower(?1) ESCAPE '!' \
             OR lower(s.slug) LIKE lower(?2) ESCAPE '!' \
             OR lower(d.deployed_by) LIKE lower(?3) ESCAPE '!' \
             OR lower(d.notes) LIKE lower(?4) ESCAPE '!')",
            4,
        );
    }
    if page.before.is_some() {
        clause(&mut sql, "(d.deployed_at < ?1 OR (d.deployed_at = ?2 AND d.id < ?3))", 3);
    }
    sql.push_str(&format!(" ORDER BY d.deployed_at DESC, d.id DESC LIMIT ${}", place + 1));

    let mut query = link.query(AssertSqlSafe(sql));
    if let Some(id) = filter.service_id {
        query = query.bind(id.0);
    }
    if let Some(environment) = &filter.environment {
        query = query.bind(environment.clone());
    }
    if let Some(state) = filter.state {
        query = query.bind(state.as_str().to_owned());
    }
    if let Some(kind) = filter.kind {
        query = query.bind(kind.as_str().to_owned());
    }
    if let Some(runbook) = &filter.runbook {
        query = query.bind(runbook.clone());
    }
    if let Some(since) = filter.since {
        query = query.bind(micros(since));
    }
    if let Some(text) = &filter.text {
        let pattern = like(text);
        for _ in 0..4 {
            query = query.bind(pattern.clone());
        }
    }
    if let Some((at, id)) = page.before {
        query = query.bind(micros(at)).bind(micros(at)).bind(id.0);
    }
    query.bind(page.limit).read(read).await
}

/// A `LIKE … ESCAPE '!'` pattern for rows that contain `text`. Both sides are lowered by the
/// database: SQLite lowers ASCII only, and a pattern lowered here would miss what it left alone.
pub(crate) fn like(text: &str) -> String {
    let escaped = text.replace('!', "!!").replace('%', "!%").replace('_', "!_");
    format!("%{escaped}%")
}

/// The deployment with this id.
///
/// # Errors
/// What the database says.
pub async fn by_id(
    link: &mut Link,
    id: DeploymentId,
) -> Result<Option<DeploymentRecord>, StoreError> {
    link.query("SELECT d.*, s.slug AS service FROM deployments d JOIN services s ON s.id = d.service_id WHERE d.id = $1")
        .bind(id.0)
        .read_optional(read)
        .await
}

/// What runs in an environment: the newest deployment that was neither rolled back nor superseded.
/// One that was superseded does not come back when its successor is rolled back: that restores the
/// newest one that was signed off.
///
/// # Errors
/// What the database says.
pub async fn running(
    link: &mut Link,
    service: ServiceId,
    environment: &str,
) -> Result<Option<DeploymentRecord>, StoreError> {
    link.query(
        "SELECT d.*, s.slug AS service FROM deployments d JOIN services s ON s.id = d.service_id \
         WHERE d.service_id = $1 AND d.environment = $2 AND d.state IN ('watching', 'signed_off') \
         ORDER BY d.deployed_at DESC, d.id DESC LIMIT 1",
    )
    .bind(service.0)
    .bind(environment.to_owned())
    .read_optional(read)
    .await
}

/// What runs where: [`running`] for each service and environment.
///
/// # Errors
/// What the database says.
pub async fn running_everywhere(link: &mut Link) -> Result<Vec<DeploymentRecord>, StoreError> {
    link.query(
        "SELECT d.*, s.slug AS service FROM service_environments se \
         JOIN services s ON s.id = se.service_id \
         JOIN deployments d ON d.id = (SELECT n.id FROM deployments n \
           WHERE n.service_id = se.service_id AND n.environment = se.environment \
           AND n.state IN ('watching', 'signed_off') ORDER BY n.deployed_at DESC, n.id DESC LIMIT 1)",
    )
    .read(read)
    .await
}

/// Deployments that were rolled back last where they were, without a hook that said it is done:
/// nobody has said since what runs there.
///
/// # Errors
/// What the database says.
pub async fn unrestored(link: &mut Link) -> Result<Vec<DeploymentRecord>, StoreError> {
    link.query(
        "SELECT d.*, s.slug AS service FROM deployments d JOIN services s ON s.id = d.service_id \
         JOIN rollbacks r ON r.deployment_id = d.id \
         WHERE d.state = 'rolled_back' AND r.hook_state <> 'done' AND NOT EXISTS \
           (SELECT 1 FROM deployments n WHERE n.service_id = d.service_id \
            AND n.environment = d.environment AND n.deployed_at > d.deployed_at)",
    )
    .read(read)
    .await
}

/// Whether a service was ever deployed to an environment.
///
/// # Errors
/// What the database says.
pub async fn any(
    link: &mut Link,
    service: ServiceId,
    environment: &str,
) -> Result<bool, StoreError> {
    Ok(link
        .query("SELECT id FROM deployments WHERE service_id = $1 AND environment = $2 LIMIT 1")
        .bind(service.0)
        .bind(environment.to_owned())
        .optional()
        .await?
        .is_some())
}

/// The open watch of a service in an environment.
///
/// # Errors
/// What the database says.
pub async fn watching(
    link: &mut Link,
    service: ServiceId,
    environment: &str,
) -> Result<Option<DeploymentRecord>, StoreError> {
    link.query(
        "SELECT d.*, s.slug AS service FROM deployments d JOIN services s ON s.id = d.service_id \
         WHERE d.service_id = $1 AND d.environment = $2 AND d.state = 'watching'",
    )
    .bind(service.0)
    .bind(environment.to_owned())
    .read_optional(read)
    .await
}

/// The newest deployment to an environment that was signed off, deployed before `before`: the one
/// a rollback would restore.
///
/// # Errors
/// What the database says.
pub async fn last_good(
    link: &mut Link,
    service: ServiceId,
    environment: &str,
    before: DateTime<Utc>,
    other_than: &str,
) -> Result<Option<DeploymentRecord>, StoreError> {
    link.query(
        "SELECT d.*, s.slug AS service FROM deployments d JOIN services s ON s.id = d.service_id \
         WHERE d.service_id = $1 AND d.environment = $2 AND d.state = 'signed_off' \
         AND d.deployed_at < $3 AND d.version <> $4 ORDER BY d.deployed_at DESC, d.id DESC LIMIT 1",
    )
    .bind(service.0)
    .bind(environment.to_owned())
    .bind(micros(before))
    .bind(other_than.to_owned())
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
