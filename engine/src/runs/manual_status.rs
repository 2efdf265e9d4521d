//! What a person says of an item: tick, mark as failed, untick.

use chrono::{DateTime, Utc};
use domain::{
    actor::Actor,
    attested::Attested as _,
    event::Event,
    evidence::Evidence,
    ids::EvidenceId,
    item::{ItemActor, ManualResult, ManualStatus},
    item_permissions::{ItemAct, authorize_item, authorize_role},
    validate,
};
use store::{Tx, runs::evidence};

use super::{RunRef, Runs, evaluate::evaluate_item, find::find_item, update_verdict};
use crate::{Error, audit::entry, error::ValidationErrors, ids::new_id, people::as_now};

/// What a person does with an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ManualAction {
    /// It is done, or confirmed.
    Tick,
    /// It failed.
    MarkFailed,
    /// They take back what was said.
    Untick,
}

impl ManualAction {
    const fn act(self) -> ItemAct {
        match self {
            Self::Tick => ItemAct::Tick,
            Self::MarkFailed => ItemAct::MarkFailed,
            Self::Untick => ItemAct::Untick,
        }
    }

    /// Whether a note will do: what failed has to be said.
    fn check(self, note: &str) -> Result<(), Error> {
        let mut faults = ValidationErrors::default();
        faults.note("/note", validate::text(note, 2_000));
        if self == Self::MarkFailed && note.trim().is_empty() {
            faults.note("/note", Err("must say what failed".into()));
        }
        faults.into_result()
    }

    const fn status(self) -> &'static str {
        match self {
            Self::Tick => "passed",
            Self::MarkFailed => "failed",
            Self::Untick => "unticked",
        }
    }

    const fn action(self, actor: ItemActor) -> (&'static str, &'static str) {
        match self {
            Self::Tick if matches!(actor, ItemActor::Mixed) => ("item.tick", "confirmed"),
            Self::Tick => ("item.tick", "ticked"),
            Self::MarkFailed => ("item.mark_failed", "marked as failed"),
            Self::Untick => ("item.untick", "unticked"),
        }
    }

    const fn word(self) -> Option<ManualStatus> {
        match self {
            Self::Tick => Some(ManualStatus::Passed),
            Self::MarkFailed => Some(ManualStatus::Failed),
            Self::Untick => None,
        }
    }
}

impl Runs<'_> {
    /// Takes what a person says of an item, with what they saw. Unticking keeps the history.
    ///
    /// # Errors
    /// Where the rules forbid it (a token, the wrong kind of item, a closed run), or where there
    /// is nothing to untick.
    pub async fn set_manual_status(
        self,
        actor: &Actor,
        at: impl Into<RunRef>,
        key: &str,
        action: ManualAction,
        note: &str,
    ) -> Result<(), Error> {
        let (actor, at, now) = (actor.clone(), at.into(), self.0.now());
        let (key, note) = (key.to_owned(), note.to_owned());
        self.0
            .write(move |tx| {
                Box::pin(async move {
                    set_manual_status(tx, &actor, at, &key, action, &note, now).await
                })
            })
            .await
    }
}

/// As [`Runs::set_manual_status`], in a transaction of the caller's.
///
/// # Errors
/// As [`Runs::set_manual_status`].
pub async fn set_manual_status(
    tx: &mut Tx,
    actor: &Actor,
    at: RunRef,
    key: &str,
    action: ManualAction,
    note: &str,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    action.check(note)?;
    let note = note.trim();
    let (run, mut item) = find_item(tx, at, key).await?;
    let actor = &as_now(tx, actor).await?;
    authorize_item(action.act(), key, item.actor, (run.subject, run.state), actor)?;
    authorize_role(action.act(), item.role.as_deref(), actor)?;
    if let Some(because) = &item.not_required_because {
        return Err(Error::conflict(format!("`{key}` is not required here: {because}")));
    }
    if action == ManualAction::Untick && item.person.is_none() {
        return Err(Error::conflict(format!(
            "Nobody has ticked `{key}`, so there is nothing to take back."
        )));
    }
    item.person = action.word().map(|word| ManualResult {
        word,
        name: actor.name().to_owned(),
        note: note.to_owned(),
        at: now,
    });
    let (name, verb) = action.action(item.actor);
    let kept = Evidence {
        id: EvidenceId(new_id()),
        run_id: run.id,
        item_id: item.id,
        at: now,
        source_kind: "person".into(),
        source_name: actor.name().to_owned(),
        status: action.status().into(),
        summary: if note.is_empty() { verb.to_owned() } else { note.to_owned() },
        url: None,
        started_at: None,
        finished_at: None,
        details: "{}".into(),
    };
    let attestation = kept.attestation();
    evidence::insert(tx, kept);
    evaluate_item(tx, &run, &mut item, now).await?;
    update_verdict(tx, &run, now).await?;
    entry(actor, now, name, "item", key)
        .run(run.id)
        .says(match note.lines().next() {
            None => format!("{verb} {}", item.title),
            Some(line) => format!("{verb} {}: {line}", item.title),
        })
        .with("note", note)
        .with("state", item.state.as_str())
        .attests(&attestation)
        .record(tx);
    tx.publish(Event::run_changed(run.id));
    Ok(())
}
