//! A check or a heartbeat has spoken for an item: evaluating that, and writing down a change.

use chrono::{DateTime, Utc};
use domain::{
    actor::Actor,
    attested::Attested as _,
    event::Event,
    evidence::Evidence,
    ids::EvidenceId,
    item::{AutomatedStatus, Item, ItemActor},
    item_sources::SourceStatus,
    run::Run,
};
use store::{Tx, runs::evidence};

use super::{evaluate::evaluate_item, update_beside, update_verdict};
use crate::{Error, audit::entry, ids::new_id};

/// What a check or a heartbeat said.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AutomatedResult<'a> {
    /// What kind of machine: `check` or `heartbeat`.
    pub(crate) kind: &'static str,
    /// Who acts, in the audit log.
    pub(crate) actor: &'static str,
    /// Its key.
    pub(crate) key: &'a str,
    /// What it is called.
    pub(crate) label: &'a str,
    /// Its own word, whatever the box comes to with all that speak for it.
    pub(crate) word: SourceStatus,
    /// What it said.
    pub(crate) sentence: &'a str,
    /// When it began to look.
    pub(crate) at: DateTime<Utc>,
}

/// Evaluates the item a machine has spoken for, and writes down a change. Where the run has no such
/// item, or it is a person's, what was said stands beside the boxes.
pub(crate) async fn apply_automated_result(
    tx: &mut Tx,
    run: &Run,
    key: &str,
    said: AutomatedResult<'_>,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let item = tx.item(run.id, key).await?;
    let Some(mut item) = item.filter(|item| item.actor != ItemActor::Human) else {
        return Ok(update_beside(tx, run, now).await?);
    };
    let change = evaluate_item(tx, run, &mut item, now).await?;
    if change.gate {
        update_verdict(tx, run, now).await?;
        tx.publish(Event::run_changed(run.id));
    }
    if !change.changed {
        return Ok(());
    }
    if item.machine.is_some() {
        keep_evidence(tx, run, &item, said, now);
    }
    Ok(())
}

/// Writes down on what a sign-off was revoked, with the box it was said of.
pub(crate) async fn keep_revoking(
    tx: &mut Tx,
    run: &Run,
    key: &str,
    said: AutomatedResult<'_>,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    if let Some(item) = tx.item(run.id, key).await?.filter(|item| item.machine.is_some()) {
        keep_evidence(tx, run, &item, said, now);
    }
    Ok(())
}

fn keep_evidence(
    tx: &mut Tx,
    run: &Run,
    item: &Item,
    said: AutomatedResult<'_>,
    now: DateTime<Utc>,
) {
    let kept = Evidence {
        id: EvidenceId(new_id()),
        run_id: run.id,
        item_id: item.id,
        at: now,
        source_kind: said.kind.into(),
        source_name: said.label.to_owned(),
        status: AutomatedStatus::from(said.word).as_str().into(),
        summary: said.sentence.to_owned(),
        url: None,
        started_at: Some(said.at),
        finished_at: None,
        details: "{}".into(),
    };
    let attestation = kept.attestation();
    evidence::insert(tx, kept);
    let (word, sentence) = item.machine.as_ref().map_or(("", ""), |(w, s)| (w.as_str(), s));
    entry(&Actor::System(said.actor), now, "item.machine", "item", &item.key)
        .run(run.id)
        .says(format!("{}: {word}. {sentence}", item.title))
        .with(said.kind, said.key)
        .with("state", item.state.as_str())
        .attests(&attestation)
        .record(tx);
}
