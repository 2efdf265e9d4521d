//! Baselines of deployments. Written once, never changed. Those taken by hand stand beside those of
//! the fixed moments, in a table of their own, and count for nothing.

use chrono::{DateTime, Utc};
use domain::{
    baseline::{Baseline, Gap, IndicatorSummary, ManualBaseline, Moment, Reference, Summary},
    ids::{DeploymentId, ServiceId},
    indicator::{Direction, Family},
};

use crate::{
    db::{Connection, Query, Row, micros},
    error::StoreError,
    tx::Tx,
};

/// The baselines of a deployment, by moment.
///
/// # Errors
/// What the database says.
pub async fn of_deployment(
    link: &mut Connection,
    deployment: DeploymentId,
) -> Result<Vec<Baseline>, StoreError> {
    let found = link
        .query("SELECT * FROM baselines WHERE deployment_id = $1 ORDER BY captured_at, indicator")
        .bind(deployment.0)
        .fetch_as(read)
        .await?;
    Ok(found)
}

/// Those of a deployment that were taken by hand, oldest first.
///
/// # Errors
/// What the database says.
pub async fn manual_of_deployment(
    link: &mut Connection,
    deployment: DeploymentId,
) -> Result<Vec<ManualBaseline>, StoreError> {
    link.query(
        "SELECT * FROM manual_baselines WHERE deployment_id = $1 ORDER BY taken_at, indicator",
    )
    .bind(deployment.0)
    .fetch_as(read_manual)
    .await
}

/// The baselines of a service's newest deployments, at most so many of those, by moment.
///
/// # Errors
/// What the database says.
pub async fn of_newest(
    link: &mut Connection,
    service: ServiceId,
    deployments: i64,
) -> Result<Vec<Baseline>, StoreError> {
    link.query(
        "SELECT * FROM baselines WHERE deployment_id IN (SELECT id FROM deployments \
         WHERE service_id = $1 ORDER BY deployed_at DESC, id DESC LIMIT $2) \
         ORDER BY captured_at, indicator",
    )
    .bind(service.0)
    .bind(deployments)
    .fetch_as(read)
    .await
}

/// The reference of a deployment to an environment at `before`, looked for among the fifty newest
/// that were signed off. One that failed or was rolled back never is.
///
/// # Errors
/// What the database says.
pub async fn reference(
    link: &mut Connection,
    service: ServiceId,
    environment: &str,
    before: DateTime<Utc>,
) -> Result<Option<Reference>, StoreError> {
    let found = link
        .query(
            // Those signed off long ago without baselines are not gone through one by one.
            "SELECT d.id, d.version, d.deployed_at FROM (SELECT id FROM runs \
             WHERE service_id = $1 AND environment = $2 AND subject_kind = 'deployment' \
             AND state = 'signed_off' AND opened_at < $3 \
             ORDER BY opened_at DESC, id DESC LIMIT 50) r JOIN deployments d ON d.id = r.id \
             WHERE EXISTS (SELECT 1 FROM baselines b WHERE b.deployment_id = d.id) \
             ORDER BY d.deployed_at DESC, d.id DESC LIMIT 1",
        )
        .bind(service.0)
        .bind(environment.to_owned())
        .bind(micros(before))
        .fetch_optional_as(|row| {
            let id = DeploymentId(row.get("id")?);
            Ok((id, row.get::<String>("version")?, row.time("deployed_at")?))
        })
        .await?;
    let Some((id, version, deployed_at)) = found else { return Ok(None) };
    let baselines = of_deployment(link, id).await?;
    Ok(Some(Reference { id, version, deployed_at, baselines }))
}

/// Adds a baseline. Answers whether it was added: one that is there stands.
///
/// # Errors
/// What the database says.
pub async fn insert(tx: &mut Tx, record: Baseline) -> Result<bool, StoreError> {
    let insert = tx.query(
        "INSERT INTO baselines (indicator, label, family, unit, direction, pass, value, p95, \
         samples, coverage, gaps, window_from, window_until, source, deployment_id, captured_at, \
         moment) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, \
         $17) ON CONFLICT (deployment_id, moment, indicator) DO NOTHING",
    );
    let added = bind(insert, record.measured)?
        .bind(record.deployment_id.0)
        .bind(micros(record.captured_at))
        .bind(record.moment.as_str().to_owned())
        .execute()
        .await?;
    Ok(added > 0)
}

/// Adds one taken by hand.
///
/// # Errors
/// What the database says.
pub async fn insert_manual(tx: &mut Tx, record: ManualBaseline) -> Result<(), StoreError> {
    let insert = tx.query(
        "INSERT INTO manual_baselines (indicator, label, family, unit, direction, pass, value, \
         p95, samples, coverage, gaps, window_from, window_until, source, deployment_id, taken_at, \
         taken_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, \
         $17)",
    );
    bind(insert, record.measured)?
        .bind(record.deployment_id.0)
        .bind(micros(record.taken_at))
        .bind(record.taken_by)
        .execute()
        .await
        .map(drop)
}

/// Binds what was measured to `$1` to `$14`.
fn bind<'a>(query: Query<'a>, measured: IndicatorSummary) -> Result<Query<'a>, StoreError> {
    let json = |name, text: Result<String, _>| text.map_err(|e| StoreError::corrupt(name, e));
    let gaps = json("gaps", serde_json::to_string(&measured.summary.gaps))?;
    let pass = json("pass", serde_json::to_string(&measured.pass))?;
    Ok(query
        .bind(measured.indicator)
        .bind(measured.label)
        .bind(measured.family.as_str().to_owned())
        .bind(measured.unit)
        .bind(measured.direction.as_str().to_owned())
        .bind(pass)
        .bind(measured.summary.value)
        .bind(measured.summary.p95)
        .bind(i64::try_from(measured.summary.samples).unwrap_or(i64::MAX))
        .bind(measured.summary.coverage)
        .bind(gaps)
        .bind(micros(measured.window_from))
        .bind(micros(measured.window_until))
        .bind(measured.source))
}

fn read(row: &Row) -> Result<Baseline, StoreError> {
    Ok(Baseline {
        deployment_id: DeploymentId(row.get("deployment_id")?),
        moment: row.word("moment", Moment::parse)?,
        captured_at: row.time("captured_at")?,
        measured: read_measured(row)?,
    })
}

fn read_manual(row: &Row) -> Result<ManualBaseline, StoreError> {
    Ok(ManualBaseline {
        deployment_id: DeploymentId(row.get("deployment_id")?),
        taken_at: row.time("taken_at")?,
        taken_by: row.get("taken_by")?,
        measured: read_measured(row)?,
    })
}

fn read_measured(row: &Row) -> Result<IndicatorSummary, StoreError> {
    Ok(IndicatorSummary {
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
