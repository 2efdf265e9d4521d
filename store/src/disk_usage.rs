//! How much is kept.

use chrono::{DateTime, Utc};

use crate::{
    db::{Connection, Kind},
    error::StoreError,
};

/// How much is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiskUsage {
    /// Bytes of the whole database.
    pub bytes: i64,
    /// Measurements of checks.
    pub measurements: i64,
    /// When the oldest of them was made.
    pub oldest: Option<DateTime<Utc>>,
    /// Pieces of evidence of measurements.
    pub evidence: i64,
    /// Minutes of indicators.
    pub minutes: i64,
    /// Hours of indicators.
    pub hours: i64,
    /// Entries of the audit log.
    pub audit: i64,
}

/// How much is kept now.
///
/// # Errors
/// What the database says.
pub async fn disk_usage(link: &mut Connection) -> Result<DiskUsage, StoreError> {
    let bytes = match link.kind() {
        Kind::Sqlite => {
            "SELECT (SELECT page_count FROM pragma_page_count()) \
             * (SELECT page_size FROM pragma_page_size()) AS n"
        }
        Kind::Postgres => "SELECT pg_database_size(current_database())::bigint AS n",
    };
    let bytes = link.query(bytes).fetch_one().await?.get("n")?;
    let row = link
        .query(
            "SELECT (SELECT count(*) FROM measurements) AS measurements, \
             (SELECT min(at) FROM measurements) AS oldest, \
             (SELECT count(*) FROM measurement_evidence) AS evidence, \
             (SELECT count(*) FROM series_minutes) AS minutes, \
             (SELECT count(*) FROM series_hours) AS hours, \
             (SELECT coalesce(max(seq), 0) FROM audit) AS audit",
        )
        .fetch_one()
        .await?;
    let oldest: Option<i64> = row.get("oldest")?;
    Ok(DiskUsage {
        bytes,
        measurements: row.get("measurements")?,
        oldest: oldest.and_then(DateTime::from_timestamp_millis),
        evidence: row.get("evidence")?,
        minutes: row.get("minutes")?,
        hours: row.get("hours")?,
        audit: row.get("audit")?,
    })
}
