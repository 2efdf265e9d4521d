//! What was heard of a heartbeat, as far as it bears on where it stands.

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::PingKind;

/// The most runs of a heartbeat that are open at once. No more are heard to begin: one that is forgotten
/// would not be missed.
pub(super) const MAX_OPEN_RUNS: usize = 100;

/// How far ahead of now something may have been heard: clocks differ, and are put right.
const CLOCK_AHEAD: Duration = Duration::minutes(5);

/// A run that began under an id of its own (`rid`) and has not ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenRun {
    /// Its id.
    pub rid: Uuid,
    /// When it began.
    pub at: DateTime<Utc>,
}

/// What was heard of a heartbeat.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Heard {
    /// When it last said that all is well.
    pub success_at: Option<DateTime<Utc>>,
    /// When the run that said so had begun, where it had said that.
    pub success_began_at: Option<DateTime<Utc>>,
    /// When the run without an id last began, where it has not ended since.
    pub start_at: Option<DateTime<Utc>>,
    /// When it last said that it went wrong, where it has not said since that all is well.
    pub fail_at: Option<DateTime<Utc>>,
    /// The runs with an id that have not ended, the oldest first.
    pub open_runs: Vec<OpenRun>,
}

impl Heard {
    /// What was heard with one more ping, of the run with this id or of that without one. The end of
    /// one run leaves the beginning of another standing.
    #[must_use]
    pub fn with(mut self, kind: PingKind, rid: Option<Uuid>, at: DateTime<Utc>) -> Self {
        if kind == PingKind::Log {
            return self;
        }
        let began = self.began(rid);
        match rid {
            None => self.start_at = None,
            Some(rid) => self.open_runs.retain(|run| run.rid != rid),
        }
        match (kind, rid) {
            (PingKind::Start, None) => self.start_at = Some(at),
            (PingKind::Start, Some(rid)) => {
                if self.open_runs.len() < MAX_OPEN_RUNS {
                    self.open_runs.push(OpenRun { rid, at });
                }
            }
            (PingKind::Success, _) => {
                self.success_at = Some(at);
                self.success_began_at = began;
                // One that was under way when another failed does not say that this is over.
                self.fail_at = self.fail_at.filter(|failed| began.is_some_and(|at| at < *failed));
            }
            (PingKind::Fail, _) => self.fail_at = Some(at),
            (PingKind::Log, _) => {}
        }
        self
    }

    /// It without the runs whose end will never be heard, where so many are open that there is no room
    /// for another; whether there is room then.
    pub fn makes_room(&mut self, rid: Uuid, grace_s: i64) -> bool {
        let has_room = |heard: &Self| {
            heard.open_runs.len() < MAX_OPEN_RUNS || heard.began(Some(rid)).is_some()
        };
        if !has_room(self) {
            let (success, grace) = (self.success_at, Duration::seconds(grace_s));
            self.open_runs.retain(|run| success.is_none_or(|success| success <= run.at + grace));
        }
        has_room(self)
    }

    /// What of it was heard by `now`: what lies further ahead than clocks differ was heard while a clock
    /// was wrong, and when that was nobody knows.
    #[must_use]
    pub fn by(&self, now: DateTime<Utc>) -> Self {
        self.among(|at| at <= now + CLOCK_AHEAD)
    }

    /// What of it speaks of what began at `since`: what was said before that it went wrong, and runs that
    /// began before, are of something else. When it is expected counts from then on.
    #[must_use]
    pub fn of(&self, since: DateTime<Utc>) -> Self {
        let mut heard = self.among(|at| at >= since);
        // Whatever was heard before, from then on it is expected.
        heard.success_at = self.last().map(|_| self.success_at.unwrap_or(since).max(since));
        heard
    }

    fn among(&self, counts: impl Fn(DateTime<Utc>) -> bool) -> Self {
        let kept = |at: Option<DateTime<Utc>>| at.filter(|at| counts(*at));
        Self {
            success_at: kept(self.success_at),
            success_began_at: kept(self.success_began_at),
            start_at: kept(self.start_at),
            fail_at: kept(self.fail_at),
            open_runs: self.open_runs.iter().copied().filter(|run| counts(run.at)).collect(),
        }
    }

    /// When the run began that has not ended within its grace at `now`, where one has not.
    #[must_use]
    pub fn overdue_run(&self, grace_s: i64, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let grace = Duration::seconds(grace_s);
        self.oldest_run(grace).filter(|began| now > *began + grace)
    }

    /// When the run with this id began, or that without one, where it has not ended.
    #[must_use]
    pub fn began(&self, rid: Option<Uuid>) -> Option<DateTime<Utc>> {
        match rid {
            None => self.start_at,
            Some(rid) => self.open_runs.iter().find(|run| run.rid == rid).map(|run| run.at),
        }
    }

    /// When the oldest run began that has not ended and is waited for. One that did not end within the
    /// grace is missed, and waited for no more once another has ended well after that: it was killed,
    /// and its end will never be heard.
    pub(super) fn oldest_run(&self, grace: Duration) -> Option<DateTime<Utc>> {
        let given_up =
            |at: &DateTime<Utc>| self.success_at.is_some_and(|success| success > *at + grace);
        let of_runs = self.open_runs.iter().map(|run| run.at).filter(|at| !given_up(at));
        of_runs.chain(self.start_at).min()
    }

    /// Whether it said that all is well of what has run since then: of a run that has begun since.
    #[must_use]
    pub fn is_well_since(&self, since: DateTime<Utc>) -> bool {
        let after = |at: Option<DateTime<Utc>>| at.is_some_and(|at| at >= since);
        after(self.success_at) && self.success_began_at.is_none_or(|began| after(Some(began)))
    }

    /// When it was last heard of.
    #[must_use]
    pub fn last(&self) -> Option<DateTime<Utc>> {
        let began = self.open_runs.iter().map(|run| run.at).chain(self.start_at).max();
        self.success_at.max(began).max(self.fail_at)
    }
}
