//! All open watches, page by page, so that there may be any number of them.

use chrono::{DateTime, Utc};
use domain::{
    deployment::{Deployment, DeploymentFilter},
    ids::DeploymentId,
    page::Page,
    watch::WatchState,
};
use store::{StoreError, deployments};

use crate::Engine;

/// How many are read at a time.
const AT_ONCE: i64 = 500;

/// Where a walk through the open watches, newest first, has come to. One that opens meanwhile may be
/// missed, one that closes may still be met; none is met twice.
#[derive(Debug, Default)]
pub(crate) struct OpenWatches {
    before: Option<(DateTime<Utc>, DeploymentId)>,
    ended: bool,
}

impl OpenWatches {
    /// The next of them; `None` after the last, and where the portal stops.
    pub(crate) async fn next(
        &mut self,
        engine: &Engine,
    ) -> Result<Option<Vec<Deployment>>, StoreError> {
        if self.ended || engine.stopping().is_cancelled() {
            return Ok(None);
        }
        let filter =
            DeploymentFilter { state: Some(WatchState::Watching), ..DeploymentFilter::default() };
        let page = Page { before: self.before, limit: AT_ONCE };
        let found = deployments::list(&mut engine.read().await?, &filter, page).await?;
        self.before = found.last().map(|last| (last.deployed_at, last.id));
        self.ended = crate::full_page(&found, AT_ONCE).is_none();
        Ok((!found.is_empty()).then_some(found))
    }
}
