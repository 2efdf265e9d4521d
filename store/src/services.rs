//! Services, the environments they run in, and their rollback plans.

use chrono::{DateTime, Utc};
use domain::{
    ids::ServiceId,
    rollback::RollbackPlan,
    service::{Environment, Service, ServiceEnvironment},
};

use crate::{
    db::{Connection, Row, micros},
    error::StoreError,
    tx::Tx,
};

/// All environments, in order.
///
/// # Errors
/// What the database says.
pub async fn environments(link: &mut Connection) -> Result<Vec<Environment>, StoreError> {
    link.query("SELECT * FROM environments ORDER BY position, slug")
        .fetch_as(|row| {
            Ok(Environment {
                slug: row.get("slug")?,
                name: row.get("name")?,
                position: row.get("position")?,
            })
        })
        .await
}

/// Adds an environment unless there is one of that slug.
///
/// # Errors
/// What the database says.
pub async fn add_environment(tx: &mut Tx, record: Environment) -> Result<(), StoreError> {
    tx.query(
        "INSERT INTO environments (slug, name, position) VALUES ($1, $2, $3) \
         ON CONFLICT (slug) DO NOTHING",
    )
    .bind(record.slug)
    .bind(record.name)
    .bind(record.position)
    .execute()
    .await
    .map(drop)
}

/// All services, by slug.
///
/// # Errors
/// What the database says.
pub async fn all(link: &mut Connection) -> Result<Vec<Service>, StoreError> {
    link.query("SELECT * FROM services ORDER BY slug").fetch_as(read).await
}

/// The services after `after` by slug, at most `limit`.
///
/// # Errors
/// What the database says.
pub async fn after(
    link: &mut Connection,
    after: &str,
    limit: i64,
) -> Result<Vec<Service>, StoreError> {
    link.query("SELECT * FROM services WHERE slug > $1 ORDER BY slug LIMIT $2")
        .bind(after.to_owned())
        .bind(limit)
        .fetch_as(read)
        .await
}

/// The service with this slug.
///
/// # Errors
/// What the database says.
pub async fn by_slug(link: &mut Connection, slug: &str) -> Result<Option<Service>, StoreError> {
    link.query("SELECT * FROM services WHERE slug = $1")
        .bind(slug.to_owned())
        .fetch_optional_as(read)
        .await
}

/// The service with this id.
///
/// # Errors
/// What the database says.
pub async fn by_id(link: &mut Connection, id: ServiceId) -> Result<Option<Service>, StoreError> {
    link.query("SELECT * FROM services WHERE id = $1").bind(id.0).fetch_optional_as(read).await
}

/// Adds a service, or changes all but its id and slug.
///
/// # Errors
/// What the database says.
pub async fn put(tx: &mut Tx, record: Service) -> Result<(), StoreError> {
    let targets = serde_json::to_string(&record.targets)
        .map_err(|error| StoreError::corrupt("targets", error))?;
    let version_source = record.version_source.as_ref().map(serde_json::to_string).transpose();
    let version_source =
        version_source.map_err(|error| StoreError::corrupt("version_source", error))?;
    tx.query(
        "INSERT INTO services (id, slug, name, description, owners, tier, targets, created_at, \
         updated_at, version_source) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) \
         ON CONFLICT (slug) DO UPDATE SET name = excluded.name, \
         description = excluded.description, owners = excluded.owners, tier = excluded.tier, \
         targets = excluded.targets, updated_at = excluded.updated_at, \
         version_source = excluded.version_source",
    )
    .bind(record.id.0)
    .bind(record.slug)
    .bind(record.name)
    .bind(record.description)
    .bind(record.owners)
    .bind(record.tier)
    .bind(targets)
    .bind(micros(record.created_at))
    .bind(micros(record.updated_at))
    .bind(version_source)
    .execute()
    .await
    .map(drop)
}

