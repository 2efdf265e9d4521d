//! Judging the boxes of a run again and writing down what the gate says.

use chrono::{DateTime, Utc};
use domain::{
    gate::{self, GateAnswer, GateItem},
    item::{ItemFacts, ItemState, PersonFact, WaiverFact, judge},
    watch::WatchState,
};
use store::{
    Link, StoreError, Tx,
    deployments::{self, DeploymentRecord},
    items::{self, ItemRecord, PersonSaid},
    waivers::{self, WaiverRecord},
};

use super::machine_half::machine_half;

/// What judging a box changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Turn {
    /// Its state or its machine's word.
    pub(crate) turned: bool,
    /// Anything the gate's answer is made of: also the reason of a box that is open.
    pub(crate) gate: bool,
}

/// Judges one box from all that is known now and writes it down.
pub(crate) async fn judge_item(
    tx: &mut Tx,
    deployment: &DeploymentRecord,
    item: &mut ItemRecord,
    now: DateTime<Utc>,
) -> Result<Turn, StoreError> {
    let waivers = tx.waivers(deployment.id).await?;
    judge_with(tx, deployment, item, &waivers, now).await
}

async fn judge_with(
    tx: &mut Tx,
    deployment: &DeploymentRecord,
    item: &mut ItemRecord,
    waivers: &[WaiverRecord],
    now: DateTime<Utc>,
) -> Result<Turn, StoreError> {
    let word = |item: &ItemRecord| item.machine.as_ref().map(|(word, _)| *word);
    let before = (item.state, word(item));
    let reason = item.reason.clone();
    item.machine = machine_half(tx, deployment, item, now).await?;
    weigh(item, waivers, now);
    item.updated_at = now;
    items::update(tx, item).await?;
    let turned = (item.state, word(item)) != before;
    let gate = turned || (!item.state.is_closed() && item.reason != reason);
    Ok(Turn { turned, gate })
}

/// A person's word as the rules take it.
pub(crate) fn person_fact(said: &PersonSaid) -> PersonFact {
    PersonFact { word: said.word, name: said.name.clone(), note: said.note.clone() }
}

/// Puts a box in the state that follows from what has been said about it.
fn weigh(item: &mut ItemRecord, waivers: &[WaiverRecord], now: DateTime<Utc>) {
    let waiver = waivers.iter().find(|waiver| waiver.item_id == item.id);
    let judged = judge(
        &ItemFacts {
            actor: item.actor,
            machine: item.machine.clone(),
            person: item.person.as_ref().map(person_fact),
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

/// The boxes of a run as they stand at `now`: a waiver that has expired closes nothing, also
/// before anybody has written that down.
pub(crate) async fn boxes_now(
    link: &mut Link,
    deployment: &DeploymentRecord,
    now: DateTime<Utc>,
) -> Result<Vec<ItemRecord>, StoreError> {
    let mut items = items::of_deployment(link, deployment.id).await?;
    let waived = |item: &ItemRecord| item.state == ItemState::Waived;
    if deployment.state == WatchState::Watching && items.iter().any(waived) {
        let waivers = waivers::not_ended(link, deployment.id).await?;
        for item in items.iter_mut().filter(|item| waived(item)) {
            weigh(item, &waivers, now);
        }
    }
    Ok(items)
}

/// Asks the gate and writes its answer down where it changed.
pub(crate) async fn decide(
    tx: &mut Tx,
    deployment: &DeploymentRecord,
) -> Result<GateAnswer, StoreError> {
    let items = items::of_deployment(tx, deployment.id).await?;
    let answer = ask(deployment, &items);
    let open = i64::try_from(answer.open.len()).unwrap_or(i64::MAX);
    if (answer.verdict, &answer.reason, open)
        != (deployment.verdict, &deployment.reason, deployment.open_items)
    {
        deployments::set_verdict(tx, deployment.id, answer.verdict, answer.reason.clone(), open)
            .await?;
    }
    Ok(answer)
}

/// What the gate says of these boxes.
pub(crate) fn ask(deployment: &DeploymentRecord, items: &[ItemRecord]) -> GateAnswer {
    let facts: Vec<_> = items
        .iter()
        .map(|item| GateItem {
            key: &item.key,
            required: item.required,
            state: item.state,
            reason: &item.reason,
        })
        .collect();
    gate::decide(deployment.state, &facts)
}

/// Judges every box and asks the gate.
pub(crate) async fn judge_all(
    tx: &mut Tx,
    deployment: &DeploymentRecord,
    now: DateTime<Utc>,
) -> Result<GateAnswer, StoreError> {
    let waivers = tx.waivers(deployment.id).await?;
    for mut item in items::of_deployment(tx, deployment.id).await? {
        judge_with(tx, deployment, &mut item, &waivers, now).await?;
    }
    decide(tx, deployment).await
}
