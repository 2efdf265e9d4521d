//! Removing what is too old, a little at a time, so that no other writer waits long.

use chrono::{DateTime, Utc};
use domain::ids::CheckId;

use super::millis_up;
use crate::{bulk, db::Connection, error::StoreError, tx::Tx};

/// How many measurements are looked at in one go.
const AT_ONCE: i64 = 2_000;
/// How many pieces of evidence are removed in one go.
const EVIDENCE_AT_ONCE: u64 = 500;
/// How many outcomes are looked for in one go.
const OUTCOMES_AT_ONCE: i64 = 10_000;

/// A check whose measurements are gone through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pruning {
    check: CheckId,
    no: i64,
    /// From when on they have not been looked at.
    from: i64,
    /// Before when they go.
    until: i64,
}

/// The checks that have measurements from before `before`; those of a watch that is open stay.
///
/// # Errors
/// What the database says.
pub async fn prunable(
    link: &mut Connection,
    before: DateTime<Utc>,
) -> Result<Vec<Pruning>, StoreError> {
    let before = millis_up(before);
    link.query(
        "SELECT s.no, s.check_id, (SELECT min(m.at) FROM measurements m WHERE m.check_no = s.no) \
         AS oldest, (SELECT min(r.opened_at) FROM runs r \
         WHERE r.service_id = c.service_id AND r.environment = c.environment \
         AND r.state = 'watching') AS watched_from \
         FROM check_states s JOIN checks c ON c.id = s.check_id ORDER BY s.no",
    )
    .fetch_as(|row| {
        let watched: Option<i64> = row.get("watched_from")?;
        let oldest: Option<i64> = row.get("oldest")?;
        Ok(Pruning {
            check: CheckId(row.get("check_id")?),
            no: row.get("no")?,
            from: oldest.unwrap_or(i64::MAX),
            until: watched.map_or(before, |from| before.min(from / 1_000)),
        })
    })
    .await
    .map(|all| all.into_iter().filter(|one| one.from < one.until).collect())
}

/// Removes the next few of a check's; those whose evidence is kept stay. Answers how many went, and
/// where to go on: `None` once all were looked at.
///
/// # Errors
/// What the database says.
pub async fn prune(tx: &mut Tx, next: Pruning) -> Result<(u64, Option<Pruning>), StoreError> {
    let further = tx
        .query("SELECT at FROM measurements WHERE check_no = $1 AND at >= $2 ORDER BY at LIMIT 1 OFFSET $3")
        .bind(next.no)
        .bind(next.from)
        .bind(AT_ONCE)
        .fetch_optional_as(|row| row.get::<i64>("at"))
        .await?;
    let until = further.map_or(next.until, |at| at.min(next.until));
    let removed = tx
        .query(
            "DELETE FROM measurements WHERE check_no = $1 AND at >= $2 AND at < $3 AND NOT EXISTS \
         (SELECT 1 FROM measurement_evidence e WHERE e.check_id = $4 \
         AND e.at = measurements.at)",
        )
        .bind(next.no)
        .bind(next.from)
        .bind(until)
        .bind(next.check.0)
        .execute()
        .await?;
    Ok((removed, (until < next.until).then_some(Pruning { from: until, ..next })))
}

/// Removes some of the evidence from before `before`, but that of each check's newest measurement;
/// answers how much went, and whether there may be more.
///
/// # Errors
/// What the database says.
pub async fn prune_evidence(tx: &mut Tx, before: DateTime<Utc>) -> Result<(u64, bool), StoreError> {
    let limit = i64::try_from(EVIDENCE_AT_ONCE).unwrap_or(i64::MAX);
    let removed = tx
        .query(
            "DELETE FROM measurement_evidence WHERE (check_id, at) IN \
             (SELECT e.check_id, e.at FROM measurement_evidence e WHERE e.at < $1 AND NOT EXISTS \
             (SELECT 1 FROM check_states s WHERE s.check_id = e.check_id \
             AND s.evidence_at = e.at) LIMIT $2)",
        )
        .bind(millis_up(before))
        .bind(limit)
        .execute()
        .await?;
    Ok((removed, removed >= EVIDENCE_AT_ONCE))
}

/// The next outcomes behind `after` that nothing has said since `before` and no measurement says
/// any more, in order; none once all were looked at. Goes through all measurements, so it is for a
/// reader.
///
/// # Errors
/// What the database says.
pub async fn unsaid_outcomes(
    link: &mut Connection,
    before: DateTime<Utc>,
    after: i64,
) -> Result<Vec<i64>, StoreError> {
    let old = link
        .query("SELECT no FROM outcomes WHERE used_on < $1 LIMIT 1")
        .bind(day(before))
        .fetch_optional_as(|row| row.get::<i64>("no"))
        .await?;
    if old.is_none() {
        return Ok(Vec::new());
    }
    link.query(
        "SELECT no FROM outcomes WHERE used_on < $1 \
         AND no NOT IN (SELECT outcome FROM check_states) \
         AND no NOT IN (SELECT DISTINCT outcome FROM measurements) AND no > $2 \
         ORDER BY no LIMIT $3",
    )
    .bind(day(before))
    .bind(after)
    .bind(OUTCOMES_AT_ONCE)
    .fetch_as(|row| row.get("no"))
    .await
}

/// Removes outcomes that were found unsaid, but those said again since; answers how many.
///
/// # Errors
/// What the database says.
pub async fn prune_outcomes(
    tx: &mut Tx,
    unsaid: Vec<i64>,
    before: DateTime<Utc>,
) -> Result<u64, StoreError> {
    let link: &mut Connection = tx;
    let mut removed = 0;
    let head = "SELECT no, used_on FROM outcomes";
    let still = bulk::among(link, head, "no", unsaid, |row| {
        Ok((row.get::<i64>("no")?, row.get::<i64>("used_on")?))
    });
    for (no, used_on) in still.await? {
        if used_on < day(before) {
            removed += link.query("DELETE FROM outcomes WHERE no = $1").bind(no).execute().await?;
        }
    }
    Ok(removed)
}

fn day(at: DateTime<Utc>) -> i64 {
    at.timestamp().div_euclid(86_400)
}
