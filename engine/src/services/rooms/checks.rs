//! The room of a service's checks.

use domain::{actor::Person, service::ServiceEnvironment};
use store::{checks, measurements, services};

use super::ServiceHead;
use crate::{Error, runs::CheckNow, services::Services};

/// The checks of a service. What they sent and what came back is on the page of each.
#[derive(Debug, Clone)]
pub struct ServiceChecks {
    /// Whose they are.
    pub head: ServiceHead,
    /// Where the service runs, in order.
    pub environments: Vec<ServiceEnvironment>,
    /// The checks in use by key, each with what it saw last.
    pub checks: Vec<CheckNow>,
}

impl Services<'_> {
    /// The room of a service's checks.
    ///
    /// # Errors
    /// Where there is no service of that slug.
    pub async fn checks(self, person: &Person, slug: &str) -> Result<ServiceChecks, Error> {
        let mut connection = self.0.read().await?;
        let link = &mut connection;
        let head = self.service_head(link, person, slug).await?;
        let mut newest = measurements::newest_of_service(link, head.service.id).await?;
        let checks = checks::of_service(link, head.service.id)
            .await?
            .into_iter()
            .map(|check| {
                let newest = newest.remove(&check.id).map(|newest| newest.record);
                CheckNow { check, newest }
            })
            .collect();
        Ok(ServiceChecks {
            environments: services::environments_of(link, head.service.id).await?,
            checks,
            head,
        })
    }
}
