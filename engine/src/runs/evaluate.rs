//! Evaluating the items of a run: what follows from all that was said of them, and what the gate
//! says then.

use chrono::{DateTime, Utc};
use domain::{
    event::Event,
    gate::{self, GateAnswer, GateItem, RedBeside, RedWeight},
    ids::{RunId, ServiceId},
    item::{AutomatedStatus, Item, ItemFacts, ItemState, PersonFact, WaiverFact, judge},
    run::Run,
    verdict::Verdict,
    waiver::Waiver,
    watch::WatchState,
};
use store::{
    Connection, StoreError, Tx,
    runs::{self, items, waivers},
};

use super::{
    close_unsigned::close_unsigned,
    sources::{FailingBeside, automated_status, failed_before, failing_beside, failing_beside_now},
    void_sign_offs::{void_sign_offs, void_standing, void_unaware},
};

/// What evaluating an item changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Change {
    /// Its state or its automated status.
    pub(crate) changed: bool,
    /// Anything the gate's answer is made of: also the reason of an item that is open.
    pub(crate) gate: bool,
}

/// Evaluates one item from all that is known now and writes it down.
pub(crate) async fn evaluate_item(
    tx: &mut Tx,
    run: &Run,
    item: &mut Item,
    now: DateTime<Utc>,
) -> Result<Change, StoreError> {
    let waivers = tx.waivers(run.id).await?;
    evaluate_with(tx, run, item, &waivers, now).await
}

async fn evaluate_with(
    tx: &mut Tx,
    run: &Run,
    item: &mut Item,
    waivers: &[Waiver],
    now: DateTime<Utc>,
) -> Result<Change, StoreError> {
    let status = |item: &Item| item.machine.as_ref().map(|(word, _)| *word);
    let before = (item.state, status(item));
    let reason = item.reason.clone();
    let lapsed = has_lapsed(tx, run, item, waivers, now).await?;
    item.machine = automated_status(tx, run, item, now).await?;
    apply_state(item, waivers, now);
    item.updated_at = now;
    items::update(tx, item).await?;
    let reopened = before.0.is_closed() && !item.state.is_closed();
    if (reopened || lapsed) && item.required && run.state == WatchState::Watching {
        void_sign_offs(tx, run, item, now).await?;
    }
    let changed = (item.state, status(item)) != before;
    let gate = changed || (!item.state.is_closed() && item.reason != reason);
    Ok(Change { changed, gate })
}

/// Whether an item was open for a while that nobody has written down: its waiver ended, and only what is
/// said now closes it again.
async fn has_lapsed(
    tx: &mut Tx,
    run: &Run,
    item: &Item,
    waivers: &[Waiver],
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    if item.state != ItemState::Waived {
        return Ok(false);
    }
    let Some(mut as_kept) = tx.item(run.id, &item.key).await? else { return Ok(false) };
    apply_state(&mut as_kept, waivers, now);
    Ok(!as_kept.state.is_closed())
}

/// Evaluates the items of a run that is about to open; they are not written down yet.
pub(super) async fn evaluate_new(
    tx: &mut Tx,
    run: &Run,
    items: &mut [Item],
    now: DateTime<Utc>,
) -> Result<GateAnswer, StoreError> {
    for item in &mut *items {
        item.machine = automated_status(tx, run, item, now).await?;
        apply_state(item, &[], now);
    }
    let beside = failing_beside(tx, run, items, now).await?;
    Ok(gate_answer(run, items, &beside))
}

/// Which required items of a run that is closed would fail now, were it open: what was said since.
/// Nothing is written down.
pub(super) async fn failing_since(
    tx: &mut Tx,
    run: &Run,
    now: DateTime<Utc>,
) -> Result<Vec<Item>, StoreError> {
    let (open, closed_at) = (run.reopened(), run.closed_at.unwrap_or(now));
    let waivers = tx.waivers(run.id).await?;
    let mut failing = Vec::new();
    for mut item in items::of_run(tx, run.id).await? {
        item.machine = automated_status(tx, &open, &item, now).await?;
        // It was signed with the waivers of then; that one has run out since is no new evidence.
        apply_state(&mut item, &waivers, closed_at);
        if item.required && item.state == ItemState::Failed {
            failing.push(item);
        }
    }
    Ok(failing)
}

/// Puts an item in the state that follows from what has been said about it.
fn apply_state(item: &mut Item, waivers: &[Waiver], now: DateTime<Utc>) {
    let waiver = waivers.iter().find(|waiver| waiver.item_id == item.id);
    let judged = judge(
        &ItemFacts {
            actor: item.actor,
            machine: item.machine.clone(),
            person: item.person.as_ref().map(|said| PersonFact {
                word: said.word,
                name: said.name.clone(),
                note: said.note.clone(),
            }),
            waiver: waiver.map(|waiver| WaiverFact {
                approver: waiver.approver_name.clone(),
                reason: waiver.reason.clone(),
                expires_at: waiver.expires_at,
            }),
            not_required_because: item.not_required_because.clone(),
        },
        now,
    );
    item.state = judged.state;
    item.reason = judged.reason;
}

/// The items of a run as they stand at `now`: a waiver that has expired closes nothing, also
/// before anybody has written that down.
pub(crate) async fn items_now(
    link: &mut Connection,
    run: &Run,
    now: DateTime<Utc>,
) -> Result<Vec<Item>, StoreError> {
    let mut items = items::of_run(link, run.id).await?;
    let waived = |item: &Item| item.state == ItemState::Waived;
    if run.state != WatchState::Watching {
        items.iter_mut().for_each(Item::settle);
    } else if items.iter().any(waived) {
        let waivers = waivers::not_ended(link, run.id).await?;
        for item in items.iter_mut().filter(|item| waived(item)) {
            apply_state(item, &waivers, now);
        }
    }
    Ok(items)
}

