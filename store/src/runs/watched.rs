//! The runs that what is measured now may count for: asked for with every measurement, and so no more
//! of them than that takes.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use domain::{
    ids::{RunId, ServiceId},
    run::RunSubject,
    watch::WatchState,
};

use super::SIGNED_THERE;
use crate::{
    bulk,
    db::{Connection, Row, micros},
    error::StoreError,
};

/// A run that what is measured may count for.
#[derive(Debug, Clone)]
pub struct WatchedRun {
    /// Its id.
    pub id: RunId,
    /// What it is about.
    pub subject: RunSubject,
    /// Of which service.
    pub service_id: ServiceId,
    /// Where.
    pub environment: String,
    /// From when on what is seen counts for it.
    pub opened_at: DateTime<Utc>,
    /// When its time is up.
    pub ends_at: DateTime<Utc>,
    /// Whether it is open, or was signed off.
    pub state: WatchState,
}

const SELECT: &str = "SELECT r.id, r.subject_kind, r.service_id, r.environment, r.opened_at, \
     r.ends_at, r.state FROM runs r";

/// The runs of these services that are watched: the open ones but those of a duty that is switched
/// off, oldest first, and then those of deployments that were signed off, are there still, and whose
/// watch has not run its time.
///
/// # Errors
/// What the database says.
pub async fn watched_of(
    link: &mut Connection,
    services: &[ServiceId],
    now: DateTime<Utc>,
) -> Result<Vec<WatchedRun>, StoreError> {
    let ids: HashSet<_> = services.iter().map(|id| id.0).collect();
    let ids: Vec<_> = ids.into_iter().collect();
    let open = format!(
        "{SELECT} WHERE r.state = 'watching' AND (r.subject_kind <> 'duty' OR NOT EXISTS (SELECT 1 \
         FROM duty_runs x JOIN duties d ON d.id = x.duty_id WHERE x.id = r.id \
         AND d.retired_at IS NOT NULL)) AND r.service_id"
    );
    let mut found = bulk::among_bound(link, &open, |query| query, ids.clone(), read).await?;
    found.sort_by_key(|run| (run.opened_at, run.id));
    let signed = format!("{SELECT} WHERE r.ends_at > ? AND {SIGNED_THERE} AND r.service_id");
    found.extend(
        bulk::among_bound(link, &signed, |query| query.bind(micros(now)), ids, read).await?,
    );
    Ok(found)
}

/// The open runs that a check speaks for which has not measured for longer than what it saw speaks for
/// how things are.
///
/// # Errors
/// What the database says.
pub async fn with_silent_checks(
    link: &mut Connection,
    now: DateTime<Utc>,
) -> Result<Vec<RunId>, StoreError> {
    // As `Check::speaks_for_s` has it.
    link.query(
        "SELECT DISTINCT r.id FROM runs r JOIN checks c ON c.service_id = r.service_id \
         AND c.environment = r.environment AND c.retired_at IS NULL AND NOT c.dry_run \
         JOIN check_states s ON s.check_id = c.id WHERE r.state = 'watching' \
         AND s.at < $1 - 1000 * CASE WHEN 3 * c.interval_s + c.timeout_s > 600 \
         THEN 3 * c.interval_s + c.timeout_s ELSE 600 END",
    )
    .bind(now.timestamp_millis())
    .fetch_as(|row| Ok(RunId(row.get("id")?)))
    .await
}

fn read(row: &Row) -> Result<WatchedRun, StoreError> {
    Ok(WatchedRun {
        id: RunId(row.get("id")?),
        subject: row.word("subject_kind", RunSubject::parse)?,
        service_id: ServiceId(row.get("service_id")?),
        environment: row.get("environment")?,
        opened_at: row.time("opened_at")?,
        ends_at: row.time("ends_at")?,
        state: row.word("state", WatchState::parse)?,
    })
}
