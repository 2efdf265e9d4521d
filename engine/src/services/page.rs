//! What the pages of services show.

use chrono::{DateTime, Utc};
use domain::{
    measurement::Measurement,
    permissions::{Permission, permit},
    who::{Person, Who},
};
use store::{
    Link, StoreError,
    baselines::{self, BaselineRecord},
    checks,
    deployments::{self, DeploymentFilter, DeploymentRecord},
    heartbeats,
    indicators::{self, IndicatorRecord},
    measurements,
    page::Page,
    rehearsals::{self, RehearsalRecord},
    services::{self, EnvironmentRecord, RollbackPlan, ServiceEnvironment, ServiceRecord},
};

use crate::{Engine, Refusal, heartbeats::HeartbeatNow, runs::CheckNow};

/// Of how many deployments the baselines are shown.
const BASELINES: usize = 10;

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
    /// Its indicators, by key.
    pub indicators: Vec<IndicatorRecord>,
    /// Its heartbeats, by key.
    pub heartbeats: Vec<HeartbeatNow>,
    /// What was normal after its newest deployments that have baselines, newest first.
    pub baselines: Vec<BaselineRow>,
    /// Where people reach the portal.
    pub base_url: String,
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

/// A deployment with its baselines.
#[derive(Debug, Clone)]
pub struct BaselineRow {
    /// The deployment.
    pub deployment: DeploymentRecord,
    /// Its baselines, by moment.
    pub baselines: Vec<BaselineRecord>,
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
        let mut measured = measurements::newest_of_service(link, service.id).await?;
        for check in checks::of_service(link, service.id).await? {
            let newest = measured.remove(&check.id);
            let evidence = match &newest {
                None => None,
                Some(newest) => measurements::evidence(link, check.id, newest.evidence_at).await?,
            };
            seen.push((CheckNow { check, newest: newest.map(|newest| newest.record) }, evidence));
        }
        let now = self.now();
        let newest = deployments::list(link, &filter, Page::first(25)).await?;
        let heartbeats = heartbeats::of_service(link, service.id).await?;
        Ok(ServicePage {
            places,
            indicators: indicators::of_service(link, service.id).await?,
            heartbeats: crate::heartbeats::now_of(link, heartbeats, now).await?,
            baselines: baselines_of(link, &newest).await?,
            base_url: self.options().base_url.clone(),
            environments: services::environments(link).await?,
            deployments: newest,
            checks: seen,
            rehearsals: rehearsals::newest(link, service.id, 10).await?,
            runbooks: store::runbooks::titles(link).await?,
            may_configure: permit(&who, Permission::Configure, Some(slug)).is_ok(),
            may_announce: permit(&who, Permission::Announce, Some(slug)).is_ok(),
            service,
            now,
        })
    }
}

/// The newest deployments that have baselines, with them.
async fn baselines_of(
    link: &mut Link,
    newest: &[DeploymentRecord],
) -> Result<Vec<BaselineRow>, StoreError> {
    let mut rows = Vec::new();
    for deployment in newest {
        let baselines = baselines::of_deployment(link, deployment.id).await?;
        if !baselines.is_empty() {
            rows.push(BaselineRow { deployment: deployment.clone(), baselines });
        }
        if rows.len() == BASELINES {
            break;
        }
    }
    Ok(rows)
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
