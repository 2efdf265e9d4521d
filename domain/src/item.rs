//! A box of a run: what state the words spoken about it put it in.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    humanize::ended,
    ids::{ItemId, RunId},
    runbook::MachineRule,
    string_enum::string_enum,
};

string_enum! {
    /// Who closes an item of a run.
    ItemActor {
        /// A person.
        Human = "human",
        /// A machine.
        Automated = "automated",
        /// Both: the machine's evidence and a person's confirmation.
        Mixed = "mixed",
    }
}

string_enum! {
    /// The state of a box.
    ItemState {
        /// Nobody and nothing has spoken yet.
        Open = "open",
        /// A machine is at work on it.
        Running = "running",
        /// Closed with evidence.
        Passed = "passed",
        /// Evidence against it.
        Failed = "failed",
        /// A machine looked and could not tell.
        Undecided = "undecided",
        /// Closed without evidence, by an approver, with a reason, until a time.
        Waived = "waived",
        /// Does not apply to this deployment, because of something named.
        NotRequired = "not_required",
    }
}

impl ItemState {
    /// The word shown to people.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Open => "Open",
            Self::Running => "Running",
            Self::Passed => "Passed",
            Self::Failed => "Failed",
            Self::Undecided => "Undecided",
            Self::Waived => "Waived",
            Self::NotRequired => "Not required",
        }
    }

    /// Whether the gate may pass this box.
    #[must_use]
    pub const fn is_closed(self) -> bool {
        matches!(self, Self::Passed | Self::Waived | Self::NotRequired)
    }
}

string_enum! {
    /// What the machine half of a box says now.
    AutomatedStatus {
        /// A probe or job is running and nothing has been said before.
        Running = "running",
        /// All of its evidence is good.
        Passed = "passed",
        /// Some of its evidence is bad.
        Failed = "failed",
        /// It looked, and cannot tell.
        Undecided = "undecided",
    }
}

string_enum! {
    /// What a person says now.
    ManualStatus {
        /// Ticked or confirmed.
        Passed = "passed",
        /// Marked as failed.
        Failed = "failed",
    }
}

/// A waiver as it bears on a box's state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaiverFact {
    /// Who granted it.
    pub approver: String,
    /// Why.
    pub reason: String,
    /// When it ends; from then on the box is open again.
    pub expires_at: DateTime<Utc>,
}

/// A person's word as it bears on a box's state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonFact {
    /// The word.
    pub word: ManualStatus,
    /// Who said it.
    pub name: String,
    /// What they said about it; may be empty.
    pub note: String,
}

/// All that bears on the state of one box.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemFacts {
    /// Who closes it.
    pub actor: ItemActor,
    /// The machine's present word with its sentence.
    pub machine: Option<(AutomatedStatus, String)>,
    /// The person's present word.
    pub person: Option<PersonFact>,
    /// The newest waiver that nobody has ended.
    pub waiver: Option<WaiverFact>,
    /// Why it does not apply to this deployment, where it does not.
    pub not_required_because: Option<String>,
}

/// A box's state with the sentence that explains it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    /// The state.
    pub state: ItemState,
    /// Why, in one sentence.
    pub reason: String,
}

impl Judgement {
    fn new(state: ItemState, reason: impl Into<String>) -> Self {
        Self { state, reason: reason.into() }
    }
}

/// The state of a box at `now`.
///
/// A machine's word counts only where the box has a machine half and a person's only where it has
/// a human half: whatever was recorded, a token never ticks for a person.
#[must_use]
pub fn judge(facts: &ItemFacts, now: DateTime<Utc>) -> Judgement {
    if let Some(because) = &facts.not_required_because {
        return Judgement::new(ItemState::NotRequired, because.clone());
    }
    if let Some(waiver) = &facts.waiver
        && now < waiver.expires_at
    {
        return Judgement::new(
            ItemState::Waived,
            format!("Waived by {}: {}", waiver.approver, waiver.reason),
        );
    }
    let spoken = match facts.actor {
        ItemActor::Human => by_person(facts.person.as_ref()),
        ItemActor::Automated => by_machine(facts.machine.as_ref()),
        ItemActor::Mixed => by_both(facts.machine.as_ref(), facts.person.as_ref()),
    };
    match &facts.waiver {
        Some(waiver) if !spoken.state.is_closed() => Judgement::new(
            spoken.state,
            format!("The waiver by {} has expired. {}", waiver.approver, spoken.reason),
        ),
        _ => spoken,
    }
}

