//! The room of a service's heartbeats.

use domain::{actor::Person, service::ServiceEnvironment};
use store::{heartbeats, services};

use super::ServiceHead;
use crate::{Error, heartbeats::HeartbeatNow, services::Services};

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

impl Services<'_> {
    /// The room of a service's heartbeats.
    ///
    /// # Errors
    /// Where there is no service of that slug.
    pub async fn heartbeats(self, person: &Person, slug: &str) -> Result<ServiceHeartbeats, Error> {
        let mut connection = self.0.read().await?;
        let link = &mut connection;
        let head = self.service_head(link, person, slug).await?;
        let records = heartbeats::of_service(link, head.service.id).await?;
        Ok(ServiceHeartbeats {
            environments: services::environments_of(link, head.service.id).await?,
            heartbeats: crate::heartbeats::now_of(link, records, head.now).await?,
            base_url: self.0.options().base_url.clone(),
            head,
        })
    }
}
