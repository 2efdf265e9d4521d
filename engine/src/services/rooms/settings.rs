//! The room of a service's settings.

use domain::who::Person;
use store::services::{self, ServiceEnvironment};

use super::ServiceHead;
use crate::{Engine, Refusal};

/// What a service is called, where it runs and how fast it must answer.
#[derive(Debug, Clone)]
pub struct ServiceSettings {
    /// The service, with its response targets.
    pub head: ServiceHead,
    /// Where it runs, in order.
    pub environments: Vec<ServiceEnvironment>,
}

impl Engine {
    /// The room of a service's settings.
    ///
    /// # Errors
    /// Where there is no service of that slug.
    pub async fn service_settings(
        &self,
        person: &Person,
        slug: &str,
    ) -> Result<ServiceSettings, Refusal> {
        let mut link = self.read().await?;
        let head = self.service_head(&mut link, person, slug).await?;
        let environments = services::environments_of(&mut link, head.service.id).await?;
        Ok(ServiceSettings { head, environments })
    }
}
