//! Checks and heartbeats that fail beside the boxes the gate waits for.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use domain::{
    check::Check,
    failures::Failures,
    gate::{RedBeside, RedWeight},
    heartbeat::Heartbeat,
    ids::CheckId,
    item::{AutomatedStatus, Item, ItemActor, ItemState},
    item_sources::SourceStatus,
    leak::{Leak, is_looked_for_by},
    measurement::Phase,
    run::Run,
    watch::WatchState,
};
use store::{
    Connection, StoreError, Tx, heartbeats,
    leaks::{self, Leaks},
    runs::failures,
};

use super::{CheckNow, began, checks_now, now_is, unsettled_leak};
use crate::heartbeats::source;

/// A check or heartbeat that fails, or did, with what the gate says of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FailingBeside {
    label: String,
    sentence: String,
    weight: RedWeight,
}

impl FailingBeside {
    /// As the gate takes it.
    pub(crate) fn red(&self) -> RedBeside<'_> {
        RedBeside { label: &self.label, sentence: &self.sentence, weight: self.weight }
    }
}

fn check_is_beside(check: &Check, items: &[Item]) -> bool {
    if check.dry_run {
        return false;
    }
    let item = items.iter().find(|item| Some(&item.key) == check.item.as_ref());
    // A box that need not be closed keeps nothing open; what is critical must not hide in it, nor
    // behind a waiver that nobody had to accept. What does not apply to this release does not.
    let may_hide = |item: &Item| !item.required && item.state != ItemState::NotRequired;
    let hides = check.critical && item.is_some_and(may_hide);
    hides || is_beside(check.item.as_ref(), items)
}

/// Whether what is bound to this box speaks for none the gate waits for: the box is a person's, not
/// in this run, or there is none. An approver who waived a box, or a runbook that does not ask for
/// it here, has spoken for what is bound to it.
fn is_beside(bound_to: Option<&String>, items: &[Item]) -> bool {
    let Some(item) = items.iter().find(|item| Some(&item.key) == bound_to) else {
        return true;
    };
    match item.state {
        ItemState::Waived | ItemState::NotRequired => false,
        // What the machine says of an optional box is said with the box.
        _ => item.actor == ItemActor::Human,
    }
}

/// The checks of a run that fail beside its boxes, in an act.
pub(crate) async fn failing_beside(
    tx: &mut Tx,
    run: &Run,
    items: &[Item],
    now: DateTime<Utc>,
) -> Result<Vec<FailingBeside>, StoreError> {
    if run.state != WatchState::Watching {
        return failing_beside_now(tx, run, items, now).await;
    }
    let (service, environment) = (run.service_id, &run.environment);
    let known = tx.newest_measurements(service, environment).await?;
    let checks = tx.checks(service, environment).await?;
    let beside = checks.iter().filter(|check| check_is_beside(check, items));
    let beside: Vec<_> = beside.map(|check| now_is(check.clone(), run, &known)).collect();
    let leaks = tx.unsettled_leaks(service, environment).await?;
    let mut failing = leaked(tx, run, items, &leaks, &beside).await?;
    failing.splice(0..0, failing_now(beside, now));
    let heartbeats = tx.heartbeats(service, environment).await?;
    failing.extend(silent(heartbeats, run, items, now));
    failing.extend(reported(items));
    Ok(failing)
}

/// The checks of an open run that failed in its course and pass now, in an act.
pub(crate) async fn recovered(tx: &mut Tx, run: &Run) -> Result<Vec<FailingBeside>, StoreError> {
    let failures = failures::of_run(tx, run.id).await?;
    if failures.is_empty() {
        return Ok(Vec::new());
    }
    let (service, environment) = (run.service_id, &run.environment);
    let known = tx.newest_measurements(service, environment).await?;
    let checks = tx.checks(service, environment).await?;
    let failed = checks.iter().filter(|check| failures.contains_key(&check.id));
    let failed: Vec<_> = failed.map(|check| now_is(check.clone(), run, &known)).collect();
    Ok(passing_again(&failed, &failures))
}

/// Those of these checks that failed in the course of a run and pass now, what comes and goes first.
fn passing_again(checks: &[CheckNow], failures: &HashMap<CheckId, Failures>) -> Vec<FailingBeside> {
    let passes = |one: &&CheckNow| {
        let newest = one.newest.as_ref();
        !one.check.dry_run && newest.is_some_and(|newest| newest.phase == Phase::Successful)
    };
    let mut again: Vec<_> = checks
        .iter()
        .filter(passes)
        .filter_map(|one| {
            let seen = failures.get(&one.check.id)?;
            let comes_and_goes = seen.spells > 1;
            Some(FailingBeside {
                label: one.check.label.clone(),
                sentence: seen.sentence(),
                weight: if comes_and_goes { RedWeight::Intermittent } else { RedWeight::Recovered },
            })
        })
        .collect();
    again.sort_by_key(|one| one.weight);
    again
}

