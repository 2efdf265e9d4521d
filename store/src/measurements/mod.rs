//! Measurements by checks, and the evidence that goes with some of them.
//!
//! A measurement is a row of numbers; what it says is an outcome, kept once for all that say it.
//! The newest of each check, and the counts of the watch strip, are kept beside them as they
//! arrive, so that no page has to go through all there are.

mod add;
mod evidence_body;
mod outcomes;
mod pictures;
mod prune;

use domain::measurement::{Newest, RecordedMeasurement, Stretch};
use std::{collections::HashMap, sync::Arc};

use chrono::{DateTime, Utc};
use domain::{
    ids::{CheckId, DeploymentId, ServiceId},
    measurement::{Measurement, Phase},
};

pub use add::{Added, NewMeasurement, add, millis_up};
use outcomes::{Numbers, Outcome};
pub use pictures::picture;
pub use prune::{Pruning, prunable, prune, prune_evidence, prune_outcomes, unsaid_outcomes};

use crate::{
    bulk,
    db::{Connection, Row},
    error::StoreError,
    tx::{Question, Tx},
};

const STATES: &str = "SELECT s.check_id, s.at, s.beyond_us, s.thousandths, s.value, \
     s.deployment_id, s.evidence_at, o.phase, o.short, o.sentence \
     FROM check_states s JOIN outcomes o ON o.no = s.outcome";

/// The newest measurement of a check.
///
/// # Errors
/// What the database says.
pub async fn newest(link: &mut Connection, check: CheckId) -> Result<Option<Newest>, StoreError> {
    let sql = sqlx::AssertSqlSafe(format!("{STATES} WHERE s.check_id = $1"));
    link.query(sql).bind(check.0).fetch_optional_as(read_newest).await
}

/// The newest measurements of all checks of a service in an environment.
///
/// # Errors
/// What the database says.
pub async fn newest_of_environment(
    link: &mut Connection,
    service: ServiceId,
    environment: &str,
) -> Result<HashMap<CheckId, Newest>, StoreError> {
    let sql = format!(
        "{STATES} JOIN checks c ON c.id = s.check_id WHERE c.service_id = $1 AND c.environment = $2"
    );
    let found = link
        .query(sqlx::AssertSqlSafe(sql))
        .bind(service.0)
        .bind(environment.to_owned())
        .fetch_as(read_newest)
        .await?;
    Ok(by_check(found))
}

/// How many checks of a service in use say what in their newest measurement; `None` are those
/// without one.
///
/// # Errors
/// What the database says.
pub async fn phases_of_service(
    link: &mut Connection,
    service: ServiceId,
) -> Result<Vec<(Option<Phase>, i64)>, StoreError> {
    link.query(
        "SELECT coalesce(o.phase, '') AS phase, count(*) AS n FROM checks c \
         LEFT JOIN check_states s ON s.check_id = c.id LEFT JOIN outcomes o ON o.no = s.outcome \
         WHERE c.service_id = $1 AND c.retired_at IS NULL GROUP BY o.phase",
    )
    .bind(service.0)
    .fetch_as(|row| Ok((Phase::parse(&row.get::<String>("phase")?), row.get("n")?)))
    .await
}

/// The newest measurements of these checks.
///
/// # Errors
/// What the database says.
pub async fn newest_of(
    link: &mut Connection,
    checks: &[CheckId],
) -> Result<HashMap<CheckId, Newest>, StoreError> {
    let ids = checks.iter().map(|id| id.0).collect();
    Ok(by_check(bulk::among(link, STATES, "s.check_id", ids, read_newest).await?))
}

/// The newest measurements of all checks of a service.
///
/// # Errors
/// What the database says.
pub async fn newest_of_service(
    link: &mut Connection,
    service: ServiceId,
) -> Result<HashMap<CheckId, Newest>, StoreError> {
    let sql = format!("{STATES} JOIN checks c ON c.id = s.check_id WHERE c.service_id = $1");
    let found = link.query(sqlx::AssertSqlSafe(sql)).bind(service.0).fetch_as(read_newest).await?;
    Ok(by_check(found))
}

fn by_check(found: Vec<Newest>) -> HashMap<CheckId, Newest> {
    found.into_iter().map(|newest| (newest.record.check_id, newest)).collect()
}

/// When each check there is measured last, and for which deployment.
///
/// # Errors
/// What the database says.
pub async fn last_of_all(
    link: &mut Connection,
) -> Result<HashMap<CheckId, (DateTime<Utc>, Option<DeploymentId>)>, StoreError> {
    let found = link
        .query("SELECT check_id, at, deployment_id FROM check_states")
        .fetch_as(|row| {
            let deployment = row.get::<Option<_>>("deployment_id")?.map(DeploymentId);
            Ok((CheckId(row.get("check_id")?), (row.time_ms("at")?, deployment)))
        })
        .await?;
    Ok(found.into_iter().collect())
}

const MEASURED: &str = "SELECT s.check_id, m.at, m.beyond_us, m.thousandths, m.value, o.phase, \
     o.short, o.sentence FROM check_states s JOIN measurements m ON m.check_no = s.no \
     JOIN outcomes o ON o.no = m.outcome";

