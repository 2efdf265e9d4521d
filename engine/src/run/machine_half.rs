//! The machine half of a box: its checks' newest measurements, what scripts posted, its rule.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use domain::{
    baseline::{self, BaselineFact},
    check::{RESPONSE_TARGETS, measures},
    ids::CheckId,
    item::MachineWord,
    machine::{Source, SourceWord, combine},
    rehearsal,
    runbook::MachineRule,
    watch::WatchState,
    words::{Actor, DeploymentKind},
};
use store::{
    Link, StoreError, Tx, baselines,
    checks::{self, CheckRecord},
    deployments::{self, DeploymentRecord},
    items::ItemRecord,
    measurements::{self, MeasurementRecord, Newest},
    rehearsals, services,
};

use crate::heartbeats;

/// A check with what it saw last in this watch.
#[derive(Debug, Clone, PartialEq)]
pub struct CheckNow {
    /// The check.
    pub check: CheckRecord,
    /// What it saw last for this deployment, measured as the check is now.
    pub newest: Option<MeasurementRecord>,
}

/// The checks that speak for a deployment and that `wanted` picks, with what they saw last. Those
/// of a closed watch are the ones that did measure, as they did then.
pub(crate) async fn checks_now(
    link: &mut Link,
    deployment: &DeploymentRecord,
    wanted: impl Fn(&CheckRecord) -> bool,
) -> Result<Vec<CheckNow>, StoreError> {
    let (service, environment) = (deployment.service_id, &deployment.environment);
    let open = deployment.state == WatchState::Watching;
    let found = if open {
        checks::of_environment(link, service, environment).await?
    } else {
        checks::ever_of_environment(link, service, environment).await?
    };
    let wanted = found.into_iter().filter(wanted);
    if open {
        let known = measurements::newest_of_environment(link, service, environment).await?;
        return Ok(wanted.map(|check| now_is(check, deployment, &known)).collect());
    }
    // While it was watched nothing else was: its measurements are those of that time.
    let since = deployment.deployed_at.max(deployment.created_at);
    let until = deployment.closed_at.unwrap_or(deployment.watch_ends_at);
    let place = (service, environment.as_str());
    let mut known = measurements::newest_between(link, place, since, until).await?;
    Ok(wanted
        .filter_map(|check| {
            let newest = Some(known.remove(&check.id)?);
            Some(CheckNow { check, newest })
        })
        .collect())
}

/// A check of an open watch with what it saw last that counts.
fn now_is(
    check: CheckRecord,
    deployment: &DeploymentRecord,
    known: &HashMap<CheckId, Newest>,
) -> CheckNow {
    let since = counts_since(&check, deployment);
    let newest = known.get(&check.id).and_then(|newest| newest.made_for(deployment.id, since));
    CheckNow { newest: newest.cloned(), check }
}

/// From when on what a check saw counts: since it is as it is, and since the deployment.
fn counts_since(check: &CheckRecord, deployment: &DeploymentRecord) -> DateTime<Utc> {
    deployment.deployed_at.max(check.updated_at)
}

/// Why nothing measures what a runbook's probe names.
fn unmeasured(probe: &str, environment: &str, nothing_is: bool) -> String {
    if nothing_is {
        format!(
            "no base URL is known for {environment}, so nothing can be probed. Set it in the \
             service's settings."
        )
    } else if probe == RESPONSE_TARGETS {
        "no response target is set, so nothing is timed. Set them in the service's settings.".into()
    } else {
        format!("nothing measures {probe}. Bind a check of that kind that counts to this box.")
    }
}