/// What fails beside the boxes of a run and what failed and passes now, read for a page or an answer.
pub(crate) async fn failing_beside_now(
    link: &mut Connection,
    run: &Run,
    items: &[Item],
    now: DateTime<Utc>,
) -> Result<Vec<FailingBeside>, StoreError> {
    let beside = checks_now(link, run, |check| check_is_beside(check, items)).await?;
    let leaks = if run.state == WatchState::Watching {
        leaks::unsettled(link, run.service_id, &run.environment).await?
    } else {
        Leaks::default()
    };
    let leaked = leaked(link, run, items, &leaks, &beside).await?;
    let mut failing = failing_now(beside, now);
    failing.extend(leaked);
    // What was signed off with it was signed off: what is made critical later changes no answer.
    if run.state != WatchState::Watching {
        failing.retain(|one| one.weight != RedWeight::Unknown);
        failing.iter_mut().for_each(|one| one.weight = RedWeight::Beside);
    }
    failing.extend(reported(items));
    let mut failures = failures::of_run(link, run.id).await?;
    if let Some(closed_at) = run.closed_at {
        failures.retain(|_, seen| seen.first <= closed_at);
    }
    if !failures.is_empty() {
        let failed = checks_now(link, run, |check| failures.contains_key(&check.id)).await?;
        failing.extend(passing_again(&failed, &failures));
    }
    // How a heartbeat stood when a run was closed is not kept.
    if run.state == WatchState::Watching {
        let (service, environment) = (run.service_id, &run.environment);
        let heartbeats = heartbeats::of_environment(link, service, environment).await?;
        failing.extend(silent(heartbeats, run, items, now));
    }
    Ok(failing)
}

/// The heartbeats that are silent or said that it went wrong.
fn silent(
    all: Vec<Heartbeat>,
    run: &Run,
    items: &[Item],
    now: DateTime<Utc>,
) -> Vec<FailingBeside> {
    all.into_iter()
        .filter(|one| is_beside(one.item.as_ref(), items))
        .filter_map(|one| {
            let (word, sentence) = source(&one, run.opened_at, began(run.subject), now);
            let failed = word == Some(SourceStatus::Failed);
            failed.then_some(FailingBeside {
                label: one.label,
                sentence,
                weight: RedWeight::Beside,
            })
        })
        .collect()
}

/// The leaks that were seen and are closed now, where no box of the machine's holds on to them: of a
/// person's box until somebody says what was rotated; of no box, or one this run lacks, in the run they
/// were seen in. Closing one makes nothing secret again, so whoever signs has to accept it by name.
async fn leaked(
    link: &mut Connection,
    run: &Run,
    items: &[Item],
    leaks: &Leaks,
    beside: &[CheckNow],
) -> Result<Vec<FailingBeside>, StoreError> {
    let leak = |label: &str, leak: Leak| FailingBeside {
        label: label.to_owned(),
        sentence: leak.sentence(),
        weight: RedWeight::Beside,
    };
    let mut found: Vec<_> = leaks
        .iter()
        .filter(|(key, _)| is_beside(Some(key), items))
        .filter_map(|(key, seen)| {
            let item = items.iter().find(|item| item.key == **key);
            let here = item.is_some() || seen.last >= run.opened_at;
            let of = beside.iter().filter(|now| now.check.item.as_ref() == Some(key));
            let of: Vec<_> = of.cloned().collect();
            let closed = unsettled_leak(leaks, key, &of)?;
            let looks = of.iter().find(|now| is_looked_for_by(now.check.spec.kind()));
            here.then(|| leak(looks.map_or(key, |now| &now.check.label), closed))
        })
        .collect();
    found.sort_by(|one, other| one.label.cmp(&other.label));
    let closed: Vec<_> = beside
        .iter()
        .filter(|now| now.check.item.is_none() && is_looked_for_by(now.check.spec.kind()))
        .filter(|now| now.newest.as_ref().is_none_or(|seen| seen.phase != Phase::Failed))
        .collect();
    if !closed.is_empty() {
        // What it is asked for now says nothing of what was seen.
        let failures = failures::ever_of_run(link, run.id).await?;
        found.extend(closed.iter().filter_map(|now| {
            let Failures { times, first, last, .. } = failures.get(&now.check.id).copied()?;
            Some(leak(&now.check.label, Leak { times, first, last }))
        }));
    }
    Ok(found)
}

fn failing_now(checks: Vec<CheckNow>, now: DateTime<Utc>) -> Vec<FailingBeside> {
    let mut failing: Vec<_> = checks
        .into_iter()
        .filter_map(|one| {
            let too_old = one.too_old(now);
            let CheckNow { check, newest } = one;
            let label = check.label;
            if let (Some(sentence), true) = (too_old, check.critical) {
                let weight = RedWeight::Unknown;
                return Some(FailingBeside { label, sentence, weight });
            }
            match (newest, check.critical) {
                (Some(newest), critical) if newest.phase == Phase::Failed => {
                    let weight = if critical { RedWeight::Critical } else { RedWeight::Beside };
                    Some(FailingBeside { label, sentence: newest.sentence, weight })
                }
                // What alone can fail a release has to have spoken for it.
                (Some(newest), true) if newest.phase != Phase::Successful => {
                    let weight = RedWeight::Unknown;
                    Some(FailingBeside { label, sentence: newest.sentence, weight })
                }
                (None, true) => Some(FailingBeside {
                    label,
                    sentence: "it has not been measured yet".into(),
                    weight: RedWeight::Unknown,
                }),
                _ => None,
            }
        })
        .collect();
    failing.sort_by_key(|one| one.weight);
    failing
}

/// The failing reports on persons' boxes: they close nothing, and nobody has to have looked at them.
fn reported(items: &[Item]) -> impl Iterator<Item = FailingBeside> {
    items
        .iter()
        .filter(|item| is_beside(Some(&item.key), items))
        .flat_map(|item| &item.reports)
        .filter(|report| report.word == AutomatedStatus::Failed)
        .map(|report| FailingBeside {
            label: report.name.clone(),
            sentence: report.sentence.clone(),
            weight: RedWeight::Beside,
        })
}
