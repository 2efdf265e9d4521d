//! What a person says of an item: tick, mark as failed, untick.

use chrono::{DateTime, Utc};
use domain::{
    acts::{ItemAct, may},
    event::Event,
    ids::EvidenceId,
    item::PersonWord,
    validate,
    who::Who,
    words::Actor,
};
use store::{
    Tx,
    runs::{
        evidence::{self, EvidenceRecord},
        items::PersonSaid,
    },
};

use super::{RunRef, Runs, evaluate::evaluate_item, find::find_item, update_verdict};
use crate::{Refusal, audit::entry, error::Faults, ids::new_id};

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
    fn check(self, note: &str) -> Result<(), Refusal> {
        let mut faults = Faults::default();
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

    const fn action(self, actor: Actor) -> (&'static str, &'static str) {
        match self {
            Self::Tick if matches!(actor, Actor::Mixed) => ("item.tick", "confirmed"),
            Self::Tick => ("item.tick", "ticked"),
            Self::MarkFailed => ("item.mark_failed", "marked as failed"),
            Self::Untick => ("item.untick", "unticked"),
        }
    }

    const fn word(self) -> Option<PersonWord> {
        match self {
            Self::Tick => Some(PersonWord::Passed),
            Self::MarkFailed => Some(PersonWord::Failed),
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
        &self,
        who: &Who,
        at: impl Into<RunRef>,
        key: &str,
        action: ManualAction,
        note: &str,
    ) -> Result<(), Refusal> {
        action.check(note)?;
        let (who, at, now) = (who.clone(), at.into(), self.0.now());
        let (key, note) = (key.to_owned(), note.trim().to_owned());
        self.0
            .write(move |tx| {
                Box::pin(
                    async move { set_manual_status(tx, &who, at, &key, action, &note, now).await },
                )
            })
            .await
    }
}

/// As [`Runs::set_manual_status`], in a transaction of the caller's.
pub(crate) async fn set_manual_status(
    tx: &mut Tx,
    who: &Who,
    at: RunRef,
    key: &str,
    action: ManualAction,
    note: &str,
    now: DateTime<Utc>,
) -> Result<(), Refusal> {
    let (run, mut item) = find_item(tx, at, key).await?;
    may(action.act(), key, item.actor, run.state, who)?;
    if let Some(because) = &item.not_required_because {
        return Err(Refusal::conflict(format!("`{key}` is not required here: {because}")));
    }
    if action == ManualAction::Untick && item.person.is_none() {
        return Err(Refusal::conflict(format!(
            "Nobody has ticked `{key}`, so there is nothing to take back."
        )));
    }
    item.person = action.word().map(|word| PersonSaid {
        word,
        name: who.name().to_owned(),
        note: note.to_owned(),
        at: now,
    });
    let (name, verb) = action.action(item.actor);
    let kept = EvidenceRecord {
        id: EvidenceId(new_id()),
        run_id: run.id,
        item_id: item.id,
        at: now,
        source_kind: "person".into(),
        source_name: who.name().to_owned(),
        status: action.status().into(),
        summary: if note.is_empty() { verb.to_owned() } else { note.to_owned() },
        url: None,
        started_at: None,
        finished_at: None,
        details: "{}".into(),
    };
    evidence::insert(tx, kept);
    evaluate_item(tx, &run, &mut item, now).await?;
    update_verdict(tx, &run).await?;
    entry(who, now, name, "item", key)
        .run(run.id)
        .says(match note.lines().next() {
            None => format!("{verb} {}", item.title),
            Some(line) => format!("{verb} {}: {line}", item.title),
        })
        .with("note", note)
        .with("state", item.state.as_str())
        .record(tx);
    tx.publish(Event::run_changed(run.id));
    Ok(())
}
