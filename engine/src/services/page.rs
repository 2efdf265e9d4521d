//! What the pages of services show.

use chrono::{DateTime, Utc};
use domain::{
    measurement::Measurement,
    permissions::{Permission, permit},
    who::{Person, Who},
};
use store::{
    checks,
    deployments::{self, DeploymentFilter, DeploymentRecord},
    measurements,
    page::Page,
    rehearsals::{self, RehearsalRecord},
    services::{self, EnvironmentRecord, RollbackPlan, ServiceEnvironment, ServiceRecord},
};

use crate::{Engine, Refusal, run::CheckNow};

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

/// A service's page.
#[derive(Debug, Clone)]
pub struct ServicePage {
    /// The service.
    pub service: ServiceRecord,
    /// Where it runs, what runs there and how it is put back.
    pub places: Vec<(ServiceEnvironment, Option<DeploymentRecord>, Option<RollbackPlan>)>,
    /// All environments there are.
    pub environments: Vec<EnvironmentRecord>,
    /// Its newest deployments.
    pub deployments: Vec<DeploymentRecord>,
    /// Its checks with what they saw last and the evidence for that.
    pub checks: Vec<(CheckNow, Option<Measurement>)>,
    /// The newest rehearsals of its rollback plans.
    pub rehearsals: Vec<RehearsalRecord>,
    /// Whether the reader may change it.
    pub may_configure: bool,
    /// Whether the reader may announce a deployment of it.
    pub may_announce: bool,
    /// The published runbooks: slug and title.
    pub runbooks: Vec<(String, String)>,
    /// When the page was read.
    pub now: DateTime<Utc>,
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

    /// A service's page.
    ///
    /// # Errors
    /// Where there is none of that slug.
    pub async fn service_page(&self, person: &Person, slug: &str) -> Result<ServicePage, Refusal> {
        let who = Who::Person(person.clone());
        let mut connection = self.read().await?;
        let link = &mut connection;
        let Some(service) = services::by_slug(link, slug).await? else {
            return Err(Refusal::not_found("service", slug));
        };
        let mut places = Vec::new();
        for place in services::environments_of(link, service.id).await? {
            let running = deployments::running(link, service.id, &place.environment).await?;
            let plan = services::rollback_plan(link, service.id, &place.environment).await?;
            places.push((place, running, plan));
        }
        let filter =
            DeploymentFilter { service_id: Some(service.id), ..DeploymentFilter::default() };
        let mut seen = Vec::new();
        for check in checks::of_service(link, service.id).await? {
            let newest = measurements::newest(link, check.id).await?;
            let evidence = match &newest {
                None => None,
                Some(newest) => measurements::evidence(link, check.id, newest.at).await?,
            };
            seen.push((CheckNow { check, newest }, evidence));
        }
        Ok(ServicePage {
            places,
            environments: services::environments(link).await?,
            deployments: deployments::list(link, &filter, Page::first(25)).await?,
            checks: seen,
            rehearsals: rehearsals::newest(link, service.id, 10).await?,
            runbooks: store::runbooks::titles(link).await?,
            may_configure: permit(&who, Permission::Configure, Some(slug)).is_ok(),
            may_announce: permit(&who, Permission::Announce, Some(slug)).is_ok(),
            service,
            now: self.now(),
        })
    }
}

/// What runs in a place.
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
