//! What somebody said was rotated after a leak was closed.

use chrono::{DateTime, Utc};
use domain::ids::{ItemId, PersonId};

use crate::{
    db::{Connection, micros},
    error::StoreError,
    tx::Tx,
};

/// When that was last said of an item.
///
/// # Errors
/// What the database says.
pub async fn last(
    link: &mut Connection,
    item: ItemId,
) -> Result<Option<DateTime<Utc>>, StoreError> {
    link.query("SELECT at FROM settled_leaks WHERE item_id = $1 ORDER BY at DESC LIMIT 1")
        .bind(item.0)
        .fetch_optional_as(|row| row.time("at"))
        .await
}

/// Adds that it was said now.
///
/// # Errors
/// What the database says.
pub async fn insert(
    tx: &mut Tx,
    item: ItemId,
    at: DateTime<Utc>,
    person: (PersonId, String),
    note: String,
) -> Result<(), StoreError> {
    let (id, name) = person;
    tx.query(
        "INSERT INTO settled_leaks (item_id, at, person_id, person_name, note) \
         VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(item.0)
    .bind(micros(at))
    .bind(id.0)
    .bind(name)
    .bind(note)
    .execute()
    .await
    .map(drop)
}
