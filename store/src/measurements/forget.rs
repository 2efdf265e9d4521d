//! Forgetting what is too old, a little at a time, so that no other writer waits long.

use chrono::{DateTime, Utc};

use super::millis_up;
use crate::{
    error::StoreError,
    tx::{Tx, micros},
};

/// How many checks are looked at in one go.
const CHECKS: i64 = 32;

/// Forgets the measurements before `before` of the next few checks after the one numbered `after`;
/// those of a watch that is open stay, and those whose evidence is kept. Answers the number of the
/// last check looked at, `None` once there is none after it.
///
/// # Errors
/// What the database says.
pub async fn forget(
    tx: &mut Tx,
    after: i64,
    before: DateTime<Utc>,
) -> Result<Option<i64>, StoreError> {
    let checks = tx
        .query(
            "SELECT s.no, s.check_id, (SELECT min(d.deployed_at) FROM deployments d \
             WHERE d.service_id = c.service_id AND d.environment = c.environment \
             AND d.state = 'watching') AS watched_from \
             FROM check_states s JOIN checks c ON c.id = s.check_id \
             WHERE s.no > $1 ORDER BY s.no LIMIT $2",
        )
        .bind(after)
        .bind(CHECKS)
        .read(|row| {
            let watched: Option<i64> = row.get("watched_from")?;
            Ok((row.get::<i64>("no")?, row.get::<uuid::Uuid>("check_id")?, watched))
        })
        .await?;
    let last = checks.last().map(|(no, _, _)| *no);
    for (no, check, watched_from) in checks {
        let until =
            watched_from.map_or(millis_up(before), |from| millis_up(before).min(from / 1_000));
        tx.query(
            "DELETE FROM measurements WHERE check_no = $1 AND at < $2 AND NOT EXISTS \
             (SELECT 1 FROM measurement_evidence e WHERE e.check_id = $3 \
             AND e.at = measurements.at)",
        )
        .bind(no)
        .bind(until)
        .bind(check)
        .run()
        .await?;
    }
    Ok(last)
}

/// Forgets evidence from before `before`, but that of each check's newest measurement, and outcomes
/// that nothing says any more.
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
    .await?;
    let day = micros(before).div_euclid(86_400_000_000);
    tx.query(
        "DELETE FROM outcomes WHERE used_on < $1 \
         AND no NOT IN (SELECT outcome FROM check_states) \
         AND no NOT IN (SELECT DISTINCT outcome FROM measurements)",
    )
    .bind(day)
    .run()
    .await
    .map(drop)
}
