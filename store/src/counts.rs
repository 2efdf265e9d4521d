//! Counts over the whole database, for the process's metrics and `doctor`.

use crate::{db::Link, error::StoreError};

/// How many deployments are in each state, by the state's word.
///
/// # Errors
/// What the database says.
pub async fn deployments_by_state(
    link: &mut Link,
) -> Result<Vec<(String, String, i64)>, StoreError> {
    link.query(
        "SELECT state, verdict, count(*) AS n FROM runs WHERE subject_kind = 'deployment' \
         GROUP BY state, verdict",
    )
    .read(|row| Ok((row.get("state")?, row.get("verdict")?, row.get("n")?)))
    .await
}

/// Whether the database answers.
///
/// # Errors
/// What the database says.
pub async fn ping(link: &mut Link) -> Result<(), StoreError> {
    link.query("SELECT 1 AS one").one().await.map(drop)
}
