//! Lessons learned.

use domain::{
    ids::{DeploymentId, LessonId, ServiceId},
    lesson::Lesson,
};

use sqlx::AssertSqlSafe;

use crate::{
    db::{Connection, Row, micros},
    deployments::like,
    error::StoreError,
    tx::Tx,
};
use domain::page::Page;

/// Lessons whose title or text contains `text` (whatever the case; all where it is empty), newest
/// first.
///
/// # Errors
/// What the database says.
pub async fn search(
    link: &mut Connection,
    text: &str,
    services: Option<&[ServiceId]>,
    page: Page<LessonId>,
) -> Result<Vec<Lesson>, StoreError> {
    let before = page.before.map_or(uuid::Uuid::max(), |id| id.0);
    let places: Vec<_> = services
        .unwrap_or_default()
        .iter()
        .enumerate()
        .map(|(n, _)| format!("${}", n + 5))
        .collect();
    let among = match services {
        None => String::new(),
        Some([]) => return Ok(Vec::new()),
        Some(_) => format!(" AND l.service_id IN ({})", places.join(", ")),
    };
    let sql = format!(
        "SELECT l.*, s.slug AS service, d.version AS version FROM lessons l \
         JOIN services s ON s.id = l.service_id \
         LEFT JOIN deployments d ON d.id = l.deployment_id \
         WHERE (lower(l.title) LIKE lower($1) ESCAPE '!' \
         OR lower(l.body) LIKE lower($2) ESCAPE '!') \
         AND l.id < $3{among} ORDER BY l.id DESC LIMIT $4"
    );
    let query = link.query(AssertSqlSafe(sql));
    let mut query = query.bind(like(text)).bind(like(text)).bind(before).bind(page.limit);
    for service in services.unwrap_or_default() {
        query = query.bind(service.0);
    }
    query.fetch_as(read).await
}

/// The lessons written on a run, oldest first.
///
/// # Errors
/// What the database says.
pub async fn of_deployment(
    link: &mut Connection,
    deployment: DeploymentId,
) -> Result<Vec<Lesson>, StoreError> {
    link.query(
        "SELECT l.*, s.slug AS service, d.version AS version FROM lessons l \
         JOIN services s ON s.id = l.service_id LEFT JOIN deployments d ON d.id = l.deployment_id \
         WHERE l.deployment_id = $1 ORDER BY l.id",
    )
    .bind(deployment.0)
    .fetch_as(read)
    .await
}

/// Adds a lesson.
///
/// # Errors
/// What the database says.
pub async fn insert(tx: &mut Tx, record: Lesson) -> Result<(), StoreError> {
    tx.query(
        "INSERT INTO lessons (id, service_id, deployment_id, title, body, author_name, \
         created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(record.id.0)
    .bind(record.service_id.0)
    .bind(record.deployment_id.map(|id| id.0))
    .bind(record.title)
    .bind(record.body)
    .bind(record.author_name)
    .bind(micros(record.created_at))
    .execute()
    .await
    .map(drop)
}

fn read(row: &Row) -> Result<Lesson, StoreError> {
    Ok(Lesson {
        id: LessonId(row.get("id")?),
        service_id: ServiceId(row.get("service_id")?),
        service: row.get("service")?,
        deployment_id: row.get::<Option<_>>("deployment_id")?.map(DeploymentId),
        version: row.get("version")?,
        title: row.get("title")?,
        body: row.get("body")?,
        author_name: row.get("author_name")?,
        created_at: row.time("created_at")?,
    })
}
