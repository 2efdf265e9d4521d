//! Which portal runs a task in a slot, where several share a PostgreSQL database. A slot belongs to
//! the first that claims it, until it says that the run is done. Every portal says now and then
//! that it lives; what one that has fallen silent had claimed and not done is taken over by
//! another, each slot by one (`FOR UPDATE SKIP LOCKED`).
//!
//! On SQLite there is one portal, which has all slots, and nothing is written down. The leases are
//! rows of the table `claims`.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::{
    db::{Connection, Kind, micros},
    error::StoreError,
    tx::Tx,
};

/// A task (by two ids) and its slot, in milliseconds since 1970.
pub type Slot = (Uuid, Uuid, i64);

/// After how many seconds of silence a portal is taken for dead.
const SILENT_S: i64 = 8;
/// How many seconds after it was claimed a slot is still worth taking over.
const WORTH_S: i64 = 600;

/// Claims slots for a portal; answers those that nobody else has.
///
/// # Errors
/// What the database says.
pub async fn claim(
    link: &mut Connection,
    portal: Uuid,
    slots: &[Slot],
    now: DateTime<Utc>,
) -> Result<Vec<Slot>, StoreError> {
    let Some(connection) = link.postgres().filter(|_| !slots.is_empty()) else {
        return Ok(slots.to_vec());
    };
    let (tasks, of, at) = columns(slots);
    let taken = sqlx::query_as(
        "INSERT INTO claims (task, of_what, slot, claimed_at, portal) \
         SELECT task, of_what, slot, $4, $5 FROM unnest($1::uuid[], $2::uuid[], $3::bigint[]) \
         AS wanted (task, of_what, slot) ON CONFLICT DO NOTHING RETURNING task, of_what, slot",
    )
    .bind(tasks)
    .bind(of)
    .bind(at)
    .bind(micros(now))
    .bind(portal)
    .fetch_all(connection)
    .await?;
    Ok(taken)
}

/// Notes that the runs in these slots are done.
///
/// # Errors
/// What the database says.
pub async fn done(link: &mut Connection, slots: &[Slot]) -> Result<(), StoreError> {
    let Some(connection) = link.postgres().filter(|_| !slots.is_empty()) else { return Ok(()) };
    let (tasks, of, at) = columns(slots);
    sqlx::query(
        "UPDATE claims SET done = true FROM unnest($1::uuid[], $2::uuid[], $3::bigint[]) \
         AS ran (task, of_what, slot) WHERE claims.task = ran.task \
         AND claims.of_what = ran.of_what AND claims.slot = ran.slot",
    )
    .bind(tasks)
    .bind(of)
    .bind(at)
    .execute(connection)
    .await?;
    Ok(())
}

/// Says that a portal lives, and takes over what those that are silent had claimed and not done;
/// answers those slots.
///
/// # Errors
/// What the database says.
pub async fn take_over(
    link: &mut Connection,
    portal: Uuid,
    now: DateTime<Utc>,
) -> Result<Vec<Slot>, StoreError> {
    let Some(connection) = link.postgres() else { return Ok(Vec::new()) };
    live(&mut *connection, portal).await?;
    let taken = sqlx::query_as(
        "UPDATE claims SET portal = $1, claimed_at = $2 WHERE (task, of_what, slot) IN \
         (SELECT task, of_what, slot FROM claims WHERE NOT done AND claimed_at > $3 \
         AND portal IS NOT NULL AND portal NOT IN (SELECT id FROM portals \
         WHERE seen_at > (extract(epoch FROM clock_timestamp()) * 1000000)::bigint - $4) \
         FOR UPDATE SKIP LOCKED) RETURNING task, of_what, slot",
    )
    .bind(portal)
    .bind(micros(now))
    .bind(micros(now) - WORTH_S * 1_000_000)
    .bind(SILENT_S * 1_000_000)
    .fetch_all(connection)
    .await?;
    Ok(taken)
}

/// Says that a portal lives.
///
/// # Errors
/// What the database says.
pub async fn lives(link: &mut Connection, portal: Uuid) -> Result<(), StoreError> {
    match link.postgres() {
        Some(connection) => live(connection, portal).await,
        None => Ok(()),
    }
}

/// Now, by the clock that all portals on the database share: PostgreSQL's. On SQLite `now`.
pub(crate) async fn database_micros(
    link: &mut Connection,
    now: DateTime<Utc>,
) -> Result<i64, StoreError> {
    match link.kind() {
        Kind::Sqlite => Ok(micros(now)),
        Kind::Postgres => link
            .query("SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint AS now")
            .fetch_one()
            .await?
            .get("now"),
    }
}

async fn live(connection: &mut PgConnection, portal: Uuid) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO portals (id, seen_at) \
         VALUES ($1, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint) \
         ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at",
    )
    .bind(portal)
    .execute(connection)
    .await?;
    Ok(())
}

/// Removes claims made before `before`, and portals that have been silent for a day; answers how many claims.
///
/// # Errors
/// What the database says.
pub async fn prune(tx: &mut Tx, before: DateTime<Utc>) -> Result<u64, StoreError> {
    let Some(connection) = tx.postgres() else { return Ok(0) };
    sqlx::query(
        "DELETE FROM portals \
         WHERE seen_at < (extract(epoch FROM clock_timestamp()) * 1000000)::bigint - 86400000000",
    )
    .execute(&mut *connection)
    .await?;
    let removed = sqlx::query("DELETE FROM claims WHERE claimed_at < $1")
        .bind(micros(before))
        .execute(connection)
        .await?;
    Ok(removed.rows_affected())
}

fn columns(slots: &[Slot]) -> (Vec<Uuid>, Vec<Uuid>, Vec<i64>) {
    let tasks = slots.iter().map(|(task, _, _)| *task).collect();
    let of = slots.iter().map(|(_, of, _)| *of).collect();
    (tasks, of, slots.iter().map(|(_, _, slot)| *slot).collect())
}
