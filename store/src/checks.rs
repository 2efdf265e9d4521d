//! Checks of services.

use domain::check::Check;
use std::{collections::HashSet, sync::Arc};

use chrono::{DateTime, Utc};
use domain::ids::{CheckId, RunId, ServiceId};
use sqlx::AssertSqlSafe;

use crate::{
    bulk,
    db::{Connection, Row, micros},
    error::StoreError,
    runs,
    tx::{Question, Tx},
};

/// The checks of a service that are in use, by key.
///
/// # Errors
/// What the database says.
pub async fn of_service(
    link: &mut Connection,
    service: ServiceId,
) -> Result<Vec<Check>, StoreError> {
    link.query("SELECT * FROM checks WHERE service_id = $1 AND retired_at IS NULL ORDER BY key")
        .bind(service.0)
        .fetch_as(read)
        .await
}

/// These checks, oldest first, also those that are retired.
///
/// # Errors
/// What the database says.
pub async fn by_ids(link: &mut Connection, ids: &[CheckId]) -> Result<Vec<Check>, StoreError> {
    let ids = ids.iter().map(|id| id.0).collect();
    let mut found = bulk::among(link, "SELECT * FROM checks", "id", ids, read).await?;
    found.sort_by_key(|check| (check.created_at, check.id));
    Ok(found)
}

/// The checks of a service in an environment that are in use, oldest first.
///
/// # Errors
/// What the database says.
pub async fn of_environment(
    link: &mut Connection,
    service: ServiceId,
    environment: &str,
) -> Result<Vec<Check>, StoreError> {
    link.query(
        "SELECT * FROM checks WHERE service_id = $1 AND environment = $2 \
         AND retired_at IS NULL ORDER BY created_at, id",
    )
    .bind(service.0)
    .bind(environment.to_owned())
    .fetch_as(read)
    .await
}

/// All checks there ever were of a service in an environment, oldest first.
///
/// # Errors
/// What the database says.
pub async fn ever_of_environment(
    link: &mut Connection,
    service: ServiceId,
    environment: &str,
) -> Result<Vec<Check>, StoreError> {
    link.query(
        "SELECT * FROM checks WHERE service_id = $1 AND environment = $2 ORDER BY created_at, id",
    )
    .bind(service.0)
    .bind(environment.to_owned())
    .fetch_as(read)
    .await
}

/// The check with this key.
///
/// # Errors
/// What the database says.
pub async fn by_key(
    link: &mut Connection,
    service: ServiceId,
    key: &str,
) -> Result<Option<Check>, StoreError> {
    link.query("SELECT * FROM checks WHERE service_id = $1 AND key = $2")
        .bind(service.0)
        .bind(key.to_owned())
        .fetch_optional_as(read)
        .await
}

/// All checks that run now, each with the run it runs for: those of services and environments with
/// an open watch, or with one that was signed off before its time, and where none is open those that a
/// box of a duty's open run rests on.
///
/// # Errors
/// What the database says.
pub async fn being_watched(
    link: &mut Connection,
    now: DateTime<Utc>,
) -> Result<Vec<(Check, RunId)>, StoreError> {
    let signed = runs::SIGNED_THERE;
    let watched = format!(
        "SELECT c.*, r.id AS run_id FROM checks c JOIN runs r \
         ON r.service_id = c.service_id AND r.environment = c.environment \
         WHERE ((r.subject_kind = 'deployment' AND r.state = 'watching') \
         OR ({signed} AND r.ends_at > $1)) \
         AND c.retired_at IS NULL"
    );
    let mut found = link.query(AssertSqlSafe(watched)).bind(micros(now)).fetch_as(with_run).await?;
    let of_duties = link
        .query(
            "SELECT c.*, r.id AS run_id FROM runs r JOIN duty_runs x ON x.id = r.id \
             JOIN duties d ON d.id = x.duty_id JOIN items i ON i.run_id = r.id \
             JOIN checks c ON c.service_id = r.service_id AND c.environment = r.environment \
             AND c.item = i.key \
             WHERE r.subject_kind = 'duty' AND r.state = 'watching' AND d.retired_at IS NULL \
             AND c.retired_at IS NULL ORDER BY r.opened_at, r.id",
        )
        .fetch_as(with_run)
        .await?;
    let mut known: HashSet<_> = found.iter().map(|(check, _)| check.id).collect();
    found.extend(of_duties.into_iter().filter(|(check, _)| known.insert(check.id)));
    Ok(found)
}

fn with_run(row: &Row) -> Result<(Check, RunId), StoreError> {
    Ok((read(row)?, RunId(row.get("run_id")?)))
}

