//! Evidence on the items of a run. Append-only.

use chrono::{DateTime, Utc};
use domain::ids::{EvidenceId, ItemId, RunId};

use crate::{
    db::{Link, Query, Row},
    error::StoreError,
    tx::{Tx, micros},
};

/// A piece of evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvidenceRecord {
    /// Its id.
    pub id: EvidenceId,
    /// In which run.
    pub run_id: RunId,
    /// On which box.
    pub item_id: ItemId,
    /// When it arrived.
    pub at: DateTime<Utc>,
    /// `person`, `token`, `report`, `check` or `system`.
    pub source_kind: String,
    /// Who or what gave it.
    pub source_name: String,
    /// `passed`, `failed`, `undecided`, `unticked` or `waived`.
    pub status: String,
    /// What it says.
    pub summary: String,
    /// Where there is more.
    pub url: Option<String>,
    /// When what it reports began.
    pub started_at: Option<DateTime<Utc>>,
    /// When that ended.
    pub finished_at: Option<DateTime<Utc>>,
    /// The particulars, as JSON text.
    pub details: String,
}

/// The newest `each` pieces of evidence of each of these boxes, newest first.
///
/// # Errors
/// What the database says.
pub async fn of_items(
    link: &mut Link,
    items: &[ItemId],
    each: i64,
) -> Result<Vec<EvidenceRecord>, StoreError> {
    let mut all = Vec::new();
    for item in items {
        all.extend(
            link.query(
                "SELECT * FROM evidence WHERE item_id = $1 ORDER BY at DESC, id DESC LIMIT $2",
            )
            .bind(item.0)
            .bind(each)
            .read(read)
            .await?,
        );
    }
    Ok(all)
}

/// Adds a piece of evidence; it is written with the commit.
pub fn insert(tx: &mut Tx, record: EvidenceRecord) {
    tx.waiting.evidence.push(record);
}

pub(crate) const INSERT: &str = "INSERT INTO evidence (id, run_id, item_id, at, \
     source_kind, source_name, status, summary, url, started_at, finished_at, details)";

/// Binds a row of [`INSERT`].
pub(crate) fn bind(query: Query<'_>, record: EvidenceRecord) -> Query<'_> {
    query
        .bind(record.id.0)
        .bind(record.run_id.0)
        .bind(record.item_id.0)
        .bind(micros(record.at))
        .bind(record.source_kind)
        .bind(record.source_name)
        .bind(record.status)
        .bind(record.summary)
        .bind(record.url)
        .bind(record.started_at.map(micros))
        .bind(record.finished_at.map(micros))
        .bind(record.details)
}

fn read(row: &Row) -> Result<EvidenceRecord, StoreError> {
    Ok(EvidenceRecord {
        id: EvidenceId(row.get("id")?),
        run_id: RunId(row.get("run_id")?),
        item_id: ItemId(row.get("item_id")?),
        at: row.time("at")?,
        source_kind: row.get("source_kind")?,
        source_name: row.get("source_name")?,
        status: row.get("status")?,
        summary: row.get("summary")?,
        url: row.get("url")?,
        started_at: row.time_optional("started_at")?,
        finished_at: row.time_optional("finished_at")?,
        details: row.get("details")?,
    })
}
