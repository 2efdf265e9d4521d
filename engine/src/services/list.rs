//! All services with what runs where.

use chrono::{DateTime, Utc};
use domain::{
    permissions::{Permission, permit},
    who::{Person, Who},
};
use store::{
    deployments::{self, DeploymentRecord},
    services::{self, ServiceEnvironment, ServiceRecord},
};

use crate::{Engine, Refusal};

/// All services.
#[derive(Debug, Clone)]
pub struct ServicesPage {
    /// Each with where it runs.
    pub services: Vec<ServiceRow>,
    /// Whether the reader may add one.
    pub may_configure: bool,
    /// When the page was read.
    pub now: DateTime<Utc>,
}

/// A service in the list.
#[derive(Debug, Clone)]
pub struct ServiceRow {
    /// The service.
    pub service: ServiceRecord,
    /// Where it runs, with what runs there.
    pub places: Vec<(ServiceEnvironment, Option<DeploymentRecord>)>,
}

impl Engine {
    /// All services with what runs where.
    ///
    /// # Errors
    /// Trouble with the database.
    pub async fn services_page(&self, person: &Person) -> Result<ServicesPage, Refusal> {
        let who = Who::Person(person.clone());
        let mut link = self.read().await?;
        let order = services::environments(&mut link).await?;
        let mut places = services::environments_of_all(&mut link).await?;
        places.sort_by_key(|place| order.iter().position(|known| known.slug == place.environment));
        let running = deployments::running_everywhere(&mut link).await?;
        let services = services::all(&mut link)
            .await?
            .into_iter()
            .map(|service| ServiceRow {
                places: places
                    .iter()
                    .filter(|place| place.service_id == service.id)
                    .map(|place| (place.clone(), at(&running, place)))
                    .collect(),
                service,
            })
            .collect();
        Ok(ServicesPage {
            services,
            may_configure: permit(&who, Permission::Configure, None).is_ok(),
            now: self.now(),
        })
    }
}

/// What runs in an environment of a service.
pub(crate) fn at(
    running: &[DeploymentRecord],
    place: &ServiceEnvironment,
) -> Option<DeploymentRecord> {
    running
        .iter()
        .find(|running| {
            running.service_id == place.service_id && running.environment == place.environment
        })
        .cloned()
}
