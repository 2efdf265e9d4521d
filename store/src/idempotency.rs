//! The answers already given, by idempotency key.

use chrono::{DateTime, Utc};
use domain::ids::TokenId;

use crate::{
    db::Link,
    error::StoreError,
    tx::{Tx, micros},
};

/// An answer already given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
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
    link: &mut Link,
    token: TokenId,
    key: &str,
) -> Result<Option<Answer>, StoreError> {
    link.query(
        "SELECT request_hash, status, body FROM idempotency WHERE token_id = $1 AND key = $2",
    )
    .bind(token.0)
    .bind(key.to_owned())
    .read_optional(|row| {
        Ok(Answer {
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
pub async fn keep(
    tx: &mut Tx,
    token: TokenId,
    key: String,
    answer: Answer,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    tx.append(
        "INSERT INTO idempotency (token_id, key, request_hash, status, body, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(token.0)
    .bind(key)
    .bind(answer.request_hash)
    .bind(answer.status)
    .bind(answer.body)
    .bind(micros(at))
    .run()
    .await
    .map(drop)
}

/// Forgets the answers given before `before`; answers how many.
///
/// # Errors
/// What the database says.
pub async fn prune(tx: &mut Tx, before: DateTime<Utc>) -> Result<u64, StoreError> {
    tx.query("DELETE FROM idempotency WHERE created_at < $1").bind(micros(before)).run().await
}
