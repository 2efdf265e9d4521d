//! Lessons learned.

use chrono::{DateTime, Utc};
use domain::ids::{DeploymentId, LessonId, ServiceId};

use crate::{
    db::{Link, Row},
    deployments::like,
    error::StoreError,
    page::Page,
    tx::{Tx, micros},
};

/// A lesson.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LessonRecord {
    /// Its id.
    pub id: LessonId,
    /// Of which service.
    pub service_id: ServiceId,
    /// The service's slug.
    pub service: String,
    /// From which deployment.
    pub deployment_id: Option<DeploymentId>,
    /// That deployment's version.
    pub version: Option<String>,
    /// What was learned, in a line.
    pub title: String,
    /// The whole of it, as Markdown.
    pub body: String,
    /// Who wrote it.
    pub author_name: String,
    /// When.
    pub created_at: DateTime<Utc>,
    /// Whether it belongs to the demo.
    pub demo: bool,
}

/// Lessons whose title or text contains `text` (whatever the case; all where it is empty), newest
/// first.
///
/// # Errors
/// What the database says.
pub async fn search(
    link: &mut Link,
    text: &str,
    service: Option<ServiceId>,
    page: Page<LessonId>,
) -> Result<Vec<LessonRecord>, StoreError> {
    let before = page.before.map_or(uuid::Uuid::max(), |id| id.0);
    let sql = match service {
        None => {
            "SELECT l.*, s.slug AS service, d.version AS version FROM lessons l \
             JOIN services s ON s.id = l.service_id \
             LEFT JOIN deployments d ON d.id = l.deployment_id \
             WHERE (lower(l.title) LIKE lower($1) ESCAPE '!' \
             OR lower(l.body) LIKE lower($2) ESCAPE '!') \
             AND l.id < $3 ORDER BY l.id DESC LIMIT $4"
        }
        Some(_) => {
            "SELECT l.*, s.slug AS service, d.version AS version FROM lessons l \
             JOIN services s ON s.id = l.service_id \
             LEFT JOIN deployments d ON d.id = l.deployment_id \
             WHERE (lower(l.title) LIKE lower($1) ESCAPE '!' \
             OR lower(l.body) LIKE lower($2) ESCAPE '!') \
             AND l.id < $3 AND l.service_id = $5 ORDER BY l.id DESC LIMIT $4"
        }
    };
    let mut query = link.query(sql).bind(like(text)).bind(like(text)).bind(before).bind(page.limit);
    if let Some(service) = service {
        query = query.bind(service.0);
    }
    query.read(read).await
}

/// The lessons written on a run, oldest first.
///
/// # Errors
/// What the database says.
pub async fn of_deployment(
    link: &mut Link,
    deployment: DeploymentId,
) -> Result<Vec<LessonRecord>, StoreError> {
    link.query(
        "SELECT l.*, s.slug AS service, d.version AS version FROM lessons l \
         JOIN services s ON s.id = l.service_id LEFT JOIN deployments d ON d.id = l.deployment_id \
         WHERE l.deployment_id = $1 ORDER BY l.id",
    )
    .bind(deployment.0)
    .read(read)
    .await
}

/// Adds a lesson.
///
/// # Errors
/// What the database says.
pub async fn insert(tx: &mut Tx, record: LessonRecord) -> Result<(), StoreError> {
    tx.query(
        "INSERT INTO lessons (id, service_id, deployment_id, title, body, author_name, \
         created_at, demo) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(record.id.0)
    .bind(record.service_id.0)
    .bind(record.deployment_id.map(|id| id.0))
    .bind(record.title)
    .bind(record.body)
    .bind(record.author_name)
    .bind(micros(record.created_at))
    .bind(record.demo)
    .run()
    .await
    .map(drop)
}

fn read(row: &Row) -> Result<LessonRecord, StoreError> {
    Ok(LessonRecord {
        id: LessonId(row.get("id")?),
        service_id: ServiceId(row.get("service_id")?),
        service: row.get("service")?,
        deployment_id: row.get::<Option<_>>("deployment_id")?.map(DeploymentId),
        version: row.get("version")?,
        title: row.get("title")?,
        body: row.get("body")?,
        author_name: row.get("author_name")?,
        created_at: row.time("created_at")?,
        demo: row.get("demo")?,
    })
}
