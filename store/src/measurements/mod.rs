//! Measurements by checks, and the evidence that goes with some of them.
//!
//! A measurement is a row of numbers; what it says is an outcome, kept once for all that say it.
//! The newest of each check, and the counts of the watch strip, are kept beside them as they
//! arrive, so that no page has to go through all there are.

mod add;
mod outcomes;
mod prune;

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use domain::{
    ids::{CheckId, DeploymentId, ServiceId},
    measurement::{Measurement, Phase},
};

pub use add::{Added, NewMeasurement, add, millis_up};
use outcomes::{Numbers, Outcome};
pub use prune::{Pruning, prunable, prune, prune_evidence, prune_outcomes, unsaid_outcomes};

use crate::{
    db::{Link, Row},
    error::StoreError,
};

/// A measurement without its evidence.
#[derive(Debug, Clone, PartialEq)]
pub struct MeasurementRecord {
    /// By which check.
    pub check_id: CheckId,
    /// When it began, in whole milliseconds.
    pub at: DateTime<Utc>,
    /// What it says about the service.
    pub phase: Phase,
    /// How long it took, in milliseconds.
    pub duration_ms: f64,
    /// The number it is about.
    pub value: Option<f64>,
    /// A few characters for a chip.
    pub short: String,
    /// One sentence.
    pub sentence: String,
}

/// The newest measurement of a check.
#[derive(Debug, Clone, PartialEq)]
pub struct Newest {
    /// What was measured.
    pub record: MeasurementRecord,
    /// The deployment it was made for.
    pub deployment: Option<DeploymentId>,
    /// The newest measurement whose evidence is kept: this one, or one shortly before it that said
    /// the same.
    pub evidence_at: DateTime<Utc>,
}

impl Newest {
    /// The measurement, where it was made at or after `since`, whatever was watched then.
    #[must_use]
    pub fn since(&self, since: DateTime<Utc>) -> Option<&MeasurementRecord> {
        (self.record.at >= since).then_some(&self.record)
    }

    /// The measurement, where it was made for this deployment, at or after `since`.
    #[must_use]
    pub fn made_for(
        &self,
        deployment: DeploymentId,
        since: DateTime<Utc>,
    ) -> Option<&MeasurementRecord> {
        let counts = self.deployment == Some(deployment) && self.record.at >= since;
        counts.then_some(&self.record)
    }
}

/// How many measurements lie in a stretch of the watch strip.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StretchRecord {
    /// Which stretch, from 0.
    pub stretch: i64,
    /// How many were good.
    pub good: i64,
    /// How many decided nothing.
    pub unsure: i64,
    /// How many failed.
    pub bad: i64,
}

const STATES: &str = "SELECT s.check_id, s.at, s.beyond_us, s.thousandths, s.value, \
     s.deployment_id, s.evidence_at, o.phase, o.short, o.sentence \
     FROM check_states s JOIN outcomes o ON o.no = s.outcome";

/// The newest measurement of a check.
///
/// # Errors
/// What the database says.
pub async fn newest(link: &mut Link, check: CheckId) -> Result<Option<Newest>, StoreError> {
    let sql = sqlx::AssertSqlSafe(format!("{STATES} WHERE s.check_id = $1"));
    link.query(sql).bind(check.0).read_optional(read_newest).await
}

/// The newest measurements of all checks of a service in an environment.
///
/// # Errors
/// What the database says.
pub async fn newest_of_environment(
    link: &mut Link,
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
        .read(read_newest)
        .await?;
    Ok(by_check(found))
}

/// How many checks of a service in use say what in their newest measurement; `None` are those
/// without one.
///
/// # Errors
/// What the database says.
pub async fn phases_of_service(
    link: &mut Link,
    service: ServiceId,
) -> Result<Vec<(Option<Phase>, i64)>, StoreError> {
    link.query(
        "SELECT coalesce(o.phase, '') AS phase, count(*) AS n FROM checks c \
         LEFT JOIN check_states s ON s.check_id = c.id LEFT JOIN outcomes o ON o.no = s.outcome \
         WHERE c.service_id = $1 AND c.retired_at IS NULL GROUP BY o.phase",
    )
    .bind(service.0)
    .read(|row| Ok((Phase::parse(&row.get::<String>("phase")?), row.get("n")?)))
    .await
}