/// Asks the gate and writes its answer down where it changed.
pub(crate) async fn update_verdict(
    tx: &mut Tx,
    run: &Run,
    now: DateTime<Utc>,
) -> Result<GateAnswer, StoreError> {
    let items = items::of_run(tx, run.id).await?;
    let beside = beside_of(tx, run, &items, now).await?;
    let answer = gate_answer(run, &items, &beside);
    write_verdict(tx, run, &answer).await?;
    // A run that was revoked is signed anew while it still counts as failed.
    let could = run.verdict == Verdict::Passed || run.standing_revocation().is_some();
    if run.state == WatchState::Watching {
        if could && !answer.may_be_signed {
            let why = format!("it did not pass any more after it was given: {}", answer.reason);
            void_standing(tx, run, &why, now).await?;
        } else {
            void_unaware(tx, run, &answer, now).await?;
        }
    }
    close_unsigned(tx, run, &answer, now).await?;
    Ok(answer)
}

/// What fails beside the boxes of a run, and what failed and passes now; nothing of one that is closed.
pub(super) async fn beside_of(
    tx: &mut Tx,
    run: &Run,
    items: &[Item],
    now: DateTime<Utc>,
) -> Result<Vec<FailingBeside>, StoreError> {
    if run.state != WatchState::Watching {
        return Ok(Vec::new());
    }
    let mut beside = failing_beside(tx, run, items, now).await?;
    beside.extend(failed_before(tx, run).await?);
    Ok(beside)
}

/// Asks the gate again, since something has turned that closes no box; tells of it where that changes
/// the answer.
pub(crate) async fn update_beside(
    tx: &mut Tx,
    run: &Run,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let answer = update_verdict(tx, run, now).await?;
    if (answer.verdict, &answer.reason) != (run.verdict, &run.reason) {
        tx.publish(Event::run_changed(run.id));
    }
    Ok(())
}

/// Writes the gate's answer down where it is another than the run knows.
pub(super) async fn write_verdict(
    tx: &mut Tx,
    run: &Run,
    answer: &GateAnswer,
) -> Result<(), StoreError> {
    let count = |keys: &[String]| i64::try_from(keys.len()).unwrap_or(i64::MAX);
    let said = runs::NewVerdict {
        verdict: answer.verdict,
        reason: answer.reason.clone(),
        open_items: count(&answer.open),
        waived_items: count(&answer.waived),
        required_items: i64::try_from(answer.required).unwrap_or(i64::MAX),
    };
    let known = runs::NewVerdict {
        verdict: run.verdict,
        reason: run.reason.clone(),
        open_items: run.open_items,
        waived_items: run.waived_items,
        required_items: run.required_items,
    };
    if said == known { Ok(()) } else { runs::set_verdict(tx, run.id, said).await }
}

/// What the gate says of these items of a run and of what fails beside them.
pub(crate) fn gate_answer(run: &Run, items: &[Item], beside: &[FailingBeside]) -> GateAnswer {
    let facts: Vec<_> = items
        .iter()
        .map(|item| GateItem {
            key: &item.key,
            required: item.required,
            state: item.state,
            reason: &item.reason,
        })
        .collect();
    // A waiver speaks for a box that shows nothing, not for one that fails: that is said with it.
    let waived = items.iter().filter(|item| item.state == ItemState::Waived).filter_map(|item| {
        let (word, sentence) = item.machine.as_ref()?;
        let failed = *word == AutomatedStatus::Failed;
        let red = RedBeside { label: &item.key, sentence, weight: RedWeight::Beside };
        failed.then_some(red)
    });
    let beside: Vec<_> = beside.iter().map(FailingBeside::red).chain(waived).collect();
    let answer = gate::decide(run.state, &facts, &beside);
    match run.standing_revocation() {
        Some(revoked) => gate::after_revocation(answer, revoked),
        None => answer,
    }
}

/// What the gate says of a run, read for a page or an answer. Of one that was signed off that is what was
/// written down then: what is configured since changes nothing of it.
pub(crate) async fn gate_now(
    link: &mut Connection,
    run: &Run,
    items: &[Item],
    now: DateTime<Utc>,
) -> Result<GateAnswer, StoreError> {
    if run.state != WatchState::Watching {
        let answer = gate_answer(run, items, &[]);
        let reason = match run.state {
            WatchState::SignedOff => run.reason.clone(),
            _ => answer.reason,
        };
        return Ok(GateAnswer { reason, ..answer });
    }
    let beside = failing_beside_now(link, run, items, now).await?;
    Ok(gate_answer(run, items, &beside))
}

/// Evaluates every item and asks the gate.
pub(crate) async fn evaluate_all(
    tx: &mut Tx,
    run: &Run,
    now: DateTime<Utc>,
) -> Result<GateAnswer, StoreError> {
    let waivers = tx.waivers(run.id).await?;
    for mut item in items::of_run(tx, run.id).await? {
        evaluate_with(tx, run, &mut item, &waivers, now).await?;
    }
    update_verdict(tx, run, now).await
}

/// Evaluates every open run of a service in an environment: something that all of them rest on has
/// changed. Answers which.
pub(crate) async fn evaluate_open(
    tx: &mut Tx,
    service: ServiceId,
    environment: &str,
    now: DateTime<Utc>,
) -> Result<Vec<RunId>, StoreError> {
    let mut touched = Vec::new();
    for run in runs::open_in(tx, service, environment).await? {
        evaluate_all(tx, &run, now).await?;
        tx.publish(Event::run_changed(run.id));
        touched.push(run.id);
    }
    Ok(touched)
}