/// What the machine half says now; `None` where the box has none or nothing can speak for it.
pub(super) async fn machine_half(
    tx: &mut Tx,
    deployment: &DeploymentRecord,
    item: &ItemRecord,
    now: DateTime<Utc>,
) -> Result<Option<(MachineWord, String)>, StoreError> {
    if item.actor == Actor::Human {
        return Ok(None);
    }
    // A check on trial runs without counting.
    let (service, environment) = (deployment.service_id, &deployment.environment);
    let known = tx.newest_measurements(service, environment).await?;
    let bound: Vec<_> = tx
        .checks(service, environment)
        .await?
        .iter()
        .filter(|check| check.item.as_deref() == Some(&item.key) && !check.dry_run)
        .map(|check| now_is(check.clone(), deployment, &known))
        .collect();
    let measured = |probe: &str| {
        let mut kinds = bound.iter().map(|now| (now.check.spec.kind(), &now.check.built_in));
        kinds.any(|(kind, built_in)| measures(probe, kind, built_in.as_deref()))
    };
    let nothing_is = bound.iter().all(|now| now.check.built_in.is_none());
    let missing: Vec<_> = item
        .probes
        .iter()
        .filter(|probe| !measured(probe))
        .map(|probe| unmeasured(probe, &deployment.environment, nothing_is))
        .collect();
    let mut sources: Vec<Source<'_>> = bound
        .iter()
        .map(|now| Source {
            label: &now.check.label,
            word: now.newest.as_ref().map(|measured| measured.phase.into()),
            sentence: now.newest.as_ref().map_or("", |measured| &measured.sentence),
        })
        .collect();
    let beating: Vec<_> = tx
        .heartbeats(deployment.service_id, &deployment.environment)
        .await?
        .into_iter()
        .filter(|heartbeat| heartbeat.item.as_deref() == Some(&item.key))
        .map(|heartbeat| {
            let (word, sentence) =
                heartbeats::source(&heartbeat, deployment.deployed_at, "the deployment", now);
            (heartbeat.label, word, sentence)
        })
        .collect();
    sources.extend(beating.iter().map(|(label, word, sentence)| Source {
        label,
        word: *word,
        sentence,
    }));
    // One of several that is not measured must not hide behind those that are.
    sources.extend(missing.first().map(|sentence| Source {
        label: "probes",
        word: Some(SourceWord::Undecided),
        sentence,
    }));
    if let Some(pushed) = &item.pushed {
        sources.push(Source {
            label: &pushed.by,
            word: match pushed.word {
                MachineWord::Passed => Some(SourceWord::Passed),
                MachineWord::Failed => Some(SourceWord::Failed),
                MachineWord::Undecided => Some(SourceWord::Undecided),
                MachineWord::Running => None,
            },
            sentence: &pushed.sentence,
        });
    }
    let combined = combine(&sources);
    let Some(rule) = item.machine_rule else { return Ok(combined) };
    let ruled = by_rule(tx, rule, deployment, now).await?;
    // What a script posted, or a probe saw, stands in for a rule that has no data of its own; a
    // rule that failed is not argued away.
    Ok(match combined {
        Some(said) if ruled.0 != MachineWord::Failed => Some(said),
        _ => Some(ruled),
    })
}

async fn by_rule(
    link: &mut Link,
    rule: MachineRule,
    deployment: &DeploymentRecord,
    now: DateTime<Utc>,
) -> Result<(MachineWord, String), StoreError> {
    Ok(match rule {
        MachineRule::RollbackRehearsed => rehearsal_judgement(link, deployment, now).await?,
        MachineRule::LogsTriaged => (
            MachineWord::Undecided,
            "No log of this service is being read, and silence is not proof. Post the triage's \
             result from the job that does it."
                .into(),
        ),
        MachineRule::Baselines => {
            let facts = baseline_facts(link, deployment).await?;
            baseline::judge(&facts, deployment.deployed_at, now)
        }
    })
}

/// The baselines of a deployment beside those of the last good one before it.
async fn baseline_facts(
    link: &mut Link,
    deployment: &DeploymentRecord,
) -> Result<Vec<BaselineFact>, StoreError> {
    let captured = baselines::of_deployment(link, deployment.id).await?;
    let (service, environment) = (deployment.service_id, &deployment.environment);
    let reference =
        baselines::reference(link, service, environment, deployment.deployed_at).await?;
    Ok(captured
        .into_iter()
        .map(|one| BaselineFact {
            before: reference.as_ref().and_then(|known| known.value(&one.indicator, one.moment)),
            key: one.indicator,
            label: one.label,
            family: one.family,
            unit: one.unit,
            moment: one.moment,
            value: one.summary.value,
            coverage: one.summary.coverage,
            pass: one.pass,
        })
        .collect())
}

/// The deployment a rollback would restore: the newest signed-off one of another version.
pub(crate) async fn rollback_target(
    link: &mut Link,
    deployment: &DeploymentRecord,
) -> Result<Option<DeploymentRecord>, StoreError> {
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
    link: &mut Link,
    deployment: &DeploymentRecord,
    now: DateTime<Utc>,
) -> Result<(MachineWord, String), StoreError> {
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
