//! Deployments by where they are: what runs, what is watched, what a rollback would restore.

use chrono::{DateTime, Utc};
use domain::ids::ServiceId;

use sqlx::AssertSqlSafe;

use super::{SELECT, read};
use crate::{
    db::{Connection, micros},
    error::StoreError,
    rollbacks,
};
use domain::{deployment::Deployment, rollback::Unrestored};

/// What runs in an environment: the newest deployment that was neither rolled back nor superseded.
/// One that was superseded does not come back when its successor is rolled back: that restores the
/// newest one that was signed off.
///
/// # Errors
/// What the database says.
pub async fn running(
    link: &mut Connection,
    service: ServiceId,
    environment: &str,
) -> Result<Option<Deployment>, StoreError> {
    link.query(AssertSqlSafe(format!(
        "{SELECT} WHERE r.service_id = $1 AND r.environment = $2 \
         AND r.state IN ('watching', 'signed_off') ORDER BY r.opened_at DESC, r.id DESC LIMIT 1"
    )))
    .bind(service.0)
    .bind(environment.to_owned())
    .fetch_optional_as(read)
    .await
}

/// The deployment of a service to an environment that was deployed last, whatever became of it.
///
/// # Errors
/// What the database says.
pub async fn newest(
    link: &mut Connection,
    service: ServiceId,
    environment: &str,
) -> Result<Option<Deployment>, StoreError> {
    link.query(AssertSqlSafe(format!(
        "{SELECT} WHERE r.service_id = $1 AND r.environment = $2 \
         ORDER BY r.opened_at DESC, r.id DESC LIMIT 1"
    )))
    .bind(service.0)
    .bind(environment.to_owned())
    .fetch_optional_as(read)
    .await
}

/// When a service was first deployed to an environment.
///
/// # Errors
/// What the database says.
pub async fn first_at(
    link: &mut Connection,
    service: ServiceId,
    environment: &str,
) -> Result<Option<DateTime<Utc>>, StoreError> {
    let sql = "SELECT min(deployed_at) AS first_at FROM deployments \
               WHERE service_id = $1 AND environment = $2";
    link.query(sql)
        .bind(service.0)
        .bind(environment.to_owned())
        .fetch_one()
        .await?
        .time_optional("first_at")
}

/// The open watches of a service, wherever they are.
///
/// # Errors
/// What the database says.
pub async fn open_of_service(
    link: &mut Connection,
    service: ServiceId,
) -> Result<Vec<Deployment>, StoreError> {
    let sql = format!("{SELECT} WHERE r.service_id = $1 AND r.state = 'watching'");
    link.query(AssertSqlSafe(sql)).bind(service.0).fetch_as(read).await
}

/// What runs where: [`running`] for each service and environment.
///
/// # Errors
/// What the database says.
pub async fn running_everywhere(link: &mut Connection) -> Result<Vec<Deployment>, StoreError> {
    link.query(AssertSqlSafe(format!(
        "{SELECT} JOIN service_environments se ON se.service_id = r.service_id \
         AND se.environment = r.environment \
         WHERE r.id = (SELECT n.id FROM runs n \
           WHERE n.service_id = se.service_id AND n.environment = se.environment \
           AND n.subject_kind = 'deployment' AND n.state IN ('watching', 'signed_off') \
           ORDER BY n.opened_at DESC, n.id DESC LIMIT 1)"
    )))
    .fetch_as(read)
    .await
}

/// Deployments that were rolled back last where they were, without a hook that said it is done:
/// nobody has said since what runs there.
///
/// # Errors
/// What the database says.
pub async fn unrestored(link: &mut Connection) -> Result<Vec<Unrestored>, StoreError> {
    let closed: Vec<Deployment> = link
        .query(AssertSqlSafe(format!(
            "{SELECT} JOIN rollbacks b ON b.deployment_id = d.id \
             WHERE r.state = 'rolled_back' AND b.hook_state <> 'done' AND NOT EXISTS \
               (SELECT 1 FROM deployments n WHERE n.service_id = d.service_id \
                AND n.environment = d.environment AND n.deployed_at > d.deployed_at) \
             ORDER BY b.at DESC"
        )))
        .fetch_as(read)
        .await?;
    // One for each place at most, and few places at a time.
    let mut unrestored = Vec::with_capacity(closed.len());
    for deployment in closed {
        if let Some(rollback) = rollbacks::of_deployment(link, deployment.id).await? {
            unrestored.push(Unrestored { deployment, rollback });
        }
    }
    Ok(unrestored)
}

