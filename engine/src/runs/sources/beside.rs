//! Checks and heartbeats that fail beside the boxes the gate waits for.

use chrono::{DateTime, Utc};
use domain::{
    check::Check,
    failures::Failures,
    gate::{RedBeside, RedWeight},
    heartbeat::Heartbeat,
    item::{AutomatedStatus, Item, ItemActor, ItemState},
    item_sources::SourceStatus,
    leak::{Leak, is_looked_for_by},
    measurement::Phase,
    run::Run,
};
use store::{
    Connection, StoreError, Tx, heartbeats,
    leaks::{self, Leaks},
    runs::failures,
};

use super::{CheckNow, began, checks_now, failed_before, now_is, unsettled_leak};
use crate::heartbeats::source;

/// A check or heartbeat that fails, or did, with what the gate says of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FailingBeside {
    pub(super) label: String,
    pub(super) sentence: String,
    pub(super) weight: RedWeight,
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
    // A box that need not be closed keeps nothing open: what is critical must not hide in it.
    let hides =
        check.critical && box_of(check.item.as_ref(), items).is_some_and(|one| !one.required);
    hides || is_beside(check.item.as_ref(), items)
}

/// Whether what is bound to this box speaks for none the gate waits for: the box is a person's, does
/// not apply to this release, is not in this run, or there is none. What the machine says of any other
/// box is said with the box, waived or optional as it may be.
fn is_beside(bound_to: Option<&String>, items: &[Item]) -> bool {
    let speaks =
        |item: &Item| item.actor == ItemActor::Human || item.state == ItemState::NotRequired;
    box_of(bound_to, items).is_none_or(speaks)
}

fn box_of<'a>(bound_to: Option<&String>, items: &'a [Item]) -> Option<&'a Item> {
    items.iter().find(|item| Some(&item.key) == bound_to)
}

/// Whether a check can fail a release by itself: an approver who waived a box the gate waits for has
/// spoken for what is bound to it.
fn is_critical(check: &Check, items: &[Item]) -> bool {
    let spoken_for = |item: &Item| item.required && item.state == ItemState::Waived;
    check.critical && !box_of(check.item.as_ref(), items).is_some_and(spoken_for)
}

/// The checks of a run that fail beside its boxes, in an act.
pub(crate) async fn failing_beside(
    tx: &mut Tx,
    run: &Run,
    items: &[Item],
    now: DateTime<Utc>,
) -> Result<Vec<FailingBeside>, StoreError> {
    let (service, environment) = (run.service_id, &run.environment);
    let known = tx.newest_measurements(service, environment).await?;
    let checks = tx.checks(service, environment).await?;
    let beside = checks.iter().filter(|check| check_is_beside(check, items));
    let beside: Vec<_> = beside.map(|check| now_is(check.clone(), run, &known)).collect();
    let leaks = tx.unsettled_leaks(service, environment).await?;
    let mut failing = leaked(tx, run, items, &leaks, &beside).await?;
    failing.splice(0..0, failing_now(beside, items, now));
    let heartbeats = tx.heartbeats(service, environment).await?;
    failing.extend(silent(heartbeats, run, items, now));
    failing.extend(reported(items));
    Ok(failing)
}

/// What fails beside the boxes of an open run, and what failed and passes now, read for a page or an
/// answer.
pub(crate) async fn failing_beside_now(
    link: &mut Connection,
    run: &Run,
    items: &[Item],
    now: DateTime<Utc>,
) -> Result<Vec<FailingBeside>, StoreError> {
    let beside = checks_now(link, run, |check| check_is_beside(check, items)).await?;
    let leaks = leaks::unsettled(link, run.service_id, &run.environment).await?;
    let leaked = leaked(link, run, items, &leaks, &beside).await?;
    let mut failing = failing_now(beside, items, now);
    failing.extend(leaked);
    let (service, environment) = (run.service_id, &run.environment);
    let heartbeats = heartbeats::of_environment(link, service, environment).await?;
    failing.extend(silent(heartbeats, run, items, now));
    failing.extend(reported(items));
    failing.extend(failed_before(link, run).await?);
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

fn failing_now(checks: Vec<CheckNow>, items: &[Item], now: DateTime<Utc>) -> Vec<FailingBeside> {
    let mut failing: Vec<_> = checks
        .into_iter()
        .filter_map(|one| {
            let too_old = one.too_old(now);
            let CheckNow { check, newest } = one;
            let critical = is_critical(&check, items);
            let label = check.label;
            if let (Some(sentence), true) = (too_old, critical) {
                let weight = RedWeight::Unknown;
                return Some(FailingBeside { label, sentence, weight });
            }
            match (newest, critical) {
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

/// The failing reports on persons' boxes and on those that do not apply, and failing results there: they
/// close nothing, and nobody has to have looked at them.
fn reported(items: &[Item]) -> impl Iterator<Item = FailingBeside> {
    items.iter().filter(|item| is_beside(Some(&item.key), items)).flat_map(|item| {
        let reports = item.reports.iter().map(|one| (one.word, &one.name, &one.sentence));
        let posted = item.posted_result.iter().map(|one| (one.word, &one.by, &one.sentence));
        reports.chain(posted).filter(|(word, ..)| *word == AutomatedStatus::Failed).map(
            |(_, label, sentence)| FailingBeside {
                label: label.clone(),
                sentence: sentence.clone(),
                weight: RedWeight::Beside,
            },
        )
    })
}
