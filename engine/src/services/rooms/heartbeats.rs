//! The room of a service's heartbeats.

use domain::who::Person;
use store::{
    heartbeats,
    services::{self, ServiceEnvironment},
};

use super::ServiceHead;
use crate::{Engine, Refusal, heartbeats::HeartbeatNow};

/// The heartbeats of a service with their newest pings.
#[derive(Debug, Clone)]
pub struct ServiceHeartbeats {
    /// Whose they are.
    pub head: ServiceHead,
    /// Where the service runs, in order.
    pub environments: Vec<ServiceEnvironment>,
    /// The heartbeats in use, by key.
    pub heartbeats: Vec<HeartbeatNow>,
    /// Where jobs reach the portal to ping it.
    pub base_url: String,
}

impl Engine {
    /// The room of a service's heartbeats.
    ///
    /// # Errors
    /// Where there is no service of that slug.
    pub async fn service_heartbeats(
        &self,
        person: &Person,
        slug: &str,
    ) -> Result<ServiceHeartbeats, Refusal> {
        let mut connection = self.read().await?;
        let link = &mut connection;
        let head = self.service_head(link, person, slug).await?;
        let records = heartbeats::of_service(link, head.service.id).await?;
        Ok(ServiceHeartbeats {
            environments: services::environments_of(link, head.service.id).await?,
            heartbeats: crate::heartbeats::now_of(link, records, head.now).await?,
            base_url: self.options().base_url.clone(),
            head,
        })
    }
}