/// Where a service runs, in the environments' order.
///
/// # Errors
/// What the database says.
pub async fn environments_of(
    link: &mut Connection,
    id: ServiceId,
) -> Result<Vec<ServiceEnvironment>, StoreError> {
    link.query(
        "SELECT se.* FROM service_environments se JOIN environments e ON e.slug = se.environment \
         WHERE se.service_id = $1 ORDER BY e.position, e.slug",
    )
    .bind(id.0)
    .fetch_as(read_environment)
    .await
}

/// Where every service runs.
///
/// # Errors
/// What the database says.
pub async fn environments_of_all(
    link: &mut Connection,
) -> Result<Vec<ServiceEnvironment>, StoreError> {
    link.query("SELECT * FROM service_environments").fetch_as(read_environment).await
}

/// Adds a service to an environment or changes its base URL there.
///
/// # Errors
/// What the database says.
pub async fn put_environment(tx: &mut Tx, record: ServiceEnvironment) -> Result<(), StoreError> {
    tx.query(
        "INSERT INTO service_environments (service_id, environment, base_url, plain_http_because) \
         VALUES ($1, $2, $3, $4) \
         ON CONFLICT (service_id, environment) DO UPDATE SET base_url = excluded.base_url, \
         plain_http_because = excluded.plain_http_because",
    )
    .bind(record.service_id.0)
    .bind(record.environment)
    .bind(record.base_url)
    .bind(record.plain_http_because)
    .execute()
    .await
    .map(drop)
}

/// The rollback plan of a service in an environment.
///
/// # Errors
/// What the database says.
pub async fn rollback_plan(
    link: &mut Connection,
    id: ServiceId,
    environment: &str,
) -> Result<Option<RollbackPlan>, StoreError> {
    link.query("SELECT * FROM rollback_plans WHERE service_id = $1 AND environment = $2")
        .bind(id.0)
        .bind(environment.to_owned())
        .fetch_optional_as(|row| {
            Ok(RollbackPlan {
                command: row.get("command")?,
                hook_url: row.get("hook_url")?,
                hook_repeatable: row.get("hook_repeatable")?,
                mode: row.get("mode")?,
                rules: row.get("rules")?,
            })
        })
        .await
}

/// Writes the rollback plan of a service in an environment.
///
/// # Errors
/// What the database says.
pub async fn put_rollback_plan(
    tx: &mut Tx,
    id: ServiceId,
    environment: String,
    plan: RollbackPlan,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    tx.query(
        "INSERT INTO rollback_plans (service_id, environment, command, hook_url, hook_repeatable, \
         mode, rules, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) \
         ON CONFLICT (service_id, environment) DO UPDATE SET command = excluded.command, \
         hook_url = excluded.hook_url, hook_repeatable = excluded.hook_repeatable, \
         mode = excluded.mode, rules = excluded.rules, updated_at = excluded.updated_at",
    )
    .bind(id.0)
    .bind(environment)
    .bind(plan.command)
    .bind(plan.hook_url)
    .bind(plan.hook_repeatable)
    .bind(plan.mode)
    .bind(plan.rules)
    .bind(micros(at))
    .execute()
    .await
    .map(drop)
}

fn read_environment(row: &Row) -> Result<ServiceEnvironment, StoreError> {
    Ok(ServiceEnvironment {
        service_id: ServiceId(row.get("service_id")?),
        environment: row.get("environment")?,
        base_url: row.get("base_url")?,
        plain_http_because: row.get("plain_http_because")?,
    })
}

fn read(row: &Row) -> Result<Service, StoreError> {
    Ok(Service {
        id: ServiceId(row.get("id")?),
        slug: row.get("slug")?,
        name: row.get("name")?,
        description: row.get("description")?,
        owners: row.get("owners")?,
        tier: row.get("tier")?,
        version_source: row.json_optional("version_source")?,
        targets: row.json("targets")?,
        created_at: row.time("created_at")?,
        updated_at: row.time("updated_at")?,
    })
}
