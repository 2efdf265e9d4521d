//! Which versions of the service answered in a run.

use chrono::{DateTime, Utc};
use domain::{
    answering_version::{AnswerShares, ExpectedVersion, VersionSource},
    run::Run,
    watch::WatchState,
};
use store::{Connection, StoreError, answering_versions};

use super::super::deployment_of;
use crate::checks::of_deployment;

/// The kinds of checks whose answers have to name the version.
const NAMING: [&str; 2] = ["http", "http_steps"];

/// Whether the answers a check of this kind gets have to name the version that gave them.
pub(super) fn is_named_by(kind: &str) -> bool {
    NAMING.contains(&kind)
}

/// As [`answer_shares`], for whoever looks at a run: `None` as well where it is closed, or the service's
/// answers name no version.
pub(crate) async fn answered_now(
    link: &mut Connection,
    run: &Run,
    now: DateTime<Utc>,
) -> Result<Option<(ExpectedVersion, AnswerShares)>, StoreError> {
    if run.state != WatchState::Watching {
        return Ok(None);
    }
    match answering_versions::source(link, run.service_id).await? {
        Some(source) => answer_shares(link, run, source, now).await,
        None => Ok(None),
    }
}

/// Which version is to answer in a run, and which did in the last minutes; `None` where nothing runs.
pub(super) async fn answer_shares(
    link: &mut Connection,
    run: &Run,
    source: VersionSource,
    now: DateTime<Utc>,
) -> Result<Option<(ExpectedVersion, AnswerShares)>, StoreError> {
    let Some(deployment) = deployment_of(link, run).await? else { return Ok(None) };
    let expected = of_deployment(link, &deployment, source).await?;
    let shares = answering_versions::shares(link, run.id, now).await?;
    Ok(Some((expected, shares)))
}