/// The newest measurement from `since` to before `until` of each check that was ever of a service in an
/// environment.
///
/// # Errors
/// What the database says.
pub async fn newest_between(
    link: &mut Connection,
    (service, environment): (ServiceId, &str),
    since: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<HashMap<CheckId, RecordedMeasurement>, StoreError> {
    let sql = format!(
        "{MEASURED} JOIN checks c ON c.id = s.check_id WHERE c.service_id = $1 \
         AND c.environment = $2 AND m.at = (SELECT max(x.at) FROM measurements x \
         WHERE x.check_no = s.no AND x.at >= $3 AND x.at < $4)"
    );
    let found = link
        .query(sqlx::AssertSqlSafe(sql))
        .bind(service.0)
        .bind(environment.to_owned())
        .bind(millis_up(since))
        .bind(millis_up(until))
        .fetch_as(read)
        .await?;
    Ok(found.into_iter().map(|record| (record.check_id, record)).collect())
}

/// The measurements of a check from `since` to before `until`, newest first.
///
/// # Errors
/// What the database says.
pub async fn between(
    link: &mut Connection,
    check: CheckId,
    since: DateTime<Utc>,
    until: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<RecordedMeasurement>, StoreError> {
    let sql = format!(
        "{MEASURED} WHERE s.check_id = $1 AND m.at >= $2 AND m.at < $3 ORDER BY m.at DESC LIMIT $4"
    );
    link.query(sqlx::AssertSqlSafe(sql))
        .bind(check.0)
        .bind(millis_up(since))
        .bind(millis_up(until))
        .bind(limit)
        .fetch_as(read)
        .await
}

/// When a check measured what, from `since` to `until` and no more than that, oldest first.
///
/// # Errors
/// What the database says.
pub async fn values(
    link: &mut Connection,
    check: CheckId,
    since: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<Vec<(DateTime<Utc>, Phase, Option<f64>)>, StoreError> {
    link.query(
        "SELECT m.at, m.beyond_us, m.thousandths, m.value, o.phase FROM check_states s \
         JOIN measurements m ON m.check_no = s.no JOIN outcomes o ON o.no = m.outcome \
         WHERE s.check_id = $1 AND m.at >= $2 AND m.at <= $3 ORDER BY m.at",
    )
    .bind(check.0)
    .bind(millis_up(since))
    .bind(until.timestamp_millis())
    .fetch_as(|row| Ok((row.time_ms("at")?, row.word("phase", Phase::parse)?, numbers(row)?.value)))
    .await
}

/// How many measurements lie in each stretch of a deployment's watch strip.
///
/// # Errors
/// What the database says.
pub async fn stretches(
    link: &mut Connection,
    deployment: DeploymentId,
) -> Result<Vec<Stretch>, StoreError> {
    link.query(
        "SELECT stretch, good, unsure, bad FROM watch_stretches WHERE deployment_id = $1 \
         ORDER BY stretch",
    )
    .bind(deployment.0)
    .fetch_as(|row| {
        Ok(Stretch {
            stretch: row.get("stretch")?,
            good: row.get("good")?,
            unsure: row.get("unsure")?,
            bad: row.get("bad")?,
        })
    })
    .await
}

/// What was sent and received, of the newest measurement up to `at` of which that was kept: `at`
/// itself, or one shortly before it that said the same.
///
/// # Errors
/// What the database says.
pub async fn evidence(
    link: &mut Connection,
    check: CheckId,
    at: DateTime<Utc>,
) -> Result<Option<Measurement>, StoreError> {
    let kept = link
        .query(
            "SELECT at, body FROM measurement_evidence WHERE check_id = $1 AND at <= $2 \
             ORDER BY at DESC LIMIT 1",
        )
        .bind(check.0)
        .bind(millis_up(at))
        .fetch_optional_as(|row| Ok((row.get("at")?, row.get::<String>("body")?)))
        .await?;
    let Some((at, body)) = kept else { return Ok(None) };
    let corrupt = |error| StoreError::corrupt("body", error);
    let mut measured: Measurement = serde_json::from_str(&body).map_err(corrupt)?;
    pictures::note_gone(link, (check, at), &body, &mut measured.pictures).await?;
    Ok(Some(measured))
}

fn read_newest(row: &Row) -> Result<Newest, StoreError> {
    Ok(Newest {
        record: read(row)?,
        deployment: row.get::<Option<_>>("deployment_id")?.map(DeploymentId),
        evidence_at: row.time_ms("evidence_at")?,
    })
}

fn read(row: &Row) -> Result<RecordedMeasurement, StoreError> {
    let numbers = numbers(row)?;
    let (phase, short, sentence) = Outcome::read(row, numbers)?;
    Ok(RecordedMeasurement {
        check_id: CheckId(row.get("check_id")?),
        at: row.time_ms("at")?,
        phase,
        duration_ms: numbers.took_ms(),
        value: numbers.value,
        short,
        sentence,
    })
}

#[expect(clippy::cast_precision_loss, reason = "only what comes back bit by bit was kept so")]
fn numbers(row: &Row) -> Result<Numbers, StoreError> {
    let thousandths: Option<i64> = row.get("thousandths")?;
    Ok(Numbers {
        took_us: row.get::<i64>("beyond_us")? + thousandths.unwrap_or(0),
        value: match thousandths {
            Some(thousandths) => Some(thousandths as f64 / 1_000.0),
            None => row.get("value")?,
        },
    })
}

#[derive(PartialEq, Eq, Hash)]
pub(super) struct NewestOfEnvironment(ServiceId, String);

impl Question for NewestOfEnvironment {
    type Answer = Arc<HashMap<CheckId, Newest>>;
}

impl Tx {
    /// As [`newest_of_environment`], read once in a transaction.
    ///
    /// # Errors
    /// What the database says.
    pub async fn newest_measurements(
        &mut self,
        service: ServiceId,
        environment: &str,
    ) -> Result<Arc<HashMap<CheckId, Newest>>, StoreError> {
        let question = NewestOfEnvironment(service, environment.to_owned());
        if let Some(known) = self.cache.get(&question) {
            return Ok(known.clone());
        }
        let read = newest_of_environment(self, service, environment).await?;
        Ok(self.cache.put(question, Arc::new(read)))
    }
}
