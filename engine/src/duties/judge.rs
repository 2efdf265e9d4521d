//! Judging the boxes of a run: what its heartbeats, scripts and people say.

use chrono::{DateTime, Utc};
use domain::{
    gate::{GateAnswer, GateItem, decide},
    item::{ItemFacts, MachineWord, PersonFact, WaiverFact, judge},
    machine::{Source, SourceWord, combine},
    watch::WatchState,
    words::Actor,
};
use store::{
    Link, StoreError,
    duties::{self, DutyItem, DutyRecord, DutyRun},
    heartbeats::{self, HeartbeatRecord},
};

use crate::heartbeats::source;

/// The boxes of a run as they stand at `now`.
pub(super) async fn boxes_now(
    link: &mut Link,
    duty: &DutyRecord,
    run: &DutyRun,
    now: DateTime<Utc>,
) -> Result<Vec<DutyItem>, StoreError> {
    let mut items = duties::items_of(link, run.id).await?;
    if run.closed_at.is_none() {
        let beating = heartbeats::of_environment(link, duty.service_id, &duty.environment).await?;
        for item in &mut items {
            weigh(item, run, &beating, now);
        }
    }
    Ok(items)
}

/// Puts a box in the state that follows from what has been said about it.
pub(super) fn weigh(
    item: &mut DutyItem,
    run: &DutyRun,
    beating: &[HeartbeatRecord],
    now: DateTime<Utc>,
) {
    item.machine = machine_half(item, run, beating, now);
    let judged = judge(
        &ItemFacts {
            actor: item.actor,
            machine: item.machine.clone(),
            person: item.person.as_ref().map(|said| PersonFact {
                word: said.word,
                name: said.name.clone(),
                note: said.note.clone(),
            }),
            waiver: item.waived.as_ref().map(|waived| WaiverFact {
                approver: waived.by.clone(),
                reason: waived.because.clone(),
                expires_at: waived.until,
            }),
            not_required_because: None,
        },
        now,
    );
    item.state = judged.state;
    item.reason = judged.reason;
}

fn machine_half(
    item: &DutyItem,
    run: &DutyRun,
    beating: &[HeartbeatRecord],
    now: DateTime<Utc>,
) -> Option<(MachineWord, String)> {
    if item.actor == Actor::Human {
        return None;
    }
    let heard: Vec<_> = beating
        .iter()
        .filter(|one| one.item.as_deref() == Some(&item.key))
        .map(|one| (&one.label, source(one, run.opened_at, "this run opened", now)))
        .collect();
    let mut sources: Vec<Source<'_>> = heard
        .iter()
        .map(|(label, (word, sentence))| Source { label, word: *word, sentence })
        .collect();
    sources.extend(item.pushed.as_ref().map(|pushed| Source {
        label: &pushed.by,
        word: match pushed.word {
            MachineWord::Passed => Some(SourceWord::Passed),
            MachineWord::Failed => Some(SourceWord::Failed),
            MachineWord::Undecided => Some(SourceWord::Undecided),
            MachineWord::Running => None,
        },
        sentence: &pushed.sentence,
    }));
    let nothing = "Nothing reports to this box. Bind one of the service's heartbeats to it, or \
                   post its result.";
    combine(&sources).or_else(|| Some((MachineWord::Undecided, nothing.into())))
}

/// Whether the run may be signed off.
pub(super) fn gate(items: &[DutyItem]) -> GateAnswer {
    let facts: Vec<_> = items
        .iter()
        .map(|item| GateItem {
            key: &item.key,
            required: item.required,
            state: item.state,
            reason: &item.reason,
        })
        .collect();
    decide(WatchState::Watching, &facts)
}