/// A few numbers that change whenever a check or an indicator is added, changed or retired, or a
/// run opens or closes. Times are added up, not compared: a clock may have been put back.
///
/// # Errors
/// What the database says.
pub async fn fingerprint(
    link: &mut Connection,
    now: DateTime<Utc>,
) -> Result<Vec<i64>, StoreError> {
    let signed = runs::SIGNED_THERE;
    let row = link
        .query(AssertSqlSafe(format!(
            "SELECT (SELECT count(*) FROM checks) AS a, \
             (SELECT CAST(coalesce(sum(updated_at % 999999937), 0) AS BIGINT) FROM checks) AS b, \
             (SELECT CAST(coalesce(sum(retired_at % 999999937), 0) AS BIGINT) FROM checks) AS c, \
             (SELECT count(*) FROM indicators) AS d, \
             (SELECT CAST(coalesce(sum(updated_at % 999999937), 0) AS BIGINT) FROM indicators) AS e, \
             (SELECT CAST(coalesce(sum(retired_at % 999999937), 0) AS BIGINT) FROM indicators) AS f, \
             (SELECT count(*) FROM runs WHERE state = 'watching') AS g, \
             (SELECT CAST(coalesce(sum(d.created_at % 999999937), 0) AS BIGINT) FROM deployments d \
              JOIN runs r ON r.id = d.id WHERE r.state = 'watching') AS h, \
             (SELECT CAST(coalesce(sum(opened_at % 999999937), 0) AS BIGINT) FROM runs \
              WHERE state = 'watching') AS i, \
             (SELECT CAST(coalesce(sum(retired_at % 999999937), 0) AS BIGINT) FROM duties) AS j, \
             (SELECT count(*) FROM runs r WHERE {signed} AND r.ends_at > $1) AS k, \
             (SELECT CAST(coalesce(sum(updated_at % 999999937), 0) AS BIGINT) FROM services \
              WHERE version_source IS NOT NULL) AS l"
        )))
        .bind(micros(now))
        .fetch_one().await?;
    ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"]
        .into_iter()
        .map(|name| row.get(name))
        .collect()
}

/// Adds a check, or changes all but its id, service, key and creation time.
///
/// # Errors
/// What the database says.
pub async fn put(tx: &mut Tx, record: Check) -> Result<(), StoreError> {
    let spec =
        serde_json::to_string(&record.spec).map_err(|error| StoreError::corrupt("spec", error))?;
    let conditions = serde_json::to_string(&record.conditions)
        .map_err(|error| StoreError::corrupt("conditions", error))?;
    tx.query(
        "INSERT INTO checks (id, service_id, environment, key, label, spec, conditions, \
         interval_s, timeout_s, item, critical, dry_run, no_data, built_in, created_at, \
         updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, \
         $16) ON CONFLICT (service_id, key) DO UPDATE SET environment = excluded.environment, \
         label = excluded.label, spec = excluded.spec, conditions = excluded.conditions, \
         interval_s = excluded.interval_s, timeout_s = excluded.timeout_s, item = excluded.item, \
         critical = excluded.critical, dry_run = excluded.dry_run, no_data = excluded.no_data, \
         built_in = excluded.built_in, retired_at = NULL, updated_at = excluded.updated_at",
    )
    .bind(record.id.0)
    .bind(record.service_id.0)
    .bind(record.environment)
    .bind(record.key)
    .bind(record.label)
    .bind(spec)
    .bind(conditions)
    .bind(record.interval_s)
    .bind(record.timeout_s)
    .bind(record.item)
    .bind(record.critical)
    .bind(record.dry_run)
    .bind(record.no_data)
    .bind(record.built_in)
    .bind(micros(record.created_at))
    .bind(micros(record.updated_at))
    .execute()
    .await
    .map(drop)
}

/// Retires a check: it runs no more, its measurements stay.
///
/// # Errors
/// What the database says.
pub async fn retire(tx: &mut Tx, id: CheckId, at: DateTime<Utc>) -> Result<(), StoreError> {
    tx.query("UPDATE checks SET retired_at = $2 WHERE id = $1")
        .bind(id.0)
        .bind(micros(at))
        .execute()
        .await
        .map(drop)
}

fn read(row: &Row) -> Result<Check, StoreError> {
    Ok(Check {
        id: CheckId(row.get("id")?),
        service_id: ServiceId(row.get("service_id")?),
        environment: row.get("environment")?,
        key: row.get("key")?,
        label: row.get("label")?,
        spec: row.json("spec")?,
        conditions: row.json("conditions")?,
        interval_s: row.get("interval_s")?,
        timeout_s: row.get("timeout_s")?,
        item: row.get("item")?,
        critical: row.get("critical")?,
        dry_run: row.get("dry_run")?,
        no_data: row.get("no_data")?,
        built_in: row.get("built_in")?,
        retired_at: row.time_optional("retired_at")?,
        created_at: row.time("created_at")?,
        updated_at: row.time("updated_at")?,
    })
}

#[derive(PartialEq, Eq, Hash)]
struct OfEnvironment(ServiceId, String);

impl Question for OfEnvironment {
    type Answer = Arc<Vec<Check>>;
}

impl Tx {
    /// As [`of_environment`], read once in a transaction.
    ///
    /// # Errors
    /// What the database says.
    pub async fn checks(
        &mut self,
        service: ServiceId,
        environment: &str,
    ) -> Result<Arc<Vec<Check>>, StoreError> {
        let question = OfEnvironment(service, environment.to_owned());
        if let Some(known) = self.cache.get(&question) {
            return Ok(known.clone());
        }
        let read = of_environment(self, service, environment).await?;
        Ok(self.cache.put(question, Arc::new(read)))
    }
}
