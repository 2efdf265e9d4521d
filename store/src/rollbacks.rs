//! Rollbacks: at most one for each deployment.

use chrono::{DateTime, Utc};
use domain::ids::DeploymentId;

use crate::{
    db::{Link, Row},
    error::StoreError,
    tx::{Tx, micros},
};

/// How the plan's hook stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HookState {
    /// The plan has none; a person runs the command.
    None,
    /// It is being called.
    Pending,
    /// It answered with success.
    Done,
    /// It did not.
    Failed,
    /// It may have been called; nobody can know.
    Unknown,
}

impl HookState {
    /// The word stored and answered by the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Pending => "pending",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
        }
    }

    fn parse(word: &str) -> Option<Self> {
        [Self::None, Self::Pending, Self::Done, Self::Failed, Self::Unknown]
            .into_iter()
            .find(|state| state.as_str() == word)
    }
}

/// A rollback.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RollbackRecord {
    /// Of which deployment.
    pub deployment_id: DeploymentId,
    /// Why.
    pub reason: String,
    /// By whom.
    pub triggered_by: String,
    /// When.
    pub at: DateTime<Utc>,
    /// To which version.
    pub target_version: Option<String>,
    /// How the hook stands.
    pub hook_state: HookState,
    /// What came of it.
    pub hook_sentence: String,
    /// When it answered.
    pub hook_at: Option<DateTime<Utc>>,
}

/// The rollback of a deployment.
///
/// # Errors
/// What the database says.
pub async fn of_deployment(
    link: &mut Link,
    deployment: DeploymentId,
) -> Result<Option<RollbackRecord>, StoreError> {
    link.query("SELECT * FROM rollbacks WHERE deployment_id = $1")
        .bind(deployment.0)
        .read_optional(read)
        .await
}

/// Adds a rollback.
///
/// # Errors
/// What the database says; a unique violation where there is one already.
pub async fn insert(tx: &mut Tx, record: RollbackRecord) -> Result<(), StoreError> {
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
    .run()
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
    .run()
    .await
    .map(drop)
}

fn read(row: &Row) -> Result<RollbackRecord, StoreError> {
    Ok(RollbackRecord {
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
