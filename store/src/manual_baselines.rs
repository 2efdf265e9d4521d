//! Baselines taken by hand. Written once, never changed; they stand beside those of the fixed moments
//! and count for nothing.

use domain::{
    baseline::{Gap, ManualBaseline, Summary},
    ids::DeploymentId,
    indicator::{Direction, Family},
};

use crate::{
    db::{Connection, Row, micros},
    error::StoreError,
    tx::Tx,
};

/// Those of a deployment, oldest first.
///
/// # Errors
/// What the database says.
pub async fn of_deployment(
    link: &mut Connection,
    deployment: DeploymentId,
) -> Result<Vec<ManualBaseline>, StoreError> {
    link.query(
        "SELECT * FROM manual_baselines WHERE deployment_id = $1 ORDER BY taken_at, indicator",
    )
    .bind(deployment.0)
    .fetch_as(read)
    .await
}

/// Adds one.
///
/// # Errors
/// What the database says.
pub async fn insert(tx: &mut Tx, record: ManualBaseline) -> Result<(), StoreError> {
    let gaps = serde_json::to_string(&record.summary.gaps)
        .map_err(|error| StoreError::corrupt("gaps", error))?;
    let pass =
        serde_json::to_string(&record.pass).map_err(|error| StoreError::corrupt("pass", error))?;
    tx.query(
        "INSERT INTO manual_baselines (deployment_id, taken_at, indicator, taken_by, label, \
         family, unit, direction, pass, value, p95, samples, coverage, gaps, window_from, \
         window_until, source) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, \
         $14, $15, $16, $17)",
    )
    .bind(record.deployment_id.0)
    .bind(micros(record.taken_at))
    .bind(record.indicator)
    .bind(record.taken_by)
    .bind(record.label)
    .bind(record.family.as_str().to_owned())
    .bind(record.unit)
    .bind(record.direction.as_str().to_owned())
    .bind(pass)
    .bind(record.summary.value)
    .bind(record.summary.p95)
    .bind(i64::try_from(record.summary.samples).unwrap_or(i64::MAX))
    .bind(record.summary.coverage)
    .bind(gaps)
    .bind(micros(record.window_from))
    .bind(micros(record.window_until))
    .bind(record.source)
    .execute()
    .await
    .map(drop)
}

fn read(row: &Row) -> Result<ManualBaseline, StoreError> {
    Ok(ManualBaseline {
        deployment_id: DeploymentId(row.get("deployment_id")?),
        taken_at: row.time("taken_at")?,
        taken_by: row.get("taken_by")?,
        indicator: row.get("indicator")?,
        label: row.get("label")?,
        family: row.word("family", Family::parse)?,
        unit: row.get("unit")?,
        direction: row.word("direction", Direction::parse)?,
        pass: row.json("pass")?,
        summary: Summary {
            value: row.get("value")?,
            p95: row.get("p95")?,
            samples: u64::try_from(row.get::<i64>("samples")?).unwrap_or(0),
            coverage: row.get("coverage")?,
            gaps: row.json::<Vec<Gap>>("gaps")?,
        },
        window_from: row.time("window_from")?,
        window_until: row.time("window_until")?,
        source: row.get("source")?,
    })
}
