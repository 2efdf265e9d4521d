//! How checks failed in the course of a run: counted as it is measured, so that no page has to go
//! through all there is.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use domain::{
    failures::Failures,
    ids::{CheckId, RunId},
    run::Run,
};

use crate::{
    bulk,
    db::{Connection, micros},
    error::StoreError,
    tx::Tx,
};

/// A failed measurement of a check in a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Failed {
    /// In which run.
    pub run: RunId,
    /// Of which check.
    pub check: CheckId,
    /// When the check was last changed: what it failed at before is not counted on.
    pub version: DateTime<Utc>,
    /// When it failed.
    pub at: DateTime<Utc>,
    /// Whether it began to fail with it.
    pub began: bool,
}

/// Counts failed measurements.
///
/// # Errors
/// What the database says.
pub async fn count(tx: &mut Tx, failed: &[Failed]) -> Result<(), StoreError> {
    let mut counted: BTreeMap<(RunId, CheckId), (DateTime<Utc>, Failures)> = BTreeMap::new();
    for one in failed {
        let new = Failures { times: 0, spells: 0, first: one.at, last: one.at };
        let (_, all) = counted.entry((one.run, one.check)).or_insert((one.version, new));
        all.times += 1;
        all.spells += i64::from(one.began);
        all.first = all.first.min(one.at);
        all.last = all.last.max(one.at);
    }
    let head = "INSERT INTO check_failures (run_id, check_id, version, times, spells, first_at, \
                last_at)";
    let tail = "ON CONFLICT (run_id, check_id) DO UPDATE SET \
        times = excluded.times + CASE WHEN check_failures.version = excluded.version \
            THEN check_failures.times ELSE 0 END, \
        spells = excluded.spells + CASE WHEN check_failures.version = excluded.version \
            THEN check_failures.spells ELSE 0 END, \
        first_at = CASE WHEN check_failures.version = excluded.version \
            THEN check_failures.first_at ELSE excluded.first_at END, \
        last_at = excluded.last_at, version = excluded.version";
    let rows = counted.into_iter().collect();
    bulk::insert(tx, head, 7, tail, rows, |query, ((run, check), (version, all))| {
        query
            .bind(run.0)
            .bind(check.0)
            .bind(micros(version))
            .bind(all.times)
            .bind(all.spells)
            .bind(micros(all.first))
            .bind(micros(all.last))
    })
    .await
    .map(drop)
}

/// Whether anything failed in the course of a run or was retired in it: asked with every verdict, and
/// mostly not so.
///
/// # Errors
/// What the database says.
pub async fn any(link: &mut Connection, run: &Run) -> Result<bool, StoreError> {
    let found = link
        .query(
            "SELECT 1 AS found WHERE EXISTS (SELECT 1 FROM check_failures WHERE run_id = $1) \
             OR EXISTS (SELECT 1 FROM heartbeats WHERE service_id = $2 AND environment = $3 \
             AND retired_at >= $4)",
        )
        .bind(run.id.0)
        .bind(run.service_id.0)
        .bind(run.environment.clone())
        .bind(micros(run.opened_at))
        .fetch_optional()
        .await?;
    Ok(found.is_some())
}

/// How the checks of a run failed in its course, as they are now.
///
/// # Errors
/// What the database says.
pub async fn of_run(
    link: &mut Connection,
    run: RunId,
) -> Result<HashMap<CheckId, Failures>, StoreError> {
    let as_it_is = "JOIN checks c ON c.id = f.check_id AND c.updated_at = f.version";
    read(link, run, as_it_is).await
}

/// How the checks of a run failed in its course, whatever they were asked for then.
///
/// # Errors
/// What the database says.
pub async fn ever_of_run(
    link: &mut Connection,
    run: RunId,
) -> Result<HashMap<CheckId, Failures>, StoreError> {
    read(link, run, "").await
}

async fn read(
    link: &mut Connection,
    run: RunId,
    of: &'static str,
) -> Result<HashMap<CheckId, Failures>, StoreError> {
    let sql = format!(
        "SELECT f.check_id, f.times, f.spells, f.first_at, f.last_at FROM check_failures f {of} \
         WHERE f.run_id = $1"
    );
    let found = link
        .query(sqlx::AssertSqlSafe(sql))
        .bind(run.0)
        .fetch_as(|row| {
            let failures = Failures {
                times: row.get("times")?,
                spells: row.get("spells")?,
                first: row.time("first_at")?,
                last: row.time("last_at")?,
            };
            Ok((CheckId(row.get("check_id")?), failures))
        })
        .await?;
    Ok(found.into_iter().collect())
}
