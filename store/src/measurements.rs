//! Measurements by checks, and the evidence that goes with some of them.

use chrono::{DateTime, Utc};
use domain::{
    ids::{CheckId, DeploymentId},
    measurement::{Measurement, Phase},
};

use crate::{
    db::{Link, Row},
    error::StoreError,
    tx::{Tx, micros},
};

/// A measurement without its evidence.
#[derive(Debug, Clone, PartialEq)]
pub struct MeasurementRecord {
    /// By which check.
    pub check_id: CheckId,
    /// When it began.
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
///
/// # Errors
/// What the database says.
pub async fn newest(
    link: &mut Link,
    check: CheckId,
) -> Result<Option<MeasurementRecord>, StoreError> {
    link.query("SELECT * FROM measurements WHERE check_id = $1 ORDER BY at DESC LIMIT 1")
        .bind(check.0)
        .read_optional(read)
        .await
}

/// The newest measurement of a check that was made for this deployment, at or after `since` and,
/// where given, at or before `until`.
///
/// # Errors
/// What the database says.
pub async fn newest_for(
    link: &mut Link,
    check: CheckId,
    deployment: DeploymentId,
    since: DateTime<Utc>,
    until: Option<DateTime<Utc>>,
) -> Result<Option<MeasurementRecord>, StoreError> {
    link.query(
        "SELECT * FROM measurements WHERE check_id = $1 AND deployment_id = $2 AND at >= $3 \
         AND at <= $4 ORDER BY at DESC LIMIT 1",
    )
    .bind(check.0)
    .bind(deployment.0)
    .bind(micros(since))
    .bind(until.map_or(i64::MAX, micros))
    .read_optional(read)
    .await
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
    link.query(
        "SELECT * FROM measurements WHERE check_id = $1 AND at >= $2 AND at < $3 \
         ORDER BY at DESC LIMIT $4",
    )
    .bind(check.0)
    .bind(micros(since))
    .bind(micros(until))
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
        "SELECT at, phase, value FROM measurements WHERE check_id = $1 AND at >= $2 AND at <= $3 \
         ORDER BY at",
    )
    .bind(check.0)
    .bind(micros(since))
    .bind(micros(until))
    .read(|row| Ok((row.time("at")?, row.word("phase", Phase::parse)?, row.get("value")?)))
    .await
}

/// How many measurements of a check lie in each slot of the watch strip, by phase.
///
/// # Errors
/// What the database says.
pub async fn by_slot(
    link: &mut Link,
    check: CheckId,
    since: DateTime<Utc>,
    until: DateTime<Utc>,
    slot_s: i64,
) -> Result<Vec<(i64, Phase, i64)>, StoreError> {
    link.query(
        "SELECT (at - $2) / $4 AS slot, phase, count(*) AS n FROM measurements \
         WHERE check_id = $1 AND at >= $2 AND at < $3 GROUP BY (at - $2) / $4, phase",
    )
    .bind(check.0)
    .bind(micros(since))
    .bind(micros(until))
    .bind(slot_s * 1_000_000)
    .read(|row| Ok((row.get("slot")?, row.word("phase", Phase::parse)?, row.get("n")?)))
    .await
}

/// Adds a measurement. Its evidence replaces that of the one before, unless that one was where
/// the check's phase changed, or the last for another deployment: what is kept is the newest, every
/// turn and every deployment's last. Answers whether it was
/// added: where the check has one at the same microsecond, that one stands.
///
/// # Errors
/// What the database says.
pub async fn insert(
    tx: &mut Tx,
    check: CheckId,
    deployment: Option<DeploymentId>,
    measured: &Measurement,
) -> Result<bool, StoreError> {
    let body =
        serde_json::to_string(measured).map_err(|error| StoreError::corrupt("body", error))?;
    let before = newest(tx, check).await?;
    let turning = before.as_ref().is_none_or(|before| before.phase != measured.phase);
    // Not left to the constraint: PostgreSQL would refuse all that the act does afterwards.
    let added = tx
        .query(
            "INSERT INTO measurements (check_id, at, deployment_id, phase, duration_ms, value, \
         short, sentence) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) \
         ON CONFLICT (check_id, at) DO NOTHING",
        )
        .bind(check.0)
        .bind(micros(measured.started_at))
        .bind(deployment.map(|id| id.0))
        .bind(measured.phase.as_str().to_owned())
        .bind(measured.duration_ms)
        .bind(measured.value)
        .bind(measured.short.clone())
        .bind(measured.sentence.clone())
        .run()
        .await?;
    if added == 0 {
        return Ok(false);
    }
    if let Some(before) = before {
        tx.query(
            "DELETE FROM measurement_evidence WHERE check_id = $1 AND at = $2 AND NOT turning \
             AND EXISTS (SELECT 1 FROM measurements m WHERE m.check_id = $1 AND m.at = $2 \
             AND m.deployment_id IS NOT DISTINCT FROM $3)",
        )
        .bind(check.0)
        .bind(micros(before.at))
        .bind(deployment.map(|id| id.0))
        .run()
        .await?;
    }
    tx.query(
        "INSERT INTO measurement_evidence (check_id, at, turning, body) VALUES ($1, $2, $3, $4)",
    )
    .bind(check.0)
    .bind(micros(measured.started_at))
    .bind(turning)
    .bind(body)
    .run()
    .await?;
    Ok(true)
}

/// What was sent and received in a measurement, where that was kept: it is for the newest and for
/// those at which the check's phase changed.
///
/// # Errors
/// What the database says.
pub async fn evidence(
    link: &mut Link,
    check: CheckId,
    at: DateTime<Utc>,
) -> Result<Option<Measurement>, StoreError> {
    link.query("SELECT body FROM measurement_evidence WHERE check_id = $1 AND at = $2")
        .bind(check.0)
        .bind(micros(at))
        .read_optional(|row| row.json("body"))
        .await
}

fn read(row: &Row) -> Result<MeasurementRecord, StoreError> {
    Ok(MeasurementRecord {
        check_id: CheckId(row.get("check_id")?),
        at: row.time("at")?,
        phase: row.word("phase", Phase::parse)?,
        duration_ms: row.get("duration_ms")?,
        value: row.get("value")?,
        short: row.get("short")?,
        sentence: row.get("sentence")?,
    })
}
