//! Duties: recurring runbooks. When a run opens, when it is due, and how a duty stands.

use chrono::{DateTime, Duration, Months, Utc};

use crate::{
    ids::{DutyId, DutyRunId, RunbookVersionId, ServiceId},
    run::{Run, RunSubject},
    runbook::{Cadence, SignOffRequirement},
    string_enum::string_enum,
    verdict::Verdict,
    watch::WatchState,
};

string_enum! {
    /// How a duty stands.
    DutyState {
        /// No run is open; the next opens at its time.
        Planned = "planned",
        /// A run is open and has time left.
        Open = "open",
        /// A run is open and due soon.
        DueSoon = "due_soon",
        /// A run is open past its due time, or one of its boxes is.
        Overdue = "overdue",
        /// It was to be done once, and was.
        Finished = "finished",
    }
}

impl DutyState {
    /// The word shown to people.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Planned => "Planned",
            Self::Open => "Open",
            Self::DueSoon => "Due soon",
            Self::Overdue => "Overdue",
            Self::Finished => "Finished",
        }
    }

    /// Whether somebody has to do something.
    #[must_use]
    pub const fn waits(self) -> bool {
        matches!(self, Self::Open | Self::DueSoon | Self::Overdue)
    }
}

/// The longest before its due time that a run is due soon.
const SOON: Duration = Duration::days(2);

/// When the `n`th run of a duty opens, from 0: counted from the first, so that a duty of the 31st
/// comes back to the 31st after a short month. `None` where there is no such run.
#[must_use]
pub fn opening(cadence: Cadence, first: DateTime<Utc>, n: u32) -> Option<DateTime<Utc>> {
    let months = |each: u32| first.checked_add_months(Months::new(each.checked_mul(n)?));
    match cadence {
        Cadence::Once => (n == 0).then_some(first),
        Cadence::Weekly => first.checked_add_signed(Duration::weeks(i64::from(n))),
        Cadence::Monthly => months(1),
        Cadence::Quarterly => months(3),
        Cadence::Yearly => months(12),
    }
}

/// Which run is to be open at `now`, where none before `from` is: the newest whose time has come.
/// Those that were missed meanwhile are skipped, never opened in a row.
#[must_use]
pub fn due_run(
    cadence: Cadence,
    first: DateTime<Utc>,
    from: u32,
    now: DateTime<Utc>,
) -> Option<(u32, DateTime<Utc>)> {
    let mut found = None;
    let mut n = from;
    while let Some(at) = opening(cadence, first, n).filter(|at| *at <= now) {
        found = Some((n, at));
        n = n.checked_add(1)?;
    }
    found
}

/// How many of a duty's times have come: where its times are moved, none of them opens a run.
#[must_use]
pub fn passed(cadence: Cadence, first: DateTime<Utc>, now: DateTime<Utc>) -> u32 {
    due_run(cadence, first, 0, now).map_or(0, |(n, _)| n + 1)
}

/// How a duty stands at `now`: `open` is when its open run is due, with whether a box of it is
/// overdue; `next` is when the next run opens.
#[must_use]
pub fn state(
    open: Option<(DateTime<Utc>, DateTime<Utc>, bool)>,
    next: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> DutyState {
    match (open, next) {
        (Some((_, due_at, box_overdue)), _) if box_overdue || due_at < now => DutyState::Overdue,
        (Some((opened_at, due_at, _)), _) => {
            // A run of a week is not due soon from its second day on.
            let soon = SOON.min((due_at - opened_at) / 3);
            if due_at - now <= soon { DutyState::DueSoon } else { DutyState::Open }
        }
        (None, Some(_)) => DutyState::Planned,
        (None, None) => DutyState::Finished,
    }
}

/// A duty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Duty {
    /// Its id.
    pub id: DutyId,
    /// Of which service.
    pub service_id: ServiceId,
    /// The service's slug.
    pub service: String,
    /// Where.
    pub environment: String,
    /// Which runbook.
    pub runbook: String,
    /// How often.
    pub cadence: Cadence,
    /// When its first run opens; later ones are counted from it.
    pub starts_at: DateTime<Utc>,
    /// How many of its times have passed, opened or skipped.
    pub passed: u32,
    /// When it was switched off.
    pub retired_at: Option<DateTime<Utc>>,
    /// When it was switched on.
    pub created_at: DateTime<Utc>,
}

