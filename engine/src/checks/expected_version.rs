//! The version that is to answer where something runs.

use std::{collections::HashMap, sync::Arc};

use domain::{
    answering_version::{ExpectedVersion, VersionSource},
    deployment::Deployment,
    ids::ServiceId,
};
use store::{Connection, StoreError, answering_versions, deployments, releases};

/// The version that is to answer of a service in an environment; `None` where nothing runs there, or
/// its answers name none.
pub(crate) async fn expected_version(
    link: &mut Connection,
    service: ServiceId,
    environment: &str,
) -> Result<Option<ExpectedVersion>, StoreError> {
    let Some(source) = answering_versions::source(link, service).await? else { return Ok(None) };
    let Some(running) = deployments::running(link, service, environment).await? else {
        return Ok(None);
    };
    of_deployment(link, &running, source).await.map(Some)
}

/// The version that is to answer while this deployment runs.
pub(crate) async fn of_deployment(
    link: &mut Connection,
    running: &Deployment,
    source: VersionSource,
) -> Result<ExpectedVersion, StoreError> {
    let release = releases::by_id(link, running.release_id).await?;
    let commit = release.and_then(|release| release.commit_sha);
    Ok(ExpectedVersion { source, version: running.version.clone(), commit })
}

/// The versions that are to answer, of all services whose answers name theirs.
#[derive(Debug, Default)]
pub(crate) struct ExpectedVersions(HashMap<(ServiceId, String), Arc<ExpectedVersion>>);

impl ExpectedVersions {
    /// Those of the places where these checks look.
    pub(crate) async fn load(link: &mut Connection) -> Result<Self, StoreError> {
        let sources = answering_versions::sources(link).await?;
        if sources.is_empty() {
            return Ok(Self::default());
        }
        let sources: HashMap<_, _> = sources.into_iter().collect();
        let mut all = HashMap::new();
        for running in deployments::running_everywhere(link).await? {
            let Some(source) = sources.get(&running.service_id) else { continue };
            let expected = of_deployment(link, &running, source.clone()).await?;
            all.insert((running.service_id, running.environment), Arc::new(expected));
        }
        Ok(Self(all))
    }

    /// The one of a place.
    pub(crate) fn of(&self, service: ServiceId, environment: &str) -> Option<Arc<ExpectedVersion>> {
        if self.0.is_empty() {
            return None;
        }
        self.0.get(&(service, environment.to_owned())).cloned()
    }
}
