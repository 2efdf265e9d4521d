//! The rules that close an item by what the portal itself knows: a rehearsal, the log's triage, the
//! baselines.

use chrono::{DateTime, Utc};
use domain::{
    baseline::{self, Baseline, BaselineFact},
    deployment::{Deployment, DeploymentKind},
    item::AutomatedStatus,
    item_sources::RuleAnswer,
    rehearsal,
    run::{Run, RunSubject},
    runbook::MachineRule,
};
use store::{Connection, StoreError, baselines, deployments, indicators, rehearsals, services};

use super::super::deployment_of;

/// Asks a rule of a run.
pub(super) async fn by_rule(
    link: &mut Connection,
    rule: MachineRule,
    run: &Run,
    now: DateTime<Utc>,
) -> Result<RuleAnswer, StoreError> {
    let undecided =
        |sentence: &str| RuleAnswer::Knows(AutomatedStatus::Undecided, sentence.to_owned());
    if rule == MachineRule::LogsTriaged {
        return Ok(RuleAnswer::NoSource(
            "No log of this service is being read, and silence is not proof. Post the triage's \
             result from the job that does it."
                .into(),
        ));
    }
    let Some(deployment) = deployment_of(link, run).await? else {
        return Ok(undecided("Nothing runs there, so there is nothing to look at."));
    };
    if rule == MachineRule::RollbackRehearsed {
        let (word, sentence) = rehearsal_judgement(link, &deployment, now).await?;
        return Ok(RuleAnswer::Knows(word, sentence));
    }
    if run.subject == RunSubject::Duty && deployment.deployed_at < run.opened_at {
        return Ok(undecided(
            "Nothing has been deployed since this run opened, so there are no baselines of it. If \
             there is nothing to deploy, an approver can waive this.",
        ));
    }
    let facts = baseline_facts(link, &deployment).await?;
    // What was captured stands, also where its indicator is in use no more.
    let is_measured =
        !facts.is_empty() || !indicators::of_service(link, deployment.service_id).await?.is_empty();
    Ok(baseline::judge(&facts, is_measured, deployment.watched_since(), now))
}

/// The baselines of a deployment beside those of the last good one before it.
async fn baseline_facts(
    link: &mut Connection,
    deployment: &Deployment,
) -> Result<Vec<BaselineFact>, StoreError> {
    let captured = baselines::of_deployment(link, deployment.id).await?;
    let (service, environment) = (deployment.service_id, &deployment.environment);
    let reference =
        baselines::reference(link, service, environment, deployment.deployed_at).await?;
    Ok(captured
        .into_iter()
        .map(|Baseline { moment, measured, .. }| BaselineFact {
            before: reference.as_ref().and_then(|known| known.value(&measured.indicator, moment)),
            key: measured.indicator,
            label: measured.label,
            family: measured.family,
            unit: measured.unit,
            moment,
            value: measured.summary.value,
            coverage: measured.summary.coverage,
            pass: measured.pass,
        })
        .collect())
}

/// The deployment a rollback would restore: the newest signed-off one of another version.
pub(crate) async fn rollback_target(
    link: &mut Connection,
    deployment: &Deployment,
) -> Result<Option<Deployment>, StoreError> {
    deployments::last_good(
        link,
        deployment.service_id,
        &deployment.environment,
        deployment.deployed_at,
        &deployment.version,
    )
    .await
}

/// Whether the rollback plan has been proven for the version it would restore.
pub(crate) async fn rehearsal_judgement(
    link: &mut Connection,
    deployment: &Deployment,
    now: DateTime<Utc>,
) -> Result<(AutomatedStatus, String), StoreError> {
    let plan =
        services::rollback_plan(link, deployment.service_id, &deployment.environment).await?;
    let has_plan =
        plan.is_some_and(|plan| !plan.command.trim().is_empty() || plan.hook_url.is_some());
    let target = rollback_target(link, deployment).await?;
    let newest = rehearsals::newest(link, deployment.service_id, 1).await?;
    Ok(rehearsal::judge(
        has_plan,
        target.as_ref().map(|target| target.version.as_str()),
        deployment.kind == DeploymentKind::First,
        newest.first().map(|rehearsal| &rehearsal.fact),
        now,
    ))
}