/// The newest measurements of all checks of a service.
///
/// # Errors
/// What the database says.
pub async fn newest_of_service(
    link: &mut Link,
    service: ServiceId,
) -> Result<HashMap<CheckId, Newest>, StoreError> {
    let sql = format!("{STATES} JOIN checks c ON c.id = s.check_id WHERE c.service_id = $1");
    let found = link.query(sqlx::AssertSqlSafe(sql)).bind(service.0).read(read_newest).await?;
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
    link: &mut Link,
) -> Result<HashMap<CheckId, (DateTime<Utc>, Option<DeploymentId>)>, StoreError> {
    let found = link
        .query("SELECT check_id, at, deployment_id FROM check_states")
        .read(|row| {
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
    link: &mut Link,
    (service, environment): (ServiceId, &str),
    since: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<HashMap<CheckId, MeasurementRecord>, StoreError> {
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
        .read(read)
        .await?;
    Ok(found.into_iter().map(|record| (record.check_id, record)).collect())
}

/// The measurements of a check from `since` to before `until`, newest first.
///
/// # Errors
/// What the database says.
pub async fn between(
    link: &mut Link,
    check: CheckId,
    since: DateTime<Utc>,
    until: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<MeasurementRecord>, StoreError> {
    let sql = format!(
        "{MEASURED} WHERE s.check_id = $1 AND m.at >= $2 AND m.at < $3 ORDER BY m.at DESC LIMIT $4"
    );
    link.query(sqlx::AssertSqlSafe(sql))
        .bind(check.0)
        .bind(millis_up(since))
        .bind(millis_up(until))
        .bind(limit)
        .read(read)
        .await
}

/// When a check measured what, from `since` to `until` and no more than that, oldest first.
///
/// # Errors
/// What the database says.
pub async fn values(
    link: &mut Link,
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
    .read(|row| Ok((row.time_ms("at")?, row.word("phase", Phase::parse)?, numbers(row)?.value)))
    .await
}

/// How many measurements lie in each stretch of a deployment's watch strip.
///
/// # Errors
/// What the database says.
pub async fn stretches(
    link: &mut Link,
    deployment: DeploymentId,
) -> Result<Vec<StretchRecord>, StoreError> {
    link.query(
        "SELECT stretch, good, unsure, bad FROM watch_stretches WHERE deployment_id = $1 \
         ORDER BY stretch",
    )
    .bind(deployment.0)
    .read(|row| {
        Ok(StretchRecord {
            stretch: row.get("stretch")?,
            good: row.get("good")?,
            unsure: row.get("unsure")?,
            bad: row.get("bad")?,
        })
    })
    .await
}

/// What was sent and received in the measurement at `at`, where that is kept.
///
/// # Errors
/// What the database says.
pub async fn evidence_at(
    link: &mut Link,
    check: CheckId,
    at: DateTime<Utc>,
) -> Result<Option<Measurement>, StoreError> {
    link.query("SELECT body FROM measurement_evidence WHERE check_id = $1 AND at = $2")
        .bind(check.0)
        .bind(millis_up(at))
        .read_optional(|row| row.json("body"))
        .await
}

/// What was sent and received, of the newest measurement up to `at` of which that was kept: `at`
/// itself, or one shortly before it that said the same.
///
/// # Errors
/// What the database says.
pub async fn evidence(
    link: &mut Link,
    check: CheckId,
    at: DateTime<Utc>,
) -> Result<Option<Measurement>, StoreError> {
    link.query(
        "SELECT body FROM measurement_evidence WHERE check_id = $1 AND at <= $2 \
         ORDER BY at DESC LIMIT 1",
    )
    .bind(check.0)
    .bind(millis_up(at))
    .read_optional(|row| row.json("body"))
    .await
}

fn read_newest(row: &Row) -> Result<Newest, StoreError> {
    Ok(Newest {
        record: read(row)?,
        deployment: row.get::<Option<_>>("deployment_id")?.map(DeploymentId),
        evidence_at: row.time_ms("evidence_at")?,
    })
}

fn read(row: &Row) -> Result<MeasurementRecord, StoreError> {
    let numbers = numbers(row)?;
    let (phase, short, sentence) = Outcome::read(row, numbers)?;
    Ok(MeasurementRecord {
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