/// Whether a service was ever deployed to an environment.
///
/// # Errors
/// What the database says.
pub async fn any(
    link: &mut Connection,
    service: ServiceId,
    environment: &str,
) -> Result<bool, StoreError> {
    Ok(link
        .query("SELECT id FROM deployments WHERE service_id = $1 AND environment = $2 LIMIT 1")
        .bind(service.0)
        .bind(environment.to_owned())
        .fetch_optional()
        .await?
        .is_some())
}

/// Whether any deployment of a service to an environment was signed off.
///
/// # Errors
/// What the database says.
pub async fn any_signed_off(
    link: &mut Connection,
    service: ServiceId,
    environment: &str,
) -> Result<bool, StoreError> {
    Ok(link
        .query(
            "SELECT id FROM runs WHERE service_id = $1 AND environment = $2 \
             AND subject_kind = 'deployment' AND state = 'signed_off' LIMIT 1",
        )
        .bind(service.0)
        .bind(environment.to_owned())
        .fetch_optional()
        .await?
        .is_some())
}

/// The last deployment of a version to an environment.
///
/// # Errors
/// What the database says.
pub async fn last_of_version(
    link: &mut Connection,
    service: ServiceId,
    environment: &str,
    version: &str,
) -> Result<Option<Deployment>, StoreError> {
    link.query(AssertSqlSafe(format!(
        "{SELECT} WHERE r.service_id = $1 AND r.environment = $2 AND d.version = $3 \
         ORDER BY r.opened_at DESC, r.id DESC LIMIT 1"
    )))
    .bind(service.0)
    .bind(environment.to_owned())
    .bind(version.to_owned())
    .fetch_optional_as(read)
    .await
}

/// The open watch of a service in an environment.
///
/// # Errors
/// What the database says.
pub async fn watching(
    link: &mut Connection,
    service: ServiceId,
    environment: &str,
) -> Result<Option<Deployment>, StoreError> {
    link.query(AssertSqlSafe(format!(
        "{SELECT} WHERE r.service_id = $1 AND r.environment = $2 \
         AND r.subject_kind = 'deployment' AND r.state = 'watching'"
    )))
    .bind(service.0)
    .bind(environment.to_owned())
    .fetch_optional_as(read)
    .await
}

/// The newest deployment to an environment that was signed off, deployed before `before`: the one
/// a rollback would restore.
///
/// # Errors
/// What the database says.
pub async fn last_good(
    link: &mut Connection,
    service: ServiceId,
    environment: &str,
    before: DateTime<Utc>,
    other_than: &str,
) -> Result<Option<Deployment>, StoreError> {
    link.query(AssertSqlSafe(format!(
        "{SELECT} WHERE r.service_id = $1 AND r.environment = $2 \
         AND r.subject_kind = 'deployment' AND r.state = 'signed_off' \
         AND r.opened_at < $3 AND d.version <> $4 ORDER BY r.opened_at DESC, r.id DESC LIMIT 1"
    )))
    .bind(service.0)
    .bind(environment.to_owned())
    .bind(micros(before))
    .bind(other_than.to_owned())
    .fetch_optional_as(read)
    .await
}

/// The open watches that wait for a signature, newest first: those whose gate passed when it was last
/// asked, and those whose sign-off was revoked.
///
/// # Errors
/// What the database says.
pub async fn waiting_for_signatures(link: &mut Connection) -> Result<Vec<Deployment>, StoreError> {
    link.query(AssertSqlSafe(format!(
        "{SELECT} WHERE r.state = 'watching' AND (r.verdict = 'passed' OR r.revoked_at IS NOT NULL) \
         ORDER BY r.opened_at DESC, r.id DESC"
    )))
    .fetch_as(read)
    .await
}

/// The open watches, and those that closed at or after `since`.
///
/// # Errors
/// What the database says.
pub async fn watched_since(
    link: &mut Connection,
    since: DateTime<Utc>,
) -> Result<Vec<Deployment>, StoreError> {
    link.query(AssertSqlSafe(format!(
        "{SELECT} WHERE r.subject_kind = 'deployment' \
         AND (r.state = 'watching' OR r.closed_at >= $1)"
    )))
    .bind(micros(since))
    .fetch_as(read)
    .await
}
