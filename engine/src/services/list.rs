//! All services with what runs where.

use chrono::{DateTime, Utc};
use domain::{
    actor::{Actor, Person},
    deployment::Deployment,
    permissions::{Permission, authorize},
    service::{Service, ServiceEnvironment},
};
use store::{deployments, services};

use super::Services;
use crate::Error;

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
    pub service: Service,
    /// Where it runs, with what runs there.
    pub places: Vec<(ServiceEnvironment, Option<Deployment>)>,
}

impl Services<'_> {
    /// All services with what runs where.
    ///
    /// # Errors
    /// Trouble with the database.
    pub async fn page(self, person: &Person) -> Result<ServicesPage, Error> {
        let actor = Actor::Person(person.clone());
        let mut link = self.0.read().await?;
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
            may_configure: authorize(&actor, Permission::Configure, None).is_ok(),
            now: self.0.now(),
        })
    }
}

/// What runs in an environment of a service.
pub(crate) fn at(running: &[Deployment], place: &ServiceEnvironment) -> Option<Deployment> {
    running
        .iter()
        .find(|running| {
            running.service_id == place.service_id && running.environment == place.environment
        })
        .cloned()
}
