//! API tokens: only their hashes are kept.

use chrono::{DateTime, Utc};
use domain::{ids::TokenId, roles::Scope};

use crate::{
    db::{Link, Row},
    error::StoreError,
    tx::{Tx, micros},
};

/// A token as kept.
#[derive(Debug, Clone)]
pub struct TokenRecord {
    /// Its id.
    pub id: TokenId,
    /// What people call it.
    pub name: String,
    /// Its first characters, by which it is found and recognised.
    pub prefix: String,
    /// The SHA-256 of the whole token.
    pub hash: Vec<u8>,
    /// What it may be used for.
    pub scopes: Vec<Scope>,
    /// The slugs of the services it is limited to; empty for all.
    pub services: Vec<String>,
    /// Who made it.
    pub created_by: String,
    /// When.
    pub created_at: DateTime<Utc>,
    /// When it stops working.
    pub expires_at: Option<DateTime<Utc>>,
    /// When it was revoked.
    pub revoked_at: Option<DateTime<Utc>>,
    /// When it was last used, to the minute.
    pub last_used_at: Option<DateTime<Utc>>,
}

/// All tokens, newest first.
///
/// # Errors
/// What the database says.
pub async fn all(link: &mut Link) -> Result<Vec<TokenRecord>, StoreError> {
    link.query("SELECT * FROM tokens ORDER BY created_at DESC, id DESC").read(read).await
}

/// The token with this prefix.
///
/// # Errors
/// What the database says.
pub async fn by_prefix(link: &mut Link, prefix: &str) -> Result<Option<TokenRecord>, StoreError> {
    link.query("SELECT * FROM tokens WHERE prefix = $1")
        .bind(prefix.to_owned())
        .read_optional(read)
        .await
}

/// Adds a token.
///
/// # Errors
/// What the database says; a unique violation where the prefix is taken.
pub async fn insert(tx: &mut Tx, token: TokenRecord) -> Result<(), StoreError> {
    let scopes: Vec<_> = token.scopes.iter().map(|scope| scope.as_str()).collect();
    tx.query(
        "INSERT INTO tokens (id, name, prefix, hash, scopes, services, created_by, created_at, \
         expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(token.id.0)
    .bind(token.name)
    .bind(token.prefix)
    .bind(token.hash)
    .bind(scopes.join(","))
    .bind(token.services.join(","))
    .bind(token.created_by)
    .bind(micros(token.created_at))
    .bind(token.expires_at.map(micros))
    .run()
    .await
    .map(drop)
}

/// Revokes a token; answers whether it was in use before.
///
/// # Errors
/// What the database says.
pub async fn revoke(tx: &mut Tx, id: TokenId, at: DateTime<Utc>) -> Result<bool, StoreError> {
    let changed = tx
        .query("UPDATE tokens SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL")
        .bind(id.0)
        .bind(micros(at))
        .run()
        .await?;
    Ok(changed == 1)
}

/// Notes that a token was used.
///
/// # Errors
/// What the database says.
pub async fn used(tx: &mut Tx, id: TokenId, at: DateTime<Utc>) -> Result<(), StoreError> {
    tx.query("UPDATE tokens SET last_used_at = $2 WHERE id = $1")
        .bind(id.0)
        .bind(micros(at))
        .run()
        .await
        .map(drop)
}

fn read(row: &Row) -> Result<TokenRecord, StoreError> {
    let scopes: String = row.get("scopes")?;
    let services: String = row.get("services")?;
    Ok(TokenRecord {
        id: TokenId(row.get("id")?),
        name: row.get("name")?,
        prefix: row.get("prefix")?,
        hash: row.get("hash")?,
        scopes: scopes.split(',').filter_map(Scope::parse).collect(),
        services: services.split(',').filter(|slug| !slug.is_empty()).map(Into::into).collect(),
        created_by: row.get("created_by")?,
        created_at: row.time("created_at")?,
        expires_at: row.time_optional("expires_at")?,
        revoked_at: row.time_optional("revoked_at")?,
        last_used_at: row.time_optional("last_used_at")?,
    })
}
