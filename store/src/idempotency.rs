//! The answers already given, by idempotency key.

use chrono::{DateTime, Utc};
use domain::ids::TokenId;

use crate::{
    db::{Connection, micros},
    error::StoreError,
    tx::Tx,
};

/// A response already given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// The SHA-256 of the request it answered.
    pub request_hash: Vec<u8>,
    /// Its HTTP status.
    pub status: i64,
    /// Its JSON body.
    pub body: String,
}

/// The answer given under `key` to this token.
///
/// # Errors
/// What the database says.
pub async fn find(
    link: &mut Connection,
    token: TokenId,
    key: &str,
) -> Result<Option<Response>, StoreError> {
    link.query(
        "SELECT request_hash, status, body FROM idempotency WHERE token_id = $1 AND key = $2",
    )
    .bind(token.0)
    .bind(key.to_owned())
    .fetch_optional_as(|row| {
        Ok(Response {
            request_hash: row.get("request_hash")?,
            status: row.get("status")?,
            body: row.get("body")?,
        })
    })
    .await
}

/// Keeps an answer, in the transaction of the act it answers.
///
/// # Errors
/// What the database says.
pub async fn insert(
    tx: &mut Tx,
    token: TokenId,
    key: String,
    response: Response,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    tx.append(
        "INSERT INTO idempotency (token_id, key, request_hash, status, body, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(token.0)
    .bind(key)
    .bind(response.request_hash)
    .bind(response.status)
    .bind(response.body)
    .bind(micros(at))
    .execute()
    .await
    .map(drop)
}

/// Forgets the answers given before `before`; answers how many.
///
/// # Errors
/// What the database says.
pub async fn prune(tx: &mut Tx, before: DateTime<Utc>) -> Result<u64, StoreError> {
    tx.query("DELETE FROM idempotency WHERE created_at < $1").bind(micros(before)).execute().await
}
