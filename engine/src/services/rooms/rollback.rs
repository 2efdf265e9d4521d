//! The room of a service's rollback: its plans, whether they are proven, its rehearsals.

use domain::{actor::Person, item::AutomatedStatus, rehearsal::Rehearsal, rollback::RollbackPlan};
use store::{Connection, StoreError, deployments, rehearsals, services};

use super::ServiceHead;
use crate::{Error, runs, services::Services};

/// How many rehearsals are shown.
const REHEARSALS: i64 = 20;

/// How a service is put back.
#[derive(Debug, Clone)]
pub struct ServiceRollback {
    /// Whose plans they are.
    pub head: ServiceHead,
    /// The plan of each environment, in order.
    pub plans: Vec<PlanNow>,
    /// The newest rehearsals, newest first.
    pub rehearsals: Vec<Rehearsal>,
}

/// The rollback of a service in one environment.
#[derive(Debug, Clone)]
pub struct PlanNow {
    /// The environment's slug.
    pub environment: String,
    /// The plan, where one was written.
    pub plan: Option<RollbackPlan>,
    /// Whether it would work now; `None` where nothing runs that could be rolled back.
    pub readiness: Option<Readiness>,
}

/// Whether a rollback would work now.
#[derive(Debug, Clone)]
pub struct Readiness {
    /// The version that runs.
    pub from: String,
    /// The version that would be restored, where one is known.
    pub to: Option<String>,
    /// What the box of the rehearsed rollback would say.
    pub word: AutomatedStatus,
    /// Why.
    pub sentence: String,
}

/// What is written and proven, counted.
#[derive(Debug, Clone)]
pub struct RollbackCounts {
    /// In how many environments the service runs, or is to run.
    pub environments: usize,
    /// For how many of them there is a command or a hook.
    pub written: usize,
    /// In how many of them something runs that could be rolled back.
    pub running: usize,
    /// For how many of those the rollback is proven.
    pub ready: usize,
    /// For how many of those it was tried and did not work.
    pub failed: usize,
    /// The newest rehearsal.
    pub rehearsal: Option<Rehearsal>,
}

impl Services<'_> {
    /// The room of a service's rollback.
    ///
    /// # Errors
    /// Where there is no service of that slug.
    pub async fn rollback(self, person: &Person, slug: &str) -> Result<ServiceRollback, Error> {
        let mut connection = self.0.read().await?;
        let link = &mut connection;
        let head = self.service_head(link, person, slug).await?;
        let id = head.service.id;
        let environments = services::environments_of(link, id).await?;
        let plans = plans(link, &head, environments.into_iter().map(|one| one.environment)).await?;
        let rehearsals = rehearsals::newest(link, id, REHEARSALS).await?;
        Ok(ServiceRollback { head, plans, rehearsals })
    }
}

impl PlanNow {
    /// The plan, where it says how to go back.
    #[must_use]
    pub fn written(&self) -> Option<&RollbackPlan> {
        let says =
            |plan: &&RollbackPlan| !plan.command.trim().is_empty() || plan.hook_url.is_some();
        self.plan.as_ref().filter(says)
    }
}

/// The rollback in each environment.
async fn plans(
    link: &mut Connection,
    head: &ServiceHead,
    environments: impl Iterator<Item = String>,
) -> Result<Vec<PlanNow>, StoreError> {
    let id = head.service.id;
    let mut plans = Vec::new();
    for environment in environments {
        let readiness = match deployments::running(link, id, &environment).await? {
            None => None,
            Some(running) => {
                let to = runs::rollback_target(link, &running).await?.map(|to| to.version);
                let (word, sentence) = runs::rehearsal_judgement(link, &running, head.now).await?;
                Some(Readiness { from: running.version, to, word, sentence })
            }
        };
        let plan = services::rollback_plan(link, id, &environment).await?;
        plans.push(PlanNow { environment, plan, readiness });
    }
    Ok(plans)
}

/// Counts what the room shows.
pub(super) async fn counts(
    link: &mut Connection,
    head: &ServiceHead,
    environments: impl Iterator<Item = String>,
) -> Result<RollbackCounts, StoreError> {
    let plans = plans(link, head, environments).await?;
    let words = || plans.iter().filter_map(|one| Some(one.readiness.as_ref()?.word));
    Ok(RollbackCounts {
        environments: plans.len(),
        written: plans.iter().filter(|one| one.written().is_some()).count(),
        running: words().count(),
        ready: words().filter(|word| *word == AutomatedStatus::Passed).count(),
        failed: words().filter(|word| *word == AutomatedStatus::Failed).count(),
        rehearsal: rehearsals::newest(link, head.service.id, 1).await?.into_iter().next(),
    })
}
