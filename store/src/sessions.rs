//! Browser sessions.

use chrono::{DateTime, Utc};

use crate::{
    db::{Connection, micros},
    deployments::like,
    error::StoreError,
    tx::Tx,
};

/// A session's data where it exists and has not expired at `now`.
///
/// # Errors
/// What the database says.
pub async fn load(
    link: &mut Connection,
    id: &str,
    now: DateTime<Utc>,
) -> Result<Option<(String, DateTime<Utc>)>, StoreError> {
    link.query("SELECT data, expires_at FROM sessions WHERE id = $1 AND expires_at > $2")
        .bind(id.to_owned())
        .bind(micros(now))
        .fetch_optional_as(|row| Ok((row.get("data")?, row.time("expires_at")?)))
        .await
}

/// Keeps a session's data, new or changed.
///
/// # Errors
/// What the database says.
pub async fn save(
    tx: &mut Tx,
    id: String,
    data: String,
    expires_at: DateTime<Utc>,
) -> Result<(), StoreError> {
    tx.query(
        "INSERT INTO sessions (id, data, expires_at) VALUES ($1, $2, $3) \
         ON CONFLICT (id) DO UPDATE SET data = excluded.data, expires_at = excluded.expires_at",
    )
    .bind(id)
    .bind(data)
    .bind(micros(expires_at))
    .execute()
    .await
    .map(drop)
}

/// Forgets a session.
///
/// # Errors
/// What the database says.
pub async fn delete(tx: &mut Tx, id: String) -> Result<(), StoreError> {
    tx.query("DELETE FROM sessions WHERE id = $1").bind(id).execute().await.map(drop)
}

/// Forgets all sessions that have expired at `now`; answers how many.
///
/// # Errors
/// What the database says.
pub async fn delete_expired(tx: &mut Tx, now: DateTime<Utc>) -> Result<u64, StoreError> {
    tx.query("DELETE FROM sessions WHERE expires_at <= $1").bind(micros(now)).execute().await
}

/// Forgets all but the newest sessions whose data names this; answers how many.
///
/// # Errors
/// What the database says.
pub async fn keep_newest(tx: &mut Tx, naming: &str, most: i64) -> Result<u64, StoreError> {
    let pattern = like(naming);
    tx.query(
        "DELETE FROM sessions WHERE data LIKE $1 ESCAPE '!' AND id NOT IN \
         (SELECT id FROM sessions WHERE data LIKE $2 ESCAPE '!' \
          ORDER BY expires_at DESC, id LIMIT $3)",
    )
    .bind(pattern.clone())
    .bind(pattern)
    .bind(most)
    .execute()
    .await
}
