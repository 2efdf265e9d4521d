//! Published versions of runbooks.

use domain::{ids::RunbookVersionId, runbook::RunbookVersion};

use crate::{
    db::{Connection, Row, micros},
    error::StoreError,
    tx::Tx,
};

/// The newest published version of each runbook, by slug.
///
/// # Errors
/// What the database says.
pub async fn published(link: &mut Connection) -> Result<Vec<RunbookVersion>, StoreError> {
    link.query(
        "SELECT * FROM runbook_versions r WHERE state = 'published' AND number = \
         (SELECT max(number) FROM runbook_versions WHERE slug = r.slug AND state = 'published') \
         ORDER BY slug",
    )
    .fetch_as(read)
    .await
}

/// All versions of a runbook, newest first.
///
/// # Errors
/// What the database says.
pub async fn versions(
    link: &mut Connection,
    slug: &str,
) -> Result<Vec<RunbookVersion>, StoreError> {
    link.query("SELECT * FROM runbook_versions WHERE slug = $1 ORDER BY number DESC")
        .bind(slug.to_owned())
        .fetch_as(read)
        .await
}

/// Slug and title of the newest published version of each runbook, by slug.
///
/// # Errors
/// What the database says.
pub async fn titles(link: &mut Connection) -> Result<Vec<(String, String)>, StoreError> {
    link.query(
        "SELECT slug, title FROM runbook_versions r WHERE state = 'published' AND number = \
         (SELECT max(number) FROM runbook_versions WHERE slug = r.slug AND state = 'published') \
         ORDER BY slug",
    )
    .fetch_as(|row| Ok((row.get("slug")?, row.get("title")?)))
    .await
}

/// Adds a published version.
///
/// # Errors
/// What the database says.
pub async fn insert(tx: &mut Tx, version: RunbookVersion) -> Result<(), StoreError> {
    let content = serde_json::to_string(&version.content)
        .map_err(|error| StoreError::corrupt("content", error))?;
    tx.query(
        "INSERT INTO runbook_versions (id, slug, number, state, title, source, content, \
         published_by, published_at) VALUES ($1, $2, $3, 'published', $4, $5, $6, $7, $8)",
    )
    .bind(version.id.0)
    .bind(version.content.slug)
    .bind(version.number)
    .bind(version.content.title)
    .bind(version.source)
    .bind(content)
    .bind(version.published_by)
    .bind(micros(version.published_at))
    .execute()
    .await
    .map(drop)
}

fn read(row: &Row) -> Result<RunbookVersion, StoreError> {
    Ok(RunbookVersion {
        id: RunbookVersionId(row.get("id")?),
        number: row.get("number")?,
        source: row.get("source")?,
        content: row.json("content")?,
        published_by: row.get("published_by")?,
        published_at: row.time("published_at")?,
    })
}
