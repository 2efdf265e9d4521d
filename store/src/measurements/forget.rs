//! Forgetting what is too old, a little at a time, so that no other writer waits long.

use chrono::{DateTime, Utc};
use domain::ids::CheckId;

use super::millis_up;
use crate::{db::Link, error::StoreError, rows, tx::Tx};

/// How many measurements are looked at in one go.
const AT_ONCE: i64 = 2_000;

/// A check whose measurements are gone through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Forgetting {
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
pub async fn to_forget(
    link: &mut Link,
    before: DateTime<Utc>,
) -> Result<Vec<Forgetting>, StoreError> {
    let before = millis_up(before);
    link.query(
        "SELECT s.no, s.check_id, (SELECT min(m.at) FROM measurements m WHERE m.check_no = s.no) \
         AS oldest, (SELECT min(r.opened_at) FROM runs r \
         WHERE r.service_id = c.service_id AND r.environment = c.environment \
         AND r.state = 'watching') AS watched_from \
         FROM check_states s JOIN checks c ON c.id = s.check_id ORDER BY s.no",
    )
    .read(|row| {
        let watched: Option<i64> = row.get("watched_from")?;
        let oldest: Option<i64> = row.get("oldest")?;
        Ok(Forgetting {
            check: CheckId(row.get("check_id")?),
            no: row.get("no")?,
            from: oldest.unwrap_or(i64::MAX),
            until: watched.map_or(before, |from| before.min(from / 1_000)),
        })
    })
    .await
    .map(|all| all.into_iter().filter(|one| one.from < one.until).collect())
}

/// Forgets the next few of a check's; those whose evidence is kept stay. Answers where to go on,
/// `None` once all were looked at.
///
/// # Errors
/// What the database says.
pub async fn forget(tx: &mut Tx, next: Forgetting) -> Result<Option<Forgetting>, StoreError> {
    let further = tx
        .query("SELECT at FROM measurements WHERE check_no = $1 AND at >= $2 ORDER BY at LIMIT 1 OFFSET $3")
        .bind(next.no)
        .bind(next.from)
        .bind(AT_ONCE)
        .read_optional(|row| row.get::<i64>("at"))
        .await?;
    let until = further.map_or(next.until, |at| at.min(next.until));
    tx.query(
        "DELETE FROM measurements WHERE check_no = $1 AND at >= $2 AND at < $3 AND NOT EXISTS \
         (SELECT 1 FROM measurement_evidence e WHERE e.check_id = $4 \
         AND e.at = measurements.at)",
    )
    .bind(next.no)
    .bind(next.from)
    .bind(until)
    .bind(next.check.0)
    .run()
    .await?;
    Ok((until < next.until).then_some(Forgetting { from: until, ..next }))
}

/// Forgets evidence from before `before`, but that of each check's newest measurement.
///
/// # Errors
/// What the database says.
pub async fn forget_evidence(tx: &mut Tx, before: DateTime<Utc>) -> Result<(), StoreError> {
    tx.query(
        "DELETE FROM measurement_evidence WHERE at < $1 AND NOT EXISTS \
         (SELECT 1 FROM check_states s WHERE s.check_id = measurement_evidence.check_id \
         AND s.evidence_at = measurement_evidence.at)",
    )
    .bind(millis_up(before))
    .run()
    .await
    .map(drop)
}

/// Some of the outcomes that nothing has said since `before` and no measurement says any more. Goes
/// through all measurements, so it is for a reader.
///
/// # Errors
/// What the database says.
pub async fn unsaid(link: &mut Link, before: DateTime<Utc>) -> Result<Vec<i64>, StoreError> {
    let old = link
        .query("SELECT no FROM outcomes WHERE used_on < $1 LIMIT 1")
        .bind(day(before))
        .read_optional(|row| row.get::<i64>("no"))
        .await?;
    if old.is_none() {
        return Ok(Vec::new());
    }
    link.query(
        "SELECT no FROM outcomes WHERE used_on < $1 \
         AND no NOT IN (SELECT outcome FROM check_states) \
         AND no NOT IN (SELECT DISTINCT outcome FROM measurements) LIMIT 10000",
    )
    .bind(day(before))
    .read(|row| row.get("no"))
    .await
}

/// Forgets outcomes that were found unsaid, but those said again since.
///
/// # Errors
/// What the database says.
pub async fn forget_outcomes(
    tx: &mut Tx,
    unsaid: Vec<i64>,
    before: DateTime<Utc>,
) -> Result<(), StoreError> {
    let link: &mut Link = tx;
    let head = "SELECT no, used_on FROM outcomes";
    let still = rows::among(link, head, "no", unsaid, |row| {
        Ok((row.get::<i64>("no")?, row.get::<i64>("used_on")?))
    });
    for (no, used_on) in still.await? {
        if used_on < day(before) {
            link.query("DELETE FROM outcomes WHERE no = $1").bind(no).run().await?;
        }
    }
    Ok(())
}

fn day(at: DateTime<Utc>) -> i64 {
    at.timestamp().div_euclid(86_400)
}
