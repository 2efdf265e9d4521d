//! Deployments by where they are: what runs, what is watched, what a rollback would restore.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use domain::ids::{DeploymentId, ServiceId};

use super::{DeploymentRecord, read};
use crate::{db::Link, error::StoreError, rows, tx::micros};

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

/// When a service was first deployed to an environment.
///
/// # Errors
/// What the database says.
pub async fn first_at(
    link: &mut Link,
    service: ServiceId,
    environment: &str,
) -> Result<Option<DateTime<Utc>>, StoreError> {
    let sql = "SELECT min(deployed_at) AS first_at FROM deployments \
               WHERE service_id = $1 AND environment = $2";
    link.query(sql)
        .bind(service.0)
        .bind(environment.to_owned())
        .one()
        .await?
        .time_optional("first_at")
}

/// An open watch, as far as what its checks see is concerned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenWatch {
    /// The deployment.
    pub id: DeploymentId,
    /// When it was deployed.
    pub deployed_at: DateTime<Utc>,
    /// When its watch ends.
    pub watch_ends_at: DateTime<Utc>,
}

/// The open watches of these services, by service and environment: there is one at most in each.
///
/// # Errors
/// What the database says.
pub async fn open_of(
    link: &mut Link,
    services: &[ServiceId],
) -> Result<HashMap<(ServiceId, String), OpenWatch>, StoreError> {
    let ids: HashSet<_> = services.iter().map(|id| id.0).collect();
    let head = "SELECT id, service_id, environment, deployed_at, watch_ends_at FROM \
                (SELECT * FROM deployments WHERE state = 'watching') AS open";
    let found = rows::among(link, head, "service_id", ids.into_iter().collect(), |row| {
        let open = OpenWatch {
            id: DeploymentId(row.get("id")?),
            deployed_at: row.time("deployed_at")?,
            watch_ends_at: row.time("watch_ends_at")?,
        };
        Ok(((ServiceId(row.get("service_id")?), row.get("environment")?), open))
    });
    Ok(found.await?.into_iter().collect())
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

/// The open watches, and those that closed at or after `since`.
///
/// # Errors
/// What the database says.
pub async fn watched_since(
    link: &mut Link,
    since: DateTime<Utc>,
) -> Result<Vec<DeploymentRecord>, StoreError> {
    link.query(
        "SELECT d.*, s.slug AS service FROM deployments d JOIN services s ON s.id = d.service_id \
         WHERE d.state = 'watching' OR d.closed_at >= $1",
    )
    .bind(micros(since))
    .read(read)
    .await
}