/// A run of a duty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DutyRun {
    /// Its id.
    pub id: DutyRunId,
    /// Of which duty.
    pub duty_id: DutyId,
    /// The version of the runbook it was copied from.
    pub runbook_version_id: RunbookVersionId,
    /// That version's number.
    pub runbook_number: i64,
    /// The runbook's title.
    pub title: String,
    /// What the runbook is about.
    pub description: String,
    /// Who has to sign.
    pub sign_off_required: Vec<SignOffRequirement>,
    /// How many required items it has.
    pub required_items: i64,
    /// When it opened.
    pub opened_at: DateTime<Utc>,
    /// When it has to be done.
    pub due_at: DateTime<Utc>,
    /// What was last told about it: that it has opened, is due soon or is overdue.
    pub last_reminder: DutyState,
    /// When it was done.
    pub closed_at: Option<DateTime<Utc>>,
}

impl DutyRun {
    /// The run as every run is, of this duty.
    #[must_use]
    pub fn run(&self, duty: &Duty) -> Run {
        let state =
            if self.closed_at.is_some() { WatchState::SignedOff } else { WatchState::Watching };
        Run {
            id: self.id.into(),
            subject: RunSubject::Duty,
            service_id: duty.service_id,
            service: duty.service.clone(),
            environment: duty.environment.clone(),
            runbook_version_id: self.runbook_version_id,
            sign_off_required: self.sign_off_required.clone(),
            opened_at: self.opened_at,
            ends_at: self.due_at,
            state,
            verdict: Verdict::Undecided,
            reason: String::new(),
            open_items: self.required_items,
            waived_items: 0,
            required_items: self.required_items,
            closed_at: self.closed_at,
            revoked: None,
            suspended: duty.retired_at.is_some(),
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone;
    use proptest::prelude::*;

    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn a_month_that_is_too_short_shifts_nothing() {
        let first = at("2026-01-31T08:00:00Z");
        let opens = |n| opening(Cadence::Monthly, first, n).unwrap();
        assert_eq!(opens(1), at("2026-02-28T08:00:00Z"));
        assert_eq!(opens(2), at("2026-03-31T08:00:00Z"));
        assert_eq!(
            opening(Cadence::Yearly, at("2028-02-29T00:00:00Z"), 1),
            Some(at("2029-02-28T00:00:00Z"))
        );
        assert_eq!(opening(Cadence::Once, first, 1), None);
    }

    #[test]
    fn what_was_missed_is_skipped() {
        let first = at("2026-01-05T08:00:00Z");
        let due = |from, now| due_run(Cadence::Weekly, first, from, at(now));
        assert_eq!(due(0, "2026-01-05T07:59:59Z"), None);
        assert_eq!(due(0, "2026-01-05T08:00:00Z"), Some((0, first)));
        assert_eq!(due(1, "2026-02-05T00:00:00Z"), Some((4, at("2026-02-02T08:00:00Z"))));
        assert_eq!(due(5, "2026-02-05T00:00:00Z"), None);
        assert_eq!(due_run(Cadence::Once, first, 1, at("2036-01-01T00:00:00Z")), None);
    }

    #[test]
    fn a_duty_says_when_it_is_late() {
        let (opened, due) = (at("2026-01-01T00:00:00Z"), at("2026-01-08T00:00:00Z"));
        let stands = |box_overdue, now| state(Some((opened, due, box_overdue)), None, at(now));
        assert_eq!(stands(false, "2026-01-05T23:59:59Z"), DutyState::Open);
        assert_eq!(stands(false, "2026-01-06T00:00:00Z"), DutyState::DueSoon);
        assert_eq!(stands(false, "2026-01-08T00:00:00Z"), DutyState::DueSoon);
        assert_eq!(stands(false, "2026-01-08T00:00:01Z"), DutyState::Overdue);
        assert_eq!(stands(true, "2026-01-02T00:00:00Z"), DutyState::Overdue);
        assert_eq!(state(None, Some(due), opened), DutyState::Planned);
        assert_eq!(state(None, None, opened), DutyState::Finished);
    }

    proptest! {
        #[test]
        fn the_run_that_is_due_is_the_newest(
            days in 0i64..4_000,
            from in 0u32..40,
            cadence in proptest::sample::select(Cadence::ALL.to_vec()),
        ) {
            let first = Utc.timestamp_opt(1_750_000_000, 0).single().unwrap();
            let now = first + Duration::days(days);
            if let Some((n, opens)) = due_run(cadence, first, from, now) {
                prop_assert!(n >= from && opens <= now);
                prop_assert!(opening(cadence, first, n + 1).is_none_or(|next| next > now));
            } else {
                prop_assert!(opening(cadence, first, from).is_none_or(|next| next > now));
            }
        }
    }
}
