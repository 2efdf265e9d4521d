//! Evidence on the items of a run. Append-only.

use chrono::{DateTime, Utc};
use domain::{
    evidence::Evidence,
    ids::{EvidenceId, ItemId, RunId},
};

use crate::{
    bulk,
    db::{Connection, Query, Row, micros},
    error::StoreError,
    tx::{Buffered, Tx},
};

/// The newest `each` pieces of evidence of each of these items, newest first.
///
/// # Errors
/// What the database says.
pub async fn of_items(
    link: &mut Connection,
    items: &[ItemId],
    each: i64,
) -> Result<Vec<Evidence>, StoreError> {
    // For each item by the index, however much there is of others.
    let newest = "SELECT * FROM (SELECT * FROM evidence WHERE item_id = ? \
                  ORDER BY at DESC, id DESC LIMIT ?) AS newest";
    let mut all = bulk::union(
        link,
        newest,
        items.to_vec(),
        |query, item| query.bind(item.0).bind(each),
        read,
    )
    .await?;
    all.sort_by_key(|one| std::cmp::Reverse((one.at, one.id)));
    Ok(all)
}

/// When the work ended that the latest result of a source on an item is of: as it said, or when it came.
///
/// # Errors
/// What the database says.
pub async fn last_finished(
    tx: &mut Tx,
    item: ItemId,
    source_kind: &str,
    source_name: &str,
) -> Result<Option<DateTime<Utc>>, StoreError> {
    // Those that wait for the same commit are in the table only with it.
    let is_of = |one: &&Evidence| {
        one.item_id == item && one.source_kind == source_kind && one.source_name == source_name
    };
    let waiting = tx.buffer.rows::<Evidence>().iter().filter(is_of);
    let waiting = waiting.map(|one| one.finished_at.unwrap_or(one.at)).max();
    let sql = "SELECT max(coalesce(finished_at, at)) AS finished_at FROM evidence \
               WHERE item_id = $1 AND source_kind = $2 AND source_name = $3";
    let kept = Connection::query(tx, sql)
        .bind(item.0)
        .bind(source_kind.to_owned())
        .bind(source_name.to_owned())
        .fetch_one()
        .await?
        .time_optional("finished_at")?;
    Ok(waiting.max(kept))
}

/// Adds a piece of evidence; it is written with the commit.
pub fn insert(tx: &mut Tx, record: Evidence) {
    tx.buffer.push(record);
}

impl Buffered for Evidence {
    const READ_BACK: bool = false;

    async fn write(connection: &mut Connection, rows: Vec<Self>) -> Result<(), StoreError> {
        bulk::insert(connection, INSERT, 12, "", rows, bind).await.map(drop)
    }
}

const INSERT: &str = "INSERT INTO evidence (id, run_id, item_id, at, \
     source_kind, source_name, status, summary, url, started_at, finished_at, details)";

/// Binds a row of [`INSERT`].
fn bind(query: Query<'_>, record: Evidence) -> Query<'_> {
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

pub(crate) fn read(row: &Row) -> Result<Evidence, StoreError> {
    Ok(Evidence {
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
