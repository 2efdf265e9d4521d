//! The audit log.

use domain::audit::{AuditEntry, ChainCheck, Hash};
use uuid::Uuid;

use crate::{
    bulk,
    db::{Connection, Query, Row, micros},
    error::StoreError,
    tx::write_buffer::Buffered,
};
use domain::page::Page;

pub(crate) async fn last(link: &mut Connection) -> Result<Option<(i64, Hash)>, StoreError> {
    link.query("SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1")
        .fetch_optional_as(|row| Ok((row.get("seq")?, hash(row)?)))
        .await
}

/// An entry with its place in the chain.
pub(crate) struct Linked {
    pub(crate) entry: AuditEntry,
    pub(crate) hash: Hash,
}

impl Buffered for Linked {
    const READ_BACK: bool = false;

    async fn write(connection: &mut Connection, rows: Vec<Self>) -> Result<(), StoreError> {
        bulk::insert(connection, INSERT, 12, "", rows, |query, Self { entry, hash }| {
            bind(query, entry, hash)
        })
        .await
        .map(drop)
    }
}

const INSERT: &str = "INSERT INTO audit (seq, at, actor_kind, actor_id, actor_name, \
     action, subject_kind, subject, deployment_id, sentence, details, hash)";

/// Binds a row of [`INSERT`].
fn bind(query: Query<'_>, entry: AuditEntry, hash: Hash) -> Query<'_> {
    query
        .bind(entry.seq)
        .bind(micros(entry.at))
        .bind(entry.actor_kind)
        .bind(entry.actor_id)
        .bind(entry.actor_name)
        .bind(entry.action)
        .bind(entry.subject_kind)
        .bind(entry.subject)
        .bind(entry.deployment_id)
        .bind(entry.sentence)
        .bind(entry.details)
        .bind(hash.to_vec())
}

/// The newest entries, before `page.before` where given.
///
/// # Errors
/// What the database says.
pub async fn newest(link: &mut Connection, page: Page<i64>) -> Result<Vec<AuditEntry>, StoreError> {
    link.query("SELECT * FROM audit WHERE seq < $1 ORDER BY seq DESC LIMIT $2")
        .bind(page.before.unwrap_or(i64::MAX))
        .bind(page.limit)
        .fetch_as(read)
        .await
}

/// The newest entries of one deployment.
///
/// # Errors
/// What the database says.
pub async fn of_deployment(
    link: &mut Connection,
    deployment: Uuid,
    limit: i64,
) -> Result<Vec<AuditEntry>, StoreError> {
    link.query("SELECT * FROM audit WHERE deployment_id = $1 ORDER BY seq DESC LIMIT $2")
        .bind(deployment)
        .bind(limit)
        .fetch_as(read)
        .await
}

/// Follows the whole chain.
///
/// # Errors
/// What the database says.
pub async fn verify(link: &mut Connection) -> Result<Result<ChainCheck, String>, StoreError> {
    verify_on(link, ChainCheck::default()).await
}

/// Follows the chain on from where `check` got to.
///
/// # Errors
/// What the database says.
pub async fn verify_on(
    link: &mut Connection,
    mut check: ChainCheck,
) -> Result<Result<ChainCheck, String>, StoreError> {
    loop {
        let rows = link
            .query("SELECT * FROM audit WHERE seq > $1 ORDER BY seq LIMIT 1000")
            .bind(check.len())
            .fetch_all()
            .await?;
        if rows.is_empty() {
            return Ok(Ok(check));
        }
        for row in &rows {
            let stored: Vec<u8> = row.get("hash")?;
            if let Err(broken) = check.next(&read(row)?, &stored) {
                return Ok(Err(broken));
            }
        }
    }
}

fn hash(row: &Row) -> Result<Hash, StoreError> {
    let bytes: Vec<u8> = row.get("hash")?;
    bytes.try_into().map_err(|_| StoreError::corrupt("hash", "not 32 bytes"))
}

fn read(row: &Row) -> Result<AuditEntry, StoreError> {
    Ok(AuditEntry {
        seq: row.get("seq")?,
        at: row.time("at")?,
        actor_kind: row.get("actor_kind")?,
        actor_id: row.get("actor_id")?,
        actor_name: row.get("actor_name")?,
        action: row.get("action")?,
        subject_kind: row.get("subject_kind")?,
        subject: row.get("subject")?,
        deployment_id: row.get("deployment_id")?,
        sentence: row.get("sentence")?,
        details: row.get("details")?,
    })
}
