//! Checks and heartbeats that fail beside the boxes the gate waits for.

use chrono::{DateTime, Utc};
use domain::{
    check::Check,
    gate::RedBeside,
    heartbeat::Heartbeat,
    item::{Item, ItemActor, ItemState},
    item_sources::SourceStatus,
    measurement::Phase,
    run::Run,
    watch::WatchState,
};
use store::{Connection, StoreError, Tx, heartbeats};

use super::{CheckNow, began, checks_now, now_is};
use crate::heartbeats::source;

/// A check or heartbeat that fails, with what the gate says of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FailingBeside {
    label: String,
    sentence: String,
    critical: bool,
}

impl FailingBeside {
    /// As the gate takes it.
    pub(crate) fn red(&self) -> RedBeside<'_> {
        RedBeside { label: &self.label, sentence: &self.sentence, critical: self.critical }
    }
}

fn check_is_beside(check: &Check, items: &[Item]) -> bool {
    if check.dry_run {
        return false;
    }
    let item = items.iter().find(|item| Some(&item.key) == check.item.as_ref());
    // A box that need not be closed keeps nothing open; what is critical must not hide in it.
    let hides = check.critical
        && item.is_some_and(|item| !item.required && item.state == ItemState::Failed);
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
    let mut failing = failing(beside.map(|check| now_is(check.clone(), run, &known)).collect());
    let heartbeats = tx.heartbeats(service, environment).await?;
    failing.extend(silent(heartbeats, run, items, now));
    Ok(failing)
}

/// The same, read for a page or an answer.
pub(crate) async fn failing_beside_now(
    link: &mut Connection,
    run: &Run,
    items: &[Item],
    now: DateTime<Utc>,
) -> Result<Vec<FailingBeside>, StoreError> {
    let mut failing = failing(checks_now(link, run, |check| check_is_beside(check, items)).await?);
    // What was signed off with it was signed off: what is made critical later changes no answer.
    if run.state != WatchState::Watching {
        failing.iter_mut().for_each(|one| one.critical = false);
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
            failed.then_some(FailingBeside { label: one.label, sentence, critical: false })
        })
        .collect()
}

fn failing(now: Vec<CheckNow>) -> Vec<FailingBeside> {
    let mut failing: Vec<_> = now
        .into_iter()
        .filter_map(|CheckNow { check, newest }| {
            let newest = newest.filter(|newest| newest.phase == Phase::Failed)?;
            let (label, critical) = (check.label, check.critical);
            Some(FailingBeside { label, sentence: newest.sentence, critical })
        })
        .collect();
    failing.sort_by_key(|one| !one.critical);
    failing
}
