//! Which portal runs a task in a slot, where several share a PostgreSQL database. A slot belongs to
//! the first that claims it. One that dies with a slot loses that slot and no more: the others
//! claim the next when its time comes.
//!
//! On SQLite there is one portal, which has all slots.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{
    db::{Kind, Link},
    error::StoreError,
    tx::{Tx, micros},
};

/// A task (by two ids) and its slot, in milliseconds since 1970.
pub type Slot = (Uuid, Uuid, i64);

/// Claims slots; answers those that nobody else has.
///
/// # Errors
/// What the database says.
pub async fn claim(
    link: &mut Link,
    slots: &[Slot],
    now: DateTime<Utc>,
) -> Result<Vec<Slot>, StoreError> {
    if link.kind() == Kind::Sqlite || slots.is_empty() {
        return Ok(slots.to_vec());
    }
    let tasks: Vec<Uuid> = slots.iter().map(|(task, _, _)| *task).collect();
    let of: Vec<Uuid> = slots.iter().map(|(_, of, _)| *of).collect();
    let at: Vec<i64> = slots.iter().map(|(_, _, slot)| *slot).collect();
    link.claim(tasks, of, at, micros(now)).await
}

/// Forgets claims made before `before`.
///
/// # Errors
/// What the database says.
pub async fn forget(tx: &mut Tx, before: DateTime<Utc>) -> Result<(), StoreError> {
    if tx.kind() == Kind::Sqlite {
        return Ok(());
    }
    tx.query("DELETE FROM claims WHERE claimed_at < $1").bind(micros(before)).run().await.map(drop)
}