fn by_person(person: Option<&PersonFact>) -> Judgement {
    let Some(PersonFact { word, name, note }) = person else {
        return Judgement::new(ItemState::Open, "Waiting for a person.");
    };
    match word {
        ManualStatus::Passed => {
            Judgement::new(ItemState::Passed, said(&format!("Ticked by {name}"), note))
        }
        ManualStatus::Failed => {
            Judgement::new(ItemState::Failed, said(&format!("Marked as failed by {name}"), note))
        }
    }
}

/// Who did it, with the first line of what they said about it.
fn said(done: &str, note: &str) -> String {
    match note.trim().lines().next() {
        None => format!("{done}."),
        Some(line) => format!("{done}: {line}"),
    }
}

fn by_machine(machine: Option<&(AutomatedStatus, String)>) -> Judgement {
    match machine {
        None => Judgement::new(ItemState::Open, "Nothing has been measured yet."),
        Some((AutomatedStatus::Running, sentence)) => Judgement::new(ItemState::Running, sentence),
        Some((AutomatedStatus::Passed, sentence)) => Judgement::new(ItemState::Passed, sentence),
        Some((AutomatedStatus::Failed, sentence)) => Judgement::new(ItemState::Failed, sentence),
        Some((AutomatedStatus::Undecided, sentence)) => {
            Judgement::new(ItemState::Undecided, sentence)
        }
    }
}

fn by_both(machine: Option<&(AutomatedStatus, String)>, person: Option<&PersonFact>) -> Judgement {
    if person.is_some_and(|person| person.word == ManualStatus::Failed) {
        return by_person(person);
    }
    let half = by_machine(machine);
    match (half.state, person) {
        (ItemState::Passed, Some(PersonFact { name, note, .. })) => Judgement::new(
            ItemState::Passed,
            format!("{} {}", half.reason, said(&format!("Confirmed by {name}"), note)),
        ),
        (ItemState::Passed, None) => Judgement::new(
            ItemState::Open,
            format!("{} A person still has to confirm it.", ended(&half.reason)),
        ),
        (ItemState::Failed, Some(PersonFact { name, .. })) => Judgement::new(
            ItemState::Failed,
            format!("Confirmed by {name}, but the machine half failed. {}", half.reason),
        ),
        (_, Some(PersonFact { name, .. })) => Judgement::new(
            half.state,
            format!("Confirmed by {name}; the machine half is missing. {}", half.reason),
        ),
        (_, None) => half,
    }
}

/// A box.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// Its id.
    pub id: ItemId,
    /// Of which run.
    pub run_id: RunId,
    /// Its place in the run.
    pub position: i64,
    /// Its key in the runbook.
    pub key: String,
    /// Its title.
    pub title: String,
    /// The section it stands in.
    pub section: String,
    /// What to do, as Markdown.
    pub instructions: String,
    /// Who closes it.
    pub actor: ItemActor,
    /// Whether the gate waits for it.
    pub required: bool,
    /// When it is due.
    pub due_at: Option<DateTime<Utc>>,
    /// The responsible role.
    pub role: Option<String>,
    /// The built-in probes it starts.
    pub probes: Vec<String>,
    /// The built-in rule that closes it.
    pub machine_rule: Option<MachineRule>,
    /// Why it does not apply to this deployment.
    pub not_required_because: Option<String>,
    /// What a script said last.
    pub posted_result: Option<PostedResult>,
    /// The reports that stand, oldest first; each has a name of its own.
    pub reports: Vec<PostedReport>,
    /// What the machine half says now.
    pub machine: Option<(AutomatedStatus, String)>,
    /// What a person says now.
    pub person: Option<ManualResult>,
    /// Its state when it last changed.
    pub state: ItemState,
    /// Why.
    pub reason: String,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

impl Item {
    /// Makes it say how it stands in a run that is closed: nothing is running there any more, so
    /// what was not decided stays undecided.
    pub fn settle(&mut self) {
        if self.state == ItemState::Running {
            self.state = ItemState::Undecided;
            self.reason = "The watch was closed before this was decided.".into();
        }
    }
}

