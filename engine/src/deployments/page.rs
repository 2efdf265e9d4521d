//! All that the deployment's page shows.

use chrono::{DateTime, Utc};
use domain::{
    actor::{Actor, Person},
    baseline::{Baseline, ManualBaseline, Reference},
    deployment::Deployment,
    ids::DeploymentId,
    item::AutomatedStatus,
    lesson::Lesson,
    permissions::{Permission, authorize},
    rehearsal::Rehearsal,
    release::Release,
    rollback::{Rollback, RollbackPlan, Unrestored},
    watch::{WatchProgress, WatchState},
};
use store::{
    Connection, baselines, deployments, lessons, rehearsals, releases, rollbacks, services,
};

use super::{
    Deployments,
    strip::{self, Strip},
};
use crate::{
    Error,
    deliveries::{self, DeliveryNow},
    indicators::{self, Chart},
    runs::{self, RunPage},
};

/// The page.
#[derive(Debug, Clone)]
pub struct DeploymentPage {
    /// The deployment.
    pub deployment: Deployment,
    /// The service's name.
    pub service_name: String,
    /// Its release.
    pub release: Option<Release>,
    /// Where the service answers there.
    pub base_url: Option<String>,
    /// The deployment it took the place of.
    pub replaces: Option<Neighbour>,
    /// The deployment that took its place.
    pub superseded_by: Option<Neighbour>,
    /// Its run.
    pub run: RunPage,
    /// How far the watch has come.
    pub progress: WatchProgress,
    /// The watch strip.
    pub strip: Strip,
    /// The rollback panel.
    pub rollback: RollbackPanel,
    /// The baselines captured so far.
    pub baselines: Vec<Baseline>,
    /// Those somebody recorded by hand, oldest first.
    pub manual_baselines: Vec<ManualBaseline>,
    /// Whether the reader may record some.
    pub may_record_baselines: bool,
    /// The last good deployment before it, with its baselines.
    pub reference: Option<Reference>,
    /// The indicators since the deployment.
    pub charts: Vec<Chart>,
    /// The lessons written on the run.
    pub lessons: Vec<Lesson>,
    /// Whether the reader may write one.
    pub may_write_lesson: bool,
    /// When the page was read.
    pub now: DateTime<Utc>,
}

/// Another deployment, for a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Neighbour {
    /// Its id.
    pub id: DeploymentId,
    /// Its version.
    pub version: String,
}

/// What the rollback panel shows.
#[derive(Debug, Clone)]
pub struct RollbackPanel {
    /// The plan, where there is one.
    pub plan: Option<RollbackPlan>,
    /// What it would restore.
    pub target: Option<Deployment>,
    /// The commit of that.
    pub target_commit: Option<String>,
    /// The newest rehearsal.
    pub rehearsal: Option<Rehearsal>,
    /// Whether the plan has been proven.
    pub word: AutomatedStatus,
    /// Why.
    pub sentence: String,
    /// The rollback that was triggered.
    pub done: Option<Rollback>,
    /// Where nobody knows what runs there since.
    pub unrestored: Option<Unrestored>,
    /// The plan's hook on its way.
    pub delivery: Option<DeliveryNow>,
    /// Whether the reader may trigger it.
    pub allowed: bool,
}

impl Deployments<'_> {
    /// All that the deployment's page shows this reader.
    ///
    /// # Errors
    /// Where there is no such deployment.
    pub async fn page(self, person: &Person, id: DeploymentId) -> Result<DeploymentPage, Error> {
        let now = self.0.now();
        let actor = Actor::Person(person.clone());
        authorize(&actor, Permission::Read, None)?;
        let mut connection = self.0.read().await?;
        let link = &mut connection;
        let Some(deployment) = deployments::by_id(link, id).await? else {
            return Err(Error::not_found("deployment", id));
        };
        let service = services::by_id(link, deployment.service_id).await?;
        let environments = services::environments_of(link, deployment.service_id).await?;
        let base_url = environments
            .into_iter()
            .find(|known| known.environment == deployment.environment)
            .and_then(|known| known.base_url);
        let runbook = (deployment.runbook_slug.clone(), deployment.runbook_number);
        let run = runs::run_page(link, deployment.run(), runbook, person, now).await?;
        let strip = strip::load(link, &deployment).await?;
        let reference = baselines::reference(
            link,
            deployment.service_id,
            &deployment.environment,
            deployment.deployed_at,
        )
        .await?;
        Ok(DeploymentPage {
            service_name: service.map(|service| service.name).unwrap_or_default(),
            release: releases::by_id(link, deployment.release_id).await?,
            base_url,
            replaces: neighbour(link, deployment.replaces_id).await?,
            superseded_by: neighbour(link, deployment.superseded_by_id).await?,
            progress: WatchProgress::at(deployment.deployed_at, deployment.watch_ends_at, now),
            run,
            strip,
            rollback: rollback_panel(link, &deployment, &actor, now).await?,
            baselines: baselines::of_deployment(link, id).await?,
            manual_baselines: baselines::manual_of_deployment(link, id).await?,
            may_record_baselines: deployment.state == WatchState::Watching
                && authorize(&actor, Permission::RecordBaselines, None).is_ok(),
            charts: indicators::charts(link, &deployment, reference.as_ref(), now).await?,
            reference,
            lessons: lessons::of_deployment(link, id).await?,
            may_write_lesson: authorize(&actor, Permission::WriteLesson, None).is_ok(),
            deployment,
            now,
        })
    }
}

async fn neighbour(
    link: &mut Connection,
    id: Option<DeploymentId>,
) -> Result<Option<Neighbour>, Error> {
    let Some(id) = id else { return Ok(None) };
    let found = deployments::by_id(link, id).await?;
    Ok(found.map(|found| Neighbour { id, version: found.version }))
}

async fn rollback_panel(
    link: &mut Connection,
    deployment: &Deployment,
    actor: &Actor,
    now: DateTime<Utc>,
) -> Result<RollbackPanel, Error> {
    let target = runs::rollback_target(link, deployment).await?;
    let target_commit = match &target {
        None => None,
        Some(target) => {
            releases::by_id(link, target.release_id).await?.and_then(|release| release.commit_sha)
        }
    };
    let (word, sentence) = runs::rehearsal_judgement(link, deployment, now).await?;
    let done = rollbacks::of_deployment(link, deployment.id).await?;
    let runs = deployments::running(link, deployment.service_id, &deployment.environment).await?;
    let mut unrestored = deployments::unrestored(link).await?;
    unrestored.retain(|one| one.deployment.id == deployment.id);
    Ok(RollbackPanel {
        unrestored: unrestored.pop(),
        plan: services::rollback_plan(link, deployment.service_id, &deployment.environment).await?,
        target,
        target_commit,
        rehearsal: rehearsals::newest(link, deployment.service_id, 1).await?.pop(),
        word,
        sentence,
        allowed: done.is_none()
            && runs.is_none_or(|runs| runs.id == deployment.id)
            && authorize(actor, Permission::RollBack, Some(&deployment.service)).is_ok()
            && deployment.state.may_become(WatchState::RolledBack),
        delivery: deliveries::of_deployment(link, deployment.id, &deployment.service, actor)
            .await?,
        done,
    })
}
