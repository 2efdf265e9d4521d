//! Baselines of deployments. Written once, never changed.

use chrono::{DateTime, Utc};
use domain::{
    baseline::{Bucket, Gap, Indicator, Moment, Summary},
    ids::{CheckId, DeploymentId, ServiceId},
    measurement::Phase,
};

use crate::{
    db::{Link, Row},
    error::StoreError,
    tx::{Tx, micros},
};

/// A baseline.
#[derive(Debug, Clone, PartialEq)]
pub struct BaselineRecord {
    /// Of which deployment.
    pub deployment_id: DeploymentId,
    /// When in its watch.
    pub moment: Moment,
    /// Of what.
    pub indicator: Indicator,
    /// What it comes to.
    pub summary: Summary,
    /// From when on it was measured.
    pub window_from: DateTime<Utc>,
    /// Until when.
    pub window_until: DateTime<Utc>,
    /// What it was measured by, in words.
    pub source: String,
    /// When it was captured.
    pub captured_at: DateTime<Utc>,
}

/// The baselines of a deployment, by moment.
///
/// # Errors
/// What the database says.
pub async fn of_deployment(
    link: &mut Link,
    deployment: DeploymentId,
) -> Result<Vec<BaselineRecord>, StoreError> {
    let found = link
        .query("SELECT * FROM baselines WHERE deployment_id = $1 ORDER BY captured_at, indicator")
        .bind(deployment.0)
        .read(read)
        .await?;
    Ok(found)
}

/// The newest deployment to an environment before `before` that was signed off and has baselines,
/// with them: what a later one is compared with. One that failed or was rolled back never is.
///
/// # Errors
/// What the database says.
pub async fn of_last_good(
    link: &mut Link,
    service: ServiceId,
    environment: &str,
    before: DateTime<Utc>,
) -> Result<Option<(String, Vec<BaselineRecord>)>, StoreError> {
    let found = link
        .query(
            "SELECT d.id, d.version FROM deployments d WHERE d.service_id = $1 \
             AND d.environment = $2 AND d.state = 'signed_off' AND d.deployed_at < $3 \
             AND EXISTS (SELECT 1 FROM baselines b WHERE b.deployment_id = d.id) \
             ORDER BY d.deployed_at DESC LIMIT 1",
        )
        .bind(service.0)
        .bind(environment.to_owned())
        .bind(micros(before))
        .read_optional(|row| Ok((DeploymentId(row.get("id")?), row.get::<String>("version")?)))
        .await?;
    let Some((id, version)) = found else { return Ok(None) };
    Ok(Some((version, of_deployment(link, id).await?)))
}

/// What a check measured for a deployment in each stretch of `bucket_s` seconds from `since` to
/// before `until`; stretches without a measurement are not among them.
///
/// # Errors
/// What the database says.
pub async fn buckets(
    link: &mut Link,
    check: CheckId,
    deployment: DeploymentId,
    since: DateTime<Utc>,
    until: DateTime<Utc>,
    bucket_s: i64,
) -> Result<Vec<(i64, Bucket)>, StoreError> {
    let rows = link
        .query(
            "SELECT (at - $3) / $5 AS slot, phase, count(*) AS n, \
             coalesce(sum(value), 0.0) AS total FROM measurements \
             WHERE check_id = $1 AND deployment_id = $2 AND at >= $3 AND at < $4 \
             GROUP BY (at - $3) / $5, phase",
        )
        .bind(check.0)
        .bind(deployment.0)
        .bind(micros(since))
        .bind(micros(until))
        .bind(bucket_s * 1_000_000)
        .read(|row| {
            let phase = row.word("phase", Phase::parse)?;
            let n: i64 = row.get("n")?;
            Ok((row.get::<i64>("slot")?, phase, n, row.get::<f64>("total")?))
        })
        .await?;
    let mut found = Vec::with_capacity(rows.len());
    for (slot, phase, n, total) in rows {
        let n = u64::try_from(n).unwrap_or(0);
        let bucket = match phase {
            Phase::Successful => Bucket { good: n, bad: 0, sum_ms: total },
            Phase::Failed => Bucket { good: 0, bad: n, sum_ms: 0.0 },
            // Trouble of our own, and what decides nothing, is no data.
            Phase::Error | Phase::Inconclusive => continue,
        };
        found.push((slot, bucket));
    }
    Ok(found)
}

/// Adds a baseline. Answers whether it was added: one that is there stands.
///
/// # Errors
/// What the database says.
pub async fn insert(tx: &mut Tx, record: BaselineRecord) -> Result<bool, StoreError> {
    let gaps = serde_json::to_string(&record.summary.gaps)
        .map_err(|error| StoreError::corrupt("gaps", error))?;
    let added = tx
        .query(
            "INSERT INTO baselines (deployment_id, moment, indicator, value, samples, \
             window_from, window_until, coverage, gaps, source, captured_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) \
             ON CONFLICT (deployment_id, moment, indicator) DO NOTHING",
        )
        .bind(record.deployment_id.0)
        .bind(record.moment.as_str().to_owned())
        .bind(record.indicator.as_str().to_owned())
        .bind(record.summary.value)
        .bind(i64::try_from(record.summary.samples).unwrap_or(i64::MAX))
        .bind(micros(record.window_from))
        .bind(micros(record.window_until))
        .bind(record.summary.coverage)
        .bind(gaps)
        .bind(record.source)
        .bind(micros(record.captured_at))
        .run()
        .await?;
    Ok(added > 0)
}

fn read(row: &Row) -> Result<BaselineRecord, StoreError> {
    Ok(BaselineRecord {
        deployment_id: DeploymentId(row.get("deployment_id")?),
        moment: row.word("moment", Moment::parse)?,
        indicator: row.word("indicator", Indicator::parse)?,
        summary: Summary {
            value: row.get("value")?,
            samples: u64::try_from(row.get::<i64>("samples")?).unwrap_or(0),
            coverage: row.get("coverage")?,
            gaps: row.json::<Vec<Gap>>("gaps")?,
        },
        window_from: row.time("window_from")?,
        window_until: row.time("window_until")?,
        source: row.get("source")?,
        captured_at: row.time("captured_at")?,
    })
}
