//! API tokens: only their hashes are kept.

use chrono::{DateTime, Utc};
use domain::{ids::TokenId, roles::Scope, token::Token};

use crate::{
    db::{Connection, Row, micros},
    error::StoreError,
    tx::Tx,
};

/// All tokens, newest first.
///
/// # Errors
/// What the database says.
pub async fn all(link: &mut Connection) -> Result<Vec<Token>, StoreError> {
    link.query("SELECT * FROM tokens ORDER BY created_at DESC, id DESC").fetch_as(read).await
}

/// The token with this prefix.
///
/// # Errors
/// What the database says.
pub async fn by_prefix(link: &mut Connection, prefix: &str) -> Result<Option<Token>, StoreError> {
    link.query("SELECT * FROM tokens WHERE prefix = $1")
        .bind(prefix.to_owned())
        .fetch_optional_as(read)
        .await
}

/// Adds a token.
///
/// # Errors
/// What the database says; a unique violation where the prefix is taken.
pub async fn insert(tx: &mut Tx, token: Token) -> Result<(), StoreError> {
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
    .execute()
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
        .execute()
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
        .execute()
        .await
        .map(drop)
}

fn read(row: &Row) -> Result<Token, StoreError> {
    let scopes: String = row.get("scopes")?;
    let services: String = row.get("services")?;
    Ok(Token {
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
