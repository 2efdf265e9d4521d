//! Releases: one version of a service.

use domain::{
    ids::{ReleaseId, ServiceId},
    release::Release,
};

use crate::{
    db::{Connection, Row, micros},
    error::StoreError,
    tx::Tx,
};

/// The release with this id.
///
/// # Errors
/// What the database says.
pub async fn by_id(link: &mut Connection, id: ReleaseId) -> Result<Option<Release>, StoreError> {
    link.query("SELECT * FROM releases WHERE id = $1").bind(id.0).fetch_optional_as(read).await
}

/// Adds a release, or fills in what was not known of it yet.
///
/// # Errors
/// What the database says.
pub async fn put(tx: &mut Tx, record: Release) -> Result<ReleaseId, StoreError> {
    tx.query(
        "INSERT INTO releases (id, service_id, version, commit_sha, artifact_digest, notes, \
         created_at) VALUES ($1, $2, $3, $4, $5, $6, $7) \
         ON CONFLICT (service_id, version) DO UPDATE SET \
         commit_sha = coalesce(excluded.commit_sha, releases.commit_sha), \
         artifact_digest = coalesce(excluded.artifact_digest, releases.artifact_digest), \
         notes = CASE WHEN excluded.notes = '' THEN releases.notes ELSE excluded.notes END \
         RETURNING id",
    )
    .bind(record.id.0)
    .bind(record.service_id.0)
    .bind(record.version)
    .bind(record.commit_sha)
    .bind(record.artifact_digest)
    .bind(record.notes)
    .bind(micros(record.created_at))
    .fetch_one()
    .await?
    .get("id")
    .map(ReleaseId)
}

fn read(row: &Row) -> Result<Release, StoreError> {
    Ok(Release {
        id: ReleaseId(row.get("id")?),
        service_id: ServiceId(row.get("service_id")?),
        version: row.get("version")?,
        commit_sha: row.get("commit_sha")?,
        artifact_digest: row.get("artifact_digest")?,
        notes: row.get("notes")?,
        created_at: row.time("created_at")?,
    })
}
