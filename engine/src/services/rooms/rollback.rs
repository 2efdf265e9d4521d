//! The room of a service's rollback: its plans, whether they are proven, its rehearsals.

use domain::{item::MachineWord, rehearsal::FRESH_DAYS, who::Person};
use store::{
    Link, StoreError, deployments,
    rehearsals::{self, RehearsalRecord},
    services::{self, RollbackPlan},
};

use super::ServiceHead;
use crate::{Engine, Refusal, runs};

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
    pub rehearsals: Vec<RehearsalRecord>,
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
    pub word: MachineWord,
    /// Why.
    pub sentence: String,
}

/// What is written and rehearsed, counted.
#[derive(Debug, Clone)]
pub struct RollbackCounts {
    /// In how many environments the service runs.
    pub environments: usize,
    /// For how many of them there is a command or a hook.
    pub written: usize,
    /// The newest rehearsal.
    pub rehearsal: Option<RehearsalRecord>,
    /// Whether that is too old to prove anything.
    pub stale: bool,
}

impl Engine {
    /// The room of a service's rollback.
    ///
    /// # Errors
    /// Where there is no service of that slug.
    pub async fn service_rollback(
        &self,
        person: &Person,
        slug: &str,
    ) -> Result<ServiceRollback, Refusal> {
        let mut connection = self.read().await?;
        let link = &mut connection;
        let head = self.service_head(link, person, slug).await?;
        let id = head.service.id;
        let mut plans = Vec::new();
        for one in services::environments_of(link, id).await? {
            let readiness = match deployments::running(link, id, &one.environment).await? {
                None => None,
                Some(running) => {
                    let to = runs::rollback_target(link, &running).await?;
                    let (word, sentence) =
                        runs::rehearsal_judgement(link, &running, head.now).await?;
                    let to = to.map(|to| to.version);
                    Some(Readiness { from: running.version, to, word, sentence })
                }
            };
            plans.push(PlanNow {
                plan: services::rollback_plan(link, id, &one.environment).await?,
                environment: one.environment,
                readiness,
            });
        }
        let rehearsals = rehearsals::newest(link, id, REHEARSALS).await?;
        Ok(ServiceRollback { head, plans, rehearsals })
    }
}

/// Whether a plan says how to go back.
pub(super) fn is_written(plan: &RollbackPlan) -> bool {
    !plan.command.trim().is_empty() || plan.hook_url.is_some()
}

impl PlanNow {
    /// The plan, where it says how to go back.
    #[must_use]
    pub fn written(&self) -> Option<&RollbackPlan> {
        self.plan.as_ref().filter(|plan| is_written(plan))
    }
}

/// Counts what the room shows.
pub(super) async fn counts(
    link: &mut Link,
    head: &ServiceHead,
    environments: &[String],
) -> Result<RollbackCounts, StoreError> {
    let id = head.service.id;
    let mut written = 0;
    for environment in environments {
        let plan = services::rollback_plan(link, id, environment).await?;
        written += usize::from(plan.as_ref().is_some_and(is_written));
    }
    let rehearsal = rehearsals::newest(link, id, 1).await?.into_iter().next();
    Ok(RollbackCounts {
        environments: environments.len(),
        written,
        stale: rehearsal
            .as_ref()
            .is_some_and(|newest| (head.now - newest.fact.at).num_days() >= FRESH_DAYS),
        rehearsal,
    })
}
