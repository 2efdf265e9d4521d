//! Whether a rollback plan has been proven: the rule of the box `rollback-rehearsed`.

use chrono::{DateTime, Duration, Utc};

use crate::{
    ids::{RehearsalId, ServiceId},
    item::AutomatedStatus,
};

/// How long a rehearsal proves anything, in days.
pub const FRESH_DAYS: i64 = 30;

/// A rehearsal of a service's rollback plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RehearsalFact {
    /// When it was done.
    pub at: DateTime<Utc>,
    /// The version it restored.
    pub version: String,
    /// Whether it worked.
    pub worked: bool,
    /// How long it took, in seconds.
    pub duration_s: i64,
    /// Where it was done.
    pub environment: String,
}

/// Judges the newest rehearsal against the version a rollback would restore now.
///
/// `has_plan` says whether there is a command to copy or a hook to call; `target` is the version
/// that would be restored. On the `first` deployment there is none, and any rehearsal will do;
/// later, that none was signed off means that nobody knows what would be restored.
#[must_use]
pub fn judge(
    has_plan: bool,
    target: Option<&str>,
    first: bool,
    newest: Option<&RehearsalFact>,
    now: DateTime<Utc>,
) -> (AutomatedStatus, String) {
    if !has_plan {
        return (
            AutomatedStatus::Undecided,
            "There is no rollback plan. Write down its command or hook on the service's rollback \
             page."
                .into(),
        );
    }
    let Some(rehearsal) = newest else {
        return (
            AutomatedStatus::Undecided,
            "The rollback plan was never rehearsed. Rehearse it and record it on the service's \
             rollback page."
                .into(),
        );
    };
    let age_days = (now - rehearsal.at).num_days();
    let when = match age_days {
        0 => "today".to_owned(),
        1 => "1 day ago".to_owned(),
        days => format!("{days} days ago"),
    };
    let done = format!(
        "Rehearsed on {} {when} to {} in {} s",
        rehearsal.environment, rehearsal.version, rehearsal.duration_s
    );
    // Of another version it says nothing, neither good nor bad.
    if let Some(target) = target.filter(|target| *target != rehearsal.version) {
        return (
            AutomatedStatus::Undecided,
            format!("{done}, but a rollback would restore {target}. Rehearse that one."),
        );
    }
    if !rehearsal.worked {
        return (AutomatedStatus::Failed, format!("{done}, and it did not work."));
    }
    if now - rehearsal.at > Duration::days(FRESH_DAYS) {
        return (
            AutomatedStatus::Undecided,
            format!("{done}: older than {FRESH_DAYS} days. Rehearse it again."),
        );
    }
    match target {
        None if !first => (
            AutomatedStatus::Undecided,
            format!(
                "{done}, but no version was signed off here before, so it is not known what a \
                 rollback would restore."
            ),
        ),
        None => (
            AutomatedStatus::Passed,
            format!("{done}. Nothing was signed off here yet that it could restore."),
        ),
        Some(_) => (AutomatedStatus::Passed, format!("{done}.")),
    }
}

/// A rehearsal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rehearsal {
    /// Its id.
    pub id: RehearsalId,
    /// Of which service's plan.
    pub service_id: ServiceId,
    /// What was done, where and how it went.
    pub fact: RehearsalFact,
    /// What was noticed.
    pub notes: String,
    /// Who wrote it down.
    pub recorded_by: String,
    /// When it was written down.
    pub recorded_at: DateTime<Utc>,
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone;
    use rstest::rstest;

    use super::*;

    fn now() -> DateTime<Utc> {
        Utc.timestamp_opt(1_763_560_920, 0).single().unwrap()
    }

    fn rehearsal(days_ago: i64, version: &str, worked: bool) -> RehearsalFact {
        RehearsalFact {
            at: now() - Duration::days(days_ago),
            version: version.into(),
            worked,
            duration_s: 41,
            environment: "staging".into(),
        }
    }

    #[rstest]
    #[case(true, Some("1.3.7"), false, Some(rehearsal(6, "1.3.7", true)), AutomatedStatus::Passed)]
    #[case(true, None, true, Some(rehearsal(6, "1.3.7", true)), AutomatedStatus::Passed)]
    #[case(true, None, false, Some(rehearsal(6, "1.3.7", true)), AutomatedStatus::Undecided)]
    #[case(
        false,
        Some("1.3.7"),
        false,
        Some(rehearsal(6, "1.3.7", true)),
        AutomatedStatus::Undecided
    )]
    #[case(true, Some("1.3.7"), false, None, AutomatedStatus::Undecided)]
    #[case(
        true,
        Some("1.3.7"),
        false,
        Some(rehearsal(31, "1.3.7", true)),
        AutomatedStatus::Undecided
    )]
    #[case(
        true,
        Some("1.3.8"),
        false,
        Some(rehearsal(6, "1.3.7", true)),
        AutomatedStatus::Undecided
    )]
    #[case(true, Some("1.3.7"), false, Some(rehearsal(6, "1.3.7", false)), AutomatedStatus::Failed)]
    #[case(
        true,
        Some("1.3.8"),
        false,
        Some(rehearsal(6, "1.3.7", false)),
        AutomatedStatus::Undecided
    )]
    fn judged(
        #[case] has_plan: bool,
        #[case] target: Option<&str>,
        #[case] first: bool,
        #[case] newest: Option<RehearsalFact>,
        #[case] expected: AutomatedStatus,
    ) {
        let (word, sentence) = judge(has_plan, target, first, newest.as_ref(), now());
        assert_eq!(word, expected, "{sentence}");
    }

    #[test]
    fn the_sentence_reads_well() {
        let fact = rehearsal(6, "1.3.7", true);
        let (_, sentence) = judge(true, Some("1.3.7"), false, Some(&fact), now());
        assert_eq!(sentence, "Rehearsed on staging 6 days ago to 1.3.7 in 41 s.");
    }
}
