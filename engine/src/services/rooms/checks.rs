//! The room of a service's checks.

use domain::who::Person;
use store::{
    checks, measurements,
    services::{self, ServiceEnvironment},
};

use super::ServiceHead;
use crate::{Engine, Refusal, runs::CheckNow};

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

impl Engine {
    /// The room of a service's checks.
    ///
    /// # Errors
    /// Where there is no service of that slug.
    pub async fn service_checks(
        &self,
        person: &Person,
        slug: &str,
    ) -> Result<ServiceChecks, Refusal> {
        let mut connection = self.read().await?;
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
