//! Rollbacks: at most one for each deployment.

use chrono::{DateTime, Utc};
use domain::{
    ids::DeploymentId,
    rollback::{HookState, Rollback},
};

use crate::{
    db::{Connection, Row, micros},
    error::StoreError,
    tx::Tx,
};

/// The rollback of a deployment.
///
/// # Errors
/// What the database says.
pub async fn of_deployment(
    link: &mut Connection,
    deployment: DeploymentId,
) -> Result<Option<Rollback>, StoreError> {
    link.query("SELECT * FROM rollbacks WHERE deployment_id = $1")
        .bind(deployment.0)
        .fetch_optional_as(read)
        .await
}

/// Adds a rollback.
///
/// # Errors
/// What the database says; a unique violation where there is one already.
pub async fn insert(tx: &mut Tx, record: Rollback) -> Result<(), StoreError> {
    tx.query(
        "INSERT INTO rollbacks (deployment_id, reason, triggered_by, at, target_version, \
         hook_state, hook_sentence, hook_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(record.deployment_id.0)
    .bind(record.reason)
    .bind(record.triggered_by)
    .bind(micros(record.at))
    .bind(record.target_version)
    .bind(record.hook_state.as_str().to_owned())
    .bind(record.hook_sentence)
    .bind(record.hook_at.map(micros))
    .execute()
    .await
    .map(drop)
}

/// Writes down what came of the hook.
///
/// # Errors
/// What the database says.
pub async fn set_hook(
    tx: &mut Tx,
    deployment: DeploymentId,
    state: HookState,
    sentence: String,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    tx.query(
        "UPDATE rollbacks SET hook_state = $2, hook_sentence = $3, hook_at = $4 \
         WHERE deployment_id = $1",
    )
    .bind(deployment.0)
    .bind(state.as_str().to_owned())
    .bind(sentence)
    .bind(micros(at))
    .execute()
    .await
    .map(drop)
}

fn read(row: &Row) -> Result<Rollback, StoreError> {
    Ok(Rollback {
        deployment_id: DeploymentId(row.get("deployment_id")?),
        reason: row.get("reason")?,
        triggered_by: row.get("triggered_by")?,
        at: row.time("at")?,
        target_version: row.get("target_version")?,
        hook_state: row.word("hook_state", HookState::parse)?,
        hook_sentence: row.get("hook_sentence")?,
        hook_at: row.time_optional("hook_at")?,
    })
}