/// A script's last word on a box.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostedResult {
    /// The word.
    pub word: AutomatedStatus,
    /// Its sentence.
    pub sentence: String,
    /// Who said it.
    pub by: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// A test report that stands on a box: until a newer one of the same name takes its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PostedReport {
    /// Its name; empty where it is from a time when reports had none, and any newer replaces it.
    pub name: String,
    /// What it says.
    pub word: AutomatedStatus,
    /// In a sentence.
    pub sentence: String,
    /// Who sent it.
    pub by: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// A person's last word on a box.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ManualResult {
    /// The word.
    pub word: ManualStatus,
    /// Their name.
    pub name: String,
    /// What they said about it; may be empty.
    pub note: String,
    /// When.
    pub at: DateTime<Utc>,
}

#[cfg(test)]
mod tests {
    use chrono::{Duration, TimeZone};
    use proptest::prelude::*;

    use super::*;

    fn now() -> DateTime<Utc> {
        Utc.timestamp_opt(1_763_560_920, 0).single().unwrap()
    }

    fn machine() -> impl Strategy<Value = Option<(AutomatedStatus, String)>> {
        prop_oneof![
            Just(None),
            Just(Some((AutomatedStatus::Running, "Running.".into()))),
            Just(Some((AutomatedStatus::Passed, "Good.".into()))),
            Just(Some((AutomatedStatus::Failed, "Bad.".into()))),
            Just(Some((AutomatedStatus::Undecided, "Cannot tell.".into()))),
        ]
    }

    fn by(word: ManualStatus) -> PersonFact {
        PersonFact { word, name: "Jo".into(), note: String::new() }
    }

    fn person() -> impl Strategy<Value = Option<PersonFact>> {
        prop_oneof![
            Just(None),
            Just(Some(by(ManualStatus::Passed))),
            Just(Some(by(ManualStatus::Failed))),
        ]
    }

    fn waiver() -> impl Strategy<Value = Option<WaiverFact>> {
        proptest::option::of((-100i64..100).prop_map(|minutes| WaiverFact {
            approver: "Anna".into(),
            reason: "no queue here".into(),
            expires_at: now() + Duration::minutes(minutes),
        }))
    }

    proptest! {
        /// The heart of the portal: a box passes only on the words its actor needs.
        #[test]
        fn passed_only_with_the_words_it_needs(
            actor in prop_oneof![Just(ItemActor::Human), Just(ItemActor::Automated), Just(ItemActor::Mixed)],
            machine in machine(),
            person in person(),
            waiver in waiver(),
        ) {
            let facts = ItemFacts { actor, machine, person, waiver, not_required_because: None };
            let judged = judge(&facts, now());
            let machine_good = matches!(facts.machine, Some((AutomatedStatus::Passed, _)));
            let person_good = matches!(facts.person, Some(PersonFact { word: ManualStatus::Passed, .. }));
            let good = match actor {
                ItemActor::Human => person_good,
                ItemActor::Automated => machine_good,
                ItemActor::Mixed => machine_good && person_good,
            };
            let waived = facts.waiver.as_ref().is_some_and(|w| now() < w.expires_at);
            prop_assert_eq!(judged.state == ItemState::Waived, waived);
            prop_assert_eq!(judged.state == ItemState::Passed, good && !waived);
            prop_assert!(!judged.reason.is_empty());
        }

        #[test]
        fn a_machine_never_moves_a_human_box_nor_a_person_an_automated_one(
            machine in machine(), person in person(),
        ) {
            let human = |machine| judge(&ItemFacts {
                actor: ItemActor::Human, machine, person: person.clone(), waiver: None,
                not_required_because: None,
            }, now());
            prop_assert_eq!(human(machine.clone()), human(None));
            let automated = |person| judge(&ItemFacts {
                actor: ItemActor::Automated, machine: machine.clone(), person, waiver: None,
                not_required_because: None,
            }, now());
            prop_assert_eq!(automated(person.clone()), automated(None));
        }
    }

    #[test]
    fn an_expired_waiver_reopens_its_box_and_says_so() {
        let facts = ItemFacts {
            actor: ItemActor::Automated,
            machine: None,
            person: None,
            waiver: Some(WaiverFact {
                approver: "Anna".into(),
                reason: "log shipping is down".into(),
                expires_at: now(),
            }),
            not_required_because: None,
        };
        let judged = judge(&facts, now());
        assert_eq!(judged.state, ItemState::Open);
        assert_eq!(judged.reason, "The waiver by Anna has expired. Nothing has been measured yet.");
    }
}
