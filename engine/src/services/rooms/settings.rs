//! The room of a service's settings.

use domain::{actor::Person, service::ServiceEnvironment};
use store::services;

use super::ServiceHead;
use crate::{Error, services::Services};

/// What a service is called, where it runs and how fast it must answer.
#[derive(Debug, Clone)]
pub struct ServiceSettings {
    /// The service, with its response targets.
    pub head: ServiceHead,
    /// Where it runs, in order.
    pub environments: Vec<ServiceEnvironment>,
}

impl Services<'_> {
    /// The room of a service's settings.
    ///
    /// # Errors
    /// Where there is no service of that slug.
    pub async fn settings(self, person: &Person, slug: &str) -> Result<ServiceSettings, Error> {
        let mut link = self.0.read().await?;
        let head = self.service_head(&mut link, person, slug).await?;
        let environments = services::environments_of(&mut link, head.service.id).await?;
        Ok(ServiceSettings { head, environments })
    }
}
