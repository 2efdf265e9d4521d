//! Waivers of items.

use chrono::{DateTime, Utc};
use domain::{
    ids::{ItemId, PersonId, RunId, WaiverId},
    waiver::Waiver,
};

use crate::{
    db::{Connection, Row, micros},
    error::StoreError,
    tx::{Question, Tx},
};

/// The waivers of a run that nobody has ended, expired or not, newest first.
///
/// # Errors
/// What the database says.
pub async fn not_ended(link: &mut Connection, run: RunId) -> Result<Vec<Waiver>, StoreError> {
    link.query(
        "SELECT * FROM waivers WHERE run_id = $1 AND ended_at IS NULL \
         ORDER BY granted_at DESC, id DESC",
    )
    .bind(run.0)
    .fetch_as(read)
    .await
}

/// The open runs with a box that is written down as waived, by a waiver which expired between
/// `from` and `until`.
///
/// # Errors
/// What the database says.
pub async fn expired_in(
    link: &mut Connection,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<Vec<RunId>, StoreError> {
    link.query(
        "SELECT DISTINCT w.run_id FROM waivers w JOIN runs r ON r.id = w.run_id \
         JOIN items i ON i.id = w.item_id \
         WHERE r.state = 'watching' AND i.state = 'waived' AND w.ended_at IS NULL \
         AND w.expires_at > $1 AND w.expires_at <= $2",
    )
    .bind(micros(from))
    .bind(micros(until))
    .fetch_as(|row| Ok(RunId(row.get("run_id")?)))
    .await
}

/// Adds a waiver.
///
/// # Errors
/// What the database says.
pub async fn insert(tx: &mut Tx, record: Waiver) -> Result<(), StoreError> {
    tx.query(
        "INSERT INTO waivers (id, run_id, item_id, approver_id, approver_name, reason, \
         granted_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(record.id.0)
    .bind(record.run_id.0)
    .bind(record.item_id.0)
    .bind(record.approver_id.map(|id| id.0))
    .bind(record.approver_name)
    .bind(record.reason)
    .bind(micros(record.granted_at))
    .bind(micros(record.expires_at))
    .execute()
    .await
    .map(drop)
}

/// Ends all waivers of a box; answers those there were.
///
/// # Errors
/// What the database says.
pub async fn end(
    tx: &mut Tx,
    item: ItemId,
    at: DateTime<Utc>,
    by: String,
) -> Result<Vec<Waiver>, StoreError> {
    tx.query(
        "UPDATE waivers SET ended_at = $2, ended_by = $3 WHERE item_id = $1 AND ended_at IS NULL \
         RETURNING *",
    )
    .bind(item.0)
    .bind(micros(at))
    .bind(by)
    .fetch_as(read)
    .await
}

pub(crate) fn read(row: &Row) -> Result<Waiver, StoreError> {
    Ok(Waiver {
        id: WaiverId(row.get("id")?),
        run_id: RunId(row.get("run_id")?),
        item_id: ItemId(row.get("item_id")?),
        approver_id: row.get::<Option<_>>("approver_id")?.map(PersonId),
        approver_name: row.get("approver_name")?,
        reason: row.get("reason")?,
        granted_at: row.time("granted_at")?,
        expires_at: row.time("expires_at")?,
        ended_at: row.time_optional("ended_at")?,
        ended_by: row.get("ended_by")?,
    })
}

#[derive(PartialEq, Eq, Hash)]
struct NotEnded(RunId);

impl Question for NotEnded {
    type Answer = Vec<Waiver>;
}

impl Tx {
    /// As [`not_ended`], read once in a transaction.
    ///
    /// # Errors
    /// What the database says.
    pub async fn waivers(&mut self, run: RunId) -> Result<Vec<Waiver>, StoreError> {
        let question = NotEnded(run);
        if let Some(known) = self.cache.get(&question) {
            return Ok(known.clone());
        }
        let read = not_ended(self, run).await?;
        Ok(self.cache.put(question, read))
    }
}
