//! The first room of a service: what runs where, its deployments, its baselines, and a line on
//! each of the other rooms.

use std::collections::BTreeMap;

use domain::{
    actor::Person,
    baseline::Baseline,
    deployment::{Deployment, DeploymentFilter},
    heartbeat::HeartbeatState,
    ids::DeploymentId,
    indicator::Thresholds,
    measurement::Phase,
    page::Page,
    rollback::Unrestored,
    service::ServiceEnvironment,
};
use store::{
    Connection, StoreError, baselines, deployments, heartbeats, indicators, measurements, services,
};

use super::{
    ServiceHead,
    rollback::{self, RollbackCounts},
};
use crate::{Error, heartbeats::now_is, services::Services};

/// How many deployments are shown.
const DEPLOYMENTS: usize = 10;
/// Among how many of the newest deployments baselines are looked for.
const LOOKED_AT: i64 = 25;
/// Of how many deployments the baselines are shown.
const BASELINES: usize = 10;

/// What a service is doing.
#[derive(Debug, Clone)]
pub struct ServiceOverview {
    /// The service.
    pub head: ServiceHead,
    /// Where it runs, in order.
    pub environments: Vec<EnvironmentNow>,
    /// Its newest deployments, newest first.
    pub deployments: Vec<Deployment>,
    /// What was normal after its newest deployments that have baselines, newest first.
    pub baselines: Vec<ReleaseBaselines>,
    /// What the other rooms hold.
    pub rooms: RoomCounts,
    /// The published runbooks, slug and title; none where the reader may not announce.
    pub runbooks: Vec<(String, String)>,
}

/// A service in an environment.
#[derive(Debug, Clone)]
pub struct EnvironmentNow {
    /// Where it answers.
    pub environment: ServiceEnvironment,
    /// What runs there.
    pub running: Option<Deployment>,
    /// What was rolled back there last, where nobody has said since what was restored.
    pub unrestored: Option<Unrestored>,
}

/// A deployment with its baselines.
#[derive(Debug, Clone)]
pub struct ReleaseBaselines {
    /// The deployment.
    pub deployment: Deployment,
    /// Its baselines, by moment.
    pub baselines: Vec<Baseline>,
}

/// What the other rooms hold, counted.
#[derive(Debug, Clone)]
pub struct RoomCounts {
    /// The checks.
    pub checks: CheckCounts,
    /// The indicators.
    pub indicators: IndicatorCounts,
    /// The heartbeats.
    pub heartbeats: HeartbeatCounts,
    /// The rollback plans and rehearsals.
    pub rollback: RollbackCounts,
}

/// The checks in use, by what they saw last.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CheckCounts {
    /// All of them.
    pub all: usize,
    /// Those that failed.
    pub failing: usize,
    /// Those that could not measure or decide.
    pub undecided: usize,
    /// Those that have not measured yet.
    pub unmeasured: usize,
}

/// The indicators in use.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct IndicatorCounts {
    /// All of them.
    pub all: usize,
    /// Those about which something is agreed.
    pub agreed: usize,
}

/// The heartbeats in use, by where they stand.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct HeartbeatCounts {
    /// All of them.
    pub all: usize,
    /// Those that are silent or said that they failed.
    pub bad: usize,
    /// Those that have never been heard of.
    pub unheard: usize,
}

impl Services<'_> {
    /// The first room of a service.
    ///
    /// # Errors
    /// Where there is no service of that slug.
    pub async fn overview(self, person: &Person, slug: &str) -> Result<ServiceOverview, Error> {
        let mut connection = self.0.read().await?;
        let link = &mut connection;
        let head = self.service_head(link, person, slug).await?;
        let id = head.service.id;
        let environments = environments(link, &head).await?;
        let filter = DeploymentFilter { service_id: Some(id), ..DeploymentFilter::default() };
        let mut newest = deployments::list(link, &filter, Page::first(LOOKED_AT)).await?;
        let baselines = baselines(link, &head, &newest).await?;
        newest.truncate(DEPLOYMENTS);
        let slugs = environments.iter().map(|one| one.environment.environment.clone());
        let runbooks = if head.may_announce && !environments.is_empty() {
            store::runbooks::titles(link).await?
        } else {
            Vec::new()
        };
        Ok(ServiceOverview {
            rooms: RoomCounts {
                checks: checks(link, &head).await?,
                indicators: indicators(link, &head).await?,
                heartbeats: heartbeats(link, &head).await?,
                rollback: rollback::counts(link, &head, slugs).await?,
            },
            environments,
            deployments: newest,
            baselines,
            runbooks,
            head,
        })
    }
}

async fn environments(
    link: &mut Connection,
    head: &ServiceHead,
) -> Result<Vec<EnvironmentNow>, StoreError> {
    let id = head.service.id;
    let mut unrestored = deployments::unrestored(link).await?;
    unrestored.retain(|one| one.deployment.service_id == id);
    let mut all = Vec::new();
    for environment in services::environments_of(link, id).await? {
        let slug = &environment.environment;
        all.push(EnvironmentNow {
            running: deployments::running(link, id, slug).await?,
            unrestored: unrestored.iter().find(|one| one.deployment.environment == *slug).cloned(),
            environment,
        });
    }
    Ok(all)
}

async fn baselines(
    link: &mut Connection,
    head: &ServiceHead,
    newest: &[Deployment],
) -> Result<Vec<ReleaseBaselines>, StoreError> {
    let mut found: BTreeMap<DeploymentId, Vec<Baseline>> = BTreeMap::new();
    for one in baselines::of_newest(link, head.service.id, LOOKED_AT).await? {
        found.entry(one.deployment_id).or_default().push(one);
    }
    let rows = newest.iter().filter_map(|deployment| {
        let baselines = found.remove(&deployment.id)?;
        Some(ReleaseBaselines { deployment: deployment.clone(), baselines })
    });
    Ok(rows.take(BASELINES).collect())
}

async fn checks(link: &mut Connection, head: &ServiceHead) -> Result<CheckCounts, StoreError> {
    let mut counts = CheckCounts::default();
    for (phase, count) in measurements::phases_of_service(link, head.service.id).await? {
        let count = usize::try_from(count).unwrap_or(0);
        counts.all += count;
        match phase {
            None => counts.unmeasured += count,
            Some(Phase::Successful) => {}
            Some(Phase::Failed) => counts.failing += count,
            Some(Phase::Error | Phase::Inconclusive) => counts.undecided += count,
        }
    }
    Ok(counts)
}

async fn indicators(
    link: &mut Connection,
    head: &ServiceHead,
) -> Result<IndicatorCounts, StoreError> {
    let all = indicators::of_service(link, head.service.id).await?;
    let agreed = |Thresholds { pass, warn, rollback, .. }: &Thresholds| {
        !(pass.is_empty() && warn.is_empty() && rollback.is_empty())
    };
    let agreed = all.iter().filter(|one| agreed(&one.thresholds)).count();
    Ok(IndicatorCounts { all: all.len(), agreed })
}

async fn heartbeats(
    link: &mut Connection,
    head: &ServiceHead,
) -> Result<HeartbeatCounts, StoreError> {
    let all = heartbeats::of_service(link, head.service.id).await?;
    let mut counts = HeartbeatCounts { all: all.len(), ..HeartbeatCounts::default() };
    for record in &all {
        match now_is(record, head.now) {
            HeartbeatState::Down | HeartbeatState::Failed => counts.bad += 1,
            HeartbeatState::New => counts.unheard += 1,
            HeartbeatState::Up | HeartbeatState::Late => {}
        }
    }
    Ok(counts)
}
