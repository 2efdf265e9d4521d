//! What the built-in checks of a service measure by, and what a change makes of it.

use domain::{
    answering_version::VersionSource,
    service::{Service, ServiceEnvironment, Target},
};
use store::{Connection, StoreError, services};

/// Addresses and response targets before a change.
#[derive(Debug, Default)]
pub(super) struct MeasuredBy {
    targets: Option<Vec<Target>>,
    version_source: Option<VersionSource>,
    places: Vec<ServiceEnvironment>,
}

impl MeasuredBy {
    /// What there is before the change; nothing where the service is new.
    pub(super) async fn read(
        link: &mut Connection,
        before: Option<&Service>,
    ) -> Result<Self, StoreError> {
        let Some(before) = before else { return Ok(Self::default()) };
        Ok(Self {
            targets: Some(before.targets.clone()),
            version_source: before.version_source.clone(),
            places: services::environments_of(link, before.id).await?,
        })
    }

    /// Where the service answered.
    pub(super) fn base_url(&self, environment: &str) -> Option<&str> {
        let place = self.places.iter().find(|place| place.environment == environment)?;
        place.base_url.as_deref()
    }

    /// Why it was plain HTTP on purpose.
    pub(super) fn plain_http(&self, environment: &str) -> Option<&str> {
        let place = self.places.iter().find(|place| place.environment == environment)?;
        place.plain_http_because.as_deref()
    }

    /// What is measured otherwise now in an environment: from what to what.
    pub(super) fn changes(&self, now: &Service, place: &ServiceEnvironment) -> Vec<String> {
        let mut changes = Vec::new();
        let (old, new) = (self.base_url(&place.environment), place.base_url.as_deref());
        if old != new {
            let (old, new) = (old.unwrap_or("none"), new.unwrap_or("none"));
            changes.push(format!("the base URL from {old} to {new}"));
        }
        let plain = place.plain_http_because.as_deref();
        if self.plain_http(&place.environment) != plain {
            changes.push(match plain {
                Some(why) => format!("that it is plain HTTP on purpose, because {why}"),
                None => "that it is plain HTTP on purpose no more".to_owned(),
            });
        }
        if let Some(old) = self.targets.as_ref().filter(|old| **old != now.targets) {
            let (old, new) = (list(old), list(&now.targets));
            changes.push(format!("the response targets from {old} to {new}"));
        }
        if self.version_source != now.version_source {
            changes.push(match &now.version_source {
                Some(source) => format!(
                    "where answers name their version to {} ({} % have to be the announced one's)",
                    source.describe(),
                    source.min_share
                ),
                None => "where answers name their version: nowhere now".to_owned(),
            });
        }
        changes
    }
}

fn list(targets: &[Target]) -> String {
    if targets.is_empty() {
        return "none".into();
    }
    let each = targets.iter().map(|target| format!("{} {} ms", target.name, target.target_ms));
    each.collect::<Vec<_>>().join(", ")
}
