//! Small facts about this installation.

use crate::{db::Connection, error::StoreError, tx::Tx};

/// The value kept under `key`.
///
/// # Errors
/// What the database says.
pub async fn get(link: &mut Connection, key: &str) -> Result<Option<String>, StoreError> {
    link.query("SELECT value FROM settings WHERE key = $1")
        .bind(key.to_owned())
        .fetch_optional_as(|row| row.get("value"))
        .await
}

/// Keeps `value` under `key`.
///
/// # Errors
/// What the database says.
pub async fn put(tx: &mut Tx, key: &str, value: String) -> Result<(), StoreError> {
    tx.query(
        "INSERT INTO settings (key, value) VALUES ($1, $2) \
         ON CONFLICT (key) DO UPDATE SET value = excluded.value",
    )
    .bind(key.to_owned())
    .bind(value)
    .execute()
    .await
    .map(drop)
}
