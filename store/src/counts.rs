//! Counts over the whole database, for the process's metrics and `doctor`.

use crate::{db::Connection, error::StoreError};

/// How many deployments are in each state, by the state's word.
///
/// # Errors
/// What the database says.
pub async fn deployments_by_state(
    link: &mut Connection,
) -> Result<Vec<(String, String, i64)>, StoreError> {
    link.query(
        "SELECT state, verdict, count(*) AS n FROM runs WHERE subject_kind = 'deployment' \
         GROUP BY state, verdict",
    )
    .fetch_as(|row| Ok((row.get("state")?, row.get("verdict")?, row.get("n")?)))
    .await
}

/// How many deliveries are in each state, by the state's word.
///
/// # Errors
/// What the database says.
pub async fn deliveries_by_state(link: &mut Connection) -> Result<Vec<(String, i64)>, StoreError> {
    link.query("SELECT state, count(*) AS n FROM deliveries GROUP BY state")
        .fetch_as(|row| Ok((row.get("state")?, row.get("n")?)))
        .await
}

/// Whether the database answers.
///
/// # Errors
/// What the database says.
pub async fn ping(link: &mut Connection) -> Result<(), StoreError> {
    link.query("SELECT 1 AS one").fetch_one().await.map(drop)
}
