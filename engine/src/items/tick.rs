//! A person's word on a box: tick, mark as failed, untick.

use domain::{
    acts::{ItemAct, may},
    ids::{DeploymentId, EvidenceId},
    item::PersonWord,
    validate,
    who::Who,
    words::Actor,
};
use store::{
    evidence::{self, EvidenceRecord},
    items::PersonSaid,
};

use super::find;
use crate::{Engine, Refusal, audit::entry, engine::new_id, error::Faults, run};

/// What a person says of a box.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PersonAct {
    /// It is done, or confirmed.
    Tick,
    /// It failed.
    MarkFailed,
    /// They take their word back.
    Untick,
}

impl PersonAct {
    pub(crate) const fn act(self) -> ItemAct {
        match self {
            Self::Tick => ItemAct::Tick,
            Self::MarkFailed => ItemAct::MarkFailed,
            Self::Untick => ItemAct::Untick,
        }
    }

    /// Whether a note will do: what failed has to be said.
    pub(crate) fn check(self, note: &str) -> Result<(), Refusal> {
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

    pub(crate) const fn action(self, actor: Actor) -> (&'static str, &'static str) {
        match self {
            Self::Tick if matches!(actor, Actor::Mixed) => ("item.tick", "confirmed"),
            Self::Tick => ("item.tick", "ticked"),
            Self::MarkFailed => ("item.mark_failed", "marked as failed"),
            Self::Untick => ("item.untick", "unticked"),
        }
    }

    pub(crate) const fn word(self) -> Option<PersonWord> {
        match self {
            Self::Tick => Some(PersonWord::Passed),
            Self::MarkFailed => Some(PersonWord::Failed),
            Self::Untick => None,
        }
    }
}

impl Engine {
    /// Takes a person's word on a box, with what they saw. Unticking keeps the history.
    ///
    /// # Errors
    /// Where the rules forbid it (a token, the wrong kind of box, a closed watch), or where there
    /// is nothing to untick.
    pub async fn speak(
        &self,
        who: &Who,
        id: DeploymentId,
        key: &str,
        act: PersonAct,
        note: &str,
    ) -> Result<(), Refusal> {
        act.check(note)?;
        let (who, key, note) = (who.clone(), key.to_owned(), note.trim().to_owned());
        let now = self.now();
        self.write(move |tx| {
            Box::pin(async move {
                let (deployment, mut item) = find(tx, id, &key).await?;
                may(act.act(), &key, item.actor, deployment.state, &who)?;
                if let Some(because) = &item.not_required_because {
                    return Err(Refusal::conflict(format!(
                        "`{key}` is not required here: {because}"
                    )));
                }
                if act == PersonAct::Untick && item.person.is_none() {
                    return Err(Refusal::conflict(format!(
                        "Nobody has ticked `{key}`, so there is nothing to take back."
                    )));
                }
                let name = who.name().to_owned();
                let said = note.clone();
                item.person = act.word().map(|word| PersonSaid { word, name, note: said, at: now });
                let (action, verb) = act.action(item.actor);
                let kept = EvidenceRecord {
                    id: EvidenceId(new_id()),
                    deployment_id: id,
                    item_id: item.id,
                    at: now,
                    source_kind: "person".into(),
                    source_name: who.name().to_owned(),
                    status: act.status().into(),
                    summary: if note.is_empty() { verb.to_owned() } else { note.clone() },
                    url: None,
                    started_at: None,
                    finished_at: None,
                    details: "{}".into(),
                };
                evidence::insert(tx, kept);
                run::judge_item(tx, &deployment, &mut item, now).await?;
                run::decide(tx, &deployment).await?;
                entry(&who, now, action, "item", &key)
                    .deployment(id)
                    .says(match note.lines().next() {
                        None => format!("{verb} {}", item.title),
                        Some(line) => format!("{verb} {}: {line}", item.title),
                    })
                    .with("note", note)
                    .with("state", item.state.as_str())
                    .record(tx);
                Ok(())
            })
        })
        .await?;
        self.changed(id);
        Ok(())
    }
}
