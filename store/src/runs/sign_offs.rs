//! Sign-offs of runs. Append-only: one that counts no more is noted beside them.

use domain::{
    attested::SignOffVoid,
    ids::{PersonId, RunId, SignOffId},
    sign_off::SignOff,
};

use crate::{
    db::{Connection, Row, micros},
    error::StoreError,
    tx::Tx,
};

pub(crate) const SELECT: &str = "SELECT s.*, v.at AS voided_at, v.reason AS voided_because \
     FROM sign_offs s LEFT JOIN voided_sign_offs v ON v.sign_off_id = s.id";

/// The sign-offs of a run, in order.
///
/// # Errors
/// What the database says.
pub async fn of_run(link: &mut Connection, run: RunId) -> Result<Vec<SignOff>, StoreError> {
    let sql = format!("{SELECT} WHERE s.run_id = $1 ORDER BY s.at, s.id");
    link.query(sqlx::AssertSqlSafe(sql)).bind(run.0).fetch_as(read).await
}

/// Whether somebody signed, and nobody alone.
///
/// # Errors
/// What the database says.
pub async fn are_four_eyes(link: &mut Connection, run: RunId) -> Result<bool, StoreError> {
    let mut given = of_run(link, run).await?;
    given.retain(|one| one.voided.is_none());
    Ok(!given.is_empty() && given.iter().all(|one| !one.alone))
}

/// Adds a sign-off.
///
/// # Errors
/// What the database says; a unique violation where this person has signed already and that still
/// counts.
pub async fn insert(tx: &mut Tx, record: SignOff) -> Result<(), StoreError> {
    tx.query(
        "INSERT INTO sign_offs (id, run_id, person_id, person_name, role, comment, at, \
         did_not_deploy, alone, despite, number) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, \
         (SELECT 1 + count(*) FROM sign_offs s JOIN voided_sign_offs v ON v.sign_off_id = s.id \
          WHERE s.run_id = $2 AND s.person_id = $3))",
    )
    .bind(record.id.0)
    .bind(record.run_id.0)
    .bind(record.person_id.0)
    .bind(record.person_name)
    .bind(record.role)
    .bind(record.comment)
    .bind(micros(record.at))
    .bind(record.did_not_deploy)
    .bind(record.alone)
    .bind(record.despite)
    .execute()
    .await
    .map(drop)
}

/// Notes that a sign-off counts no more.
///
/// # Errors
/// What the database says; a unique violation where it has not counted before.
pub async fn void(tx: &mut Tx, record: SignOffVoid) -> Result<(), StoreError> {
    tx.query("INSERT INTO voided_sign_offs (sign_off_id, at, reason) VALUES ($1, $2, $3)")
        .bind(record.sign_off.0)
        .bind(micros(record.at))
        .bind(record.reason)
        .execute()
        .await
        .map(drop)
}

pub(crate) fn read_void(row: &Row) -> Result<SignOffVoid, StoreError> {
    Ok(SignOffVoid {
        sign_off: SignOffId(row.get("sign_off_id")?),
        at: row.time("at")?,
        reason: row.get("reason")?,
    })
}

pub(crate) fn read(row: &Row) -> Result<SignOff, StoreError> {
    let voided_at = row.time_optional("voided_at")?;
    let because: Option<String> = row.get("voided_because")?;
    Ok(SignOff {
        did_not_deploy: row.get("did_not_deploy")?,
        alone: row.get("alone")?,
        despite: row.get("despite")?,
        voided: voided_at.zip(because),
        id: SignOffId(row.get("id")?),
        run_id: RunId(row.get("run_id")?),
        person_id: PersonId(row.get("person_id")?),
        person_name: row.get("person_name")?,
        role: row.get("role")?,
        comment: row.get("comment")?,
        at: row.time("at")?,
    })
}
