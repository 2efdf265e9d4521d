//! A machine has spoken for a box: judging that, and writing down a turn.

use chrono::{DateTime, Utc};
use domain::{ids::EvidenceId, who::Who, words::Actor};
use store::{
    Tx,
    deployments::DeploymentRecord,
    evidence::{self, EvidenceRecord},
    items,
};

use super::{decide, judge_item};
use crate::{Refusal, audit::entry, engine::new_id};

/// What a machine said.
#[derive(Debug)]
pub(crate) struct Spoken<'a> {
    /// What kind of machine: `check` or `heartbeat`.
    pub(crate) kind: &'static str,
    /// Who acts, in the audit log.
    pub(crate) actor: &'static str,
    /// Its key.
    pub(crate) key: &'a str,
    /// What it is called.
    pub(crate) label: &'a str,
    /// What it said.
    pub(crate) sentence: &'a str,
    /// When it began to look.
    pub(crate) at: DateTime<Utc>,
}

/// Judges the box a machine has spoken for, and writes down a turn.
pub(crate) async fn spoke(
    tx: &mut Tx,
    deployment: &DeploymentRecord,
    key: &str,
    said: Spoken<'_>,
    now: DateTime<Utc>,
) -> Result<(), Refusal> {
    let Some(mut item) = items::by_key(tx, deployment.id, key).await? else { return Ok(()) };
    if item.actor == Actor::Human {
        return Ok(());
    }
    let turn = judge_item(tx, deployment, &mut item, now).await?;
    if turn.gate {
        decide(tx, deployment).await?;
    }
    if !turn.turned {
        return Ok(());
    }
    let Some((word, sentence)) = item.machine.clone() else { return Ok(()) };
    let kept = EvidenceRecord {
        id: EvidenceId(new_id()),
        deployment_id: deployment.id,
        item_id: item.id,
        at: now,
        source_kind: said.kind.into(),
        source_name: said.label.to_owned(),
        status: word.as_str().into(),
        summary: said.sentence.to_owned(),
        url: None,
        started_at: Some(said.at),
        finished_at: None,
        details: "{}".into(),
    };
    evidence::insert(tx, kept);
    entry(&Who::System(said.actor), now, "item.machine", "item", key)
        .deployment(deployment.id)
        .says(format!("{}: {}. {sentence}", item.title, word.as_str()))
        .with(said.kind, said.key)
        .with("state", item.state.as_str())
        .record(tx);
    Ok(())
}
