//! Sign-offs of runs. Append-only.

use domain::{
    ids::{PersonId, RunId, SignOffId},
    sign_off::SignOff,
};

use crate::{
    db::{Connection, Row, micros},
    error::StoreError,
    tx::Tx,
};

/// The sign-offs of a run, in order.
///
/// # Errors
/// What the database says.
pub async fn of_run(link: &mut Connection, run: RunId) -> Result<Vec<SignOff>, StoreError> {
    link.query("SELECT * FROM sign_offs WHERE run_id = $1 ORDER BY at, id")
        .bind(run.0)
        .fetch_as(read)
        .await
}

/// Adds a sign-off.
///
/// # Errors
/// What the database says; a unique violation where this person has signed already.
pub async fn insert(tx: &mut Tx, record: SignOff) -> Result<(), StoreError> {
    tx.query(
        "INSERT INTO sign_offs (id, run_id, person_id, person_name, role, comment, at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(record.id.0)
    .bind(record.run_id.0)
    .bind(record.person_id.0)
    .bind(record.person_name)
    .bind(record.role)
    .bind(record.comment)
    .bind(micros(record.at))
    .execute()
    .await
    .map(drop)
}

fn read(row: &Row) -> Result<SignOff, StoreError> {
    Ok(SignOff {
        id: SignOffId(row.get("id")?),
        run_id: RunId(row.get("run_id")?),
        person_id: PersonId(row.get("person_id")?),
        person_name: row.get("person_name")?,
        role: row.get("role")?,
        comment: row.get("comment")?,
        at: row.time("at")?,
    })
}
