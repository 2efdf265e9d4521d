//! Heartbeats: jobs and workers that say they are alive. What is expected of them, and what it
//! means when they are silent. The form is that of Healthchecks.

use chrono::{DateTime, Duration, Utc};
use chrono_tz::Tz;
use croner::{
    Cron,
    parser::{CronParser, Seconds},
};
use serde::{Deserialize, Serialize};
use thiserror::Error;
use uuid::Uuid;

use crate::{
    ids::{HeartbeatId, ServiceId},
    string_enum::string_enum,
};

string_enum! {
    /// What a ping says.
    PingKind {
        /// It is done, or alive.
        Success = "success",
        /// It has begun.
        Start = "start",
        /// It went wrong.
        Fail = "fail",
        /// Something to be kept, which says nothing of how it goes.
        Log = "log",
    }
}

string_enum! {
    /// Where a heartbeat stands.
    HeartbeatState {
        /// Nothing has been heard of it yet.
        New = "new",
        /// It is heard of in time.
        Up = "up",
        /// It is late, within its grace.
        Late = "late",
        /// It is silent beyond its grace.
        Down = "down",
        /// It said that it went wrong.
        Failed = "failed",
    }
}

/// When a heartbeat is expected.
#[derive(Debug, Clone, PartialEq)]
pub enum Schedule {
    /// So many seconds after the last.
    Every(i64),
    /// At the times of a cron expression in a time zone.
    Cron(Box<CronIn>),
}

/// A cron expression in a time zone.
#[derive(Debug, Clone, PartialEq)]
pub struct CronIn {
    cron: Cron,
    zone: Tz,
}

/// Why a schedule cannot be kept.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ScheduleError {
    /// The expression cannot be read.
    #[error("is not a cron expression of five fields such as `30 2 * * *`: {0}")]
    Cron(String),
    /// It never comes.
    #[error("never comes: there is no such day")]
    Never,
    /// There is no such zone.
    #[error("is not a time zone such as `Europe/Berlin`")]
    Zone,
}

impl Schedule {
    /// Reads a cron expression of five fields in a time zone. Where one of its two day fields begins
    /// with `*`, a day must match both, as in cron; else either is enough. A time that a change to summer time
    /// leaves out comes when the clocks have gone forward; one that occurs twice comes once.
    ///
    /// # Errors
    /// Where it cannot be read or never comes after `now`.
    pub fn cron(text: &str, zone: &str, now: DateTime<Utc>) -> Result<Self, ScheduleError> {
        let zone: Tz = zone.parse().map_err(|_| ScheduleError::Zone)?;
        let text = text.trim();
        // The library reads an element that is not there as no time at all, and then looks for one
        // through three thousand years of hours.
        if text.split_whitespace().any(|field| field.split(',').any(str::is_empty)) {
            let problem = "an element of a list is missing beside a comma";
            return Err(ScheduleError::Cron(problem.into()));
        }
        let both = [2, 4].into_iter().any(|day| {
            text.split_whitespace().nth(day).is_some_and(|field| field.starts_with('*'))
        });
        let parser = CronParser::builder().seconds(Seconds::Disallowed).dom_and_dow(both).build();
        let cron = parser.parse(text).map_err(|error| ScheduleError::Cron(error.to_string()))?;
        let schedule = Self::Cron(Box::new(CronIn { cron, zone }));
        schedule.next(now).ok_or(ScheduleError::Never)?;
        Ok(schedule)
    }

    /// As [`cron`](Self::cron), of an expression that was kept: lists with an element missing were let
    /// through once, and meant the elements that are there.
    ///
    /// # Errors
    /// As [`cron`](Self::cron).
    pub fn cron_as_kept(text: &str, zone: &str, now: DateTime<Utc>) -> Result<Self, ScheduleError> {
        let whole = |field: &str| {
            let elements: Vec<_> = field.split(',').filter(|element| !element.is_empty()).collect();
            elements.join(",")
        };
        let fields: Vec<_> = text.split_whitespace().map(whole).collect();
        Self::cron(&fields.join(" "), zone, now)
    }

    /// When it is expected next after `at`. `None` where it never is.
    #[must_use]
    pub fn next(&self, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        match self {
            Self::Every(period_s) => at.checked_add_signed(Duration::seconds(*period_s)),
            Self::Cron(of) => {
                let local = at.with_timezone(&of.zone);
                of.cron
                    .find_next_occurrence(&local, false)
                    .ok()
                    .map(|next| next.with_timezone(&Utc))
            }
        }
    }
}

/// The most runs of a heartbeat that are open at once; of more the oldest is forgotten, which is the
/// one that is missed first.
const MAX_OPEN_RUNS: usize = 100;

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
                if self.open_runs.len() >= MAX_OPEN_RUNS {
                    self.open_runs.remove(0);
                }
                self.open_runs.push(OpenRun { rid, at });
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
    fn oldest_run(&self, grace: Duration) -> Option<DateTime<Utc>> {
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

/// When it is expected, and when it counts as silent. `None` where nothing is expected: it has
/// never been heard of.
///
/// A run that has begun must end within the grace.
#[must_use]
pub fn expected(
    schedule: &Schedule,
    grace_s: i64,
    heard: &Heard,
) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
    let grace = Duration::seconds(grace_s);
    let ended = heard.success_at.max(heard.fail_at);
    let due = ended.and_then(|ended| schedule.next(ended));
    // The one that comes first.
    let expected = match (due, heard.oldest_run(grace)) {
        (Some(due), Some(started)) => Some(due.min(started)),
        (due, started) => due.or(started),
    }?;
    Some((expected, expected + grace))
}

/// Where a heartbeat stands at `now`.
#[must_use]
pub fn state(
    schedule: &Schedule,
    grace_s: i64,
    heard: &Heard,
    now: DateTime<Utc>,
) -> HeartbeatState {
    let runs = heard.oldest_run(Duration::seconds(grace_s)).is_some();
    if heard.fail_at.is_some() && !runs {
        return HeartbeatState::Failed;
    }
    match expected(schedule, grace_s, heard) {
        None => HeartbeatState::New,
        Some((_, silent)) if now > silent => HeartbeatState::Down,
        _ if heard.fail_at.is_some() => HeartbeatState::Failed,
        // A run under way is not late before it counts as silent.
        Some((expected, _)) if now > expected && !runs => HeartbeatState::Late,
        Some(_) => HeartbeatState::Up,
    }
}

/// What an exit code says.
#[must_use]
pub const fn of_exit_code(code: u8) -> PingKind {
    if code == 0 { PingKind::Success } else { PingKind::Fail }
}

/// A heartbeat.
#[derive(Debug, Clone, PartialEq)]
pub struct Heartbeat {
    /// Its id.
    pub id: HeartbeatId,
    /// Of which service.
    pub service_id: ServiceId,
    /// Where.
    pub environment: String,
    /// Its key among the service's heartbeats.
    pub key: String,
    /// What it is called on the page.
    pub label: String,
    /// What its pings are sent to: whoever knows it may ping.
    pub ping_id: Uuid,
    /// Seconds from one to the next, where it has no cron expression.
    pub period_s: Option<i64>,
    /// Its cron expression.
    pub cron: Option<String>,
    /// The time zone of that.
    pub time_zone: Option<String>,
    /// How late it may be, in seconds.
    pub grace_s: i64,
    /// The box it is evidence for.
    pub item: Option<String>,
    /// Where it stood when that last changed.
    pub state: HeartbeatState,
    /// When that was.
    pub state_since: DateTime<Utc>,
    /// What was heard of it.
    pub heard: Heard,
    /// What its last ping that had one exited with.
    pub exit_code: Option<i64>,
    /// How many pings it ever had.
    pub pings: i64,
    /// When it counts as silent, while it does not yet.
    pub silent_at: Option<DateTime<Utc>>,
    /// When it was retired.
    pub retired_at: Option<DateTime<Utc>>,
    /// When it was created.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

/// A ping.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedPing {
    /// Which one it is, counted from 1.
    pub n: i64,
    /// When it came.
    pub at: DateTime<Utc>,
    /// What it says.
    pub kind: PingKind,
    /// The exit code, where it has one.
    pub exit_code: Option<i64>,
    /// Milliseconds since the run began, where it ends one.
    pub duration_ms: Option<i64>,
    /// Where it came from.
    pub source: String,
    /// The beginning of what came with it.
    pub body: String,
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone as _;
    use rstest::rstest;

    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        DateTime::parse_from_rfc3339(text).unwrap().with_timezone(&Utc)
    }

    fn berlin(text: &str) -> Schedule {
        Schedule::cron(text, "Europe/Berlin", at("2026-01-01T00:00:00Z")).unwrap()
    }

    #[rstest]
    // Winter and summer.
    #[case("30 2 * * *", "2026-01-10T12:00:00Z", "2026-01-11T01:30:00Z")]
    #[case("30 2 * * *", "2026-07-10T12:00:00Z", "2026-07-11T00:30:00Z")]
    // 02:30 does not exist on 29 March: it comes when the clocks have gone forward.
    #[case("30 2 * * *", "2026-03-28T12:00:00Z", "2026-03-29T01:00:00Z")]
    #[case("30 2 * * *", "2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z")]
    // 02:30 occurs twice on 25 October: it comes once.
    #[case("30 2 * * *", "2026-10-24T12:00:00Z", "2026-10-25T00:30:00Z")]
    #[case("30 2 * * *", "2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z")]
    // Every quarter of an hour goes on through the hour that occurs twice.
    #[case("*/15 * * * *", "2026-10-25T00:45:00Z", "2026-10-25T01:00:00Z")]
    #[case("0 0 29 2 *", "2026-03-01T00:00:00Z", "2028-02-28T23:00:00Z")]
    fn cron_times_in_their_zone(#[case] cron: &str, #[case] after: &str, #[case] next: &str) {
        assert_eq!(berlin(cron).next(at(after)), Some(at(next)));
    }

    #[rstest]
    #[case("0 0 31 2 *", "Europe/Berlin", ScheduleError::Never)]
    #[case("0 0 * * *", "Europe/Atlantis", ScheduleError::Zone)]
    #[case("0 0 * * *", "", ScheduleError::Zone)]
    fn schedules_that_cannot_be(
        #[case] cron: &str,
        #[case] zone: &str,
        #[case] error: ScheduleError,
    ) {
        assert_eq!(Schedule::cron(cron, zone, at("2026-01-01T00:00:00Z")), Err(error));
    }

    #[test]
    fn what_was_kept_with_an_element_missing_means_those_that_are_there() {
        let now = at("2026-01-01T00:00:00Z");
        let kept = |text: &str| Schedule::cron_as_kept(text, "UTC", now);
        assert_eq!(kept("0 3 * * 1,"), Schedule::cron("0 3 * * 1", "UTC", now));
        assert_eq!(kept("0,,30 3 * * *"), Schedule::cron("0,30 3 * * *", "UTC", now));
        assert!(matches!(kept(", 3 * * *"), Err(ScheduleError::Cron(_))));
    }

    #[rstest]
    #[case("every day")]
    #[case("61 * * * *")]
    #[case("* * * *")]
    #[case("* * * * * *")]
    #[case("")]
    #[case(", 0 9 * 0")]
    #[case("0 , * * *")]
    #[case("0 0 1, * *")]
    #[case("0,,5 0 * * *")]
    #[case("0 0 * * ,")]
    fn what_is_no_cron_expression(#[case] cron: &str) {
        let refused = Schedule::cron(cron, "UTC", at("2026-01-01T00:00:00Z"));
        assert!(matches!(refused, Err(ScheduleError::Cron(_))), "{refused:?}");
    }

    #[test]
    fn silence_has_a_grace() {
        let began = Utc.with_ymd_and_hms(2026, 11, 19, 14, 0, 0).single().unwrap();
        let after = |s: i64| began + Duration::seconds(s);
        let every = Schedule::Every(60);
        let look = |heard: &Heard, s: i64| state(&every, 30, heard, after(s));
        let silent = Heard::default();
        assert_eq!(look(&silent, 9_999), HeartbeatState::New);
        let alive = silent.with(PingKind::Success, None, began);
        assert_eq!(look(&alive, 60), HeartbeatState::Up);
        assert_eq!(look(&alive, 61), HeartbeatState::Late);
        assert_eq!(look(&alive, 90), HeartbeatState::Late);
        assert_eq!(look(&alive, 91), HeartbeatState::Down);
        let failed = alive.with(PingKind::Fail, None, after(10));
        assert_eq!(look(&failed, 11), HeartbeatState::Failed);
        assert_eq!(look(&failed.with(PingKind::Success, None, after(20)), 21), HeartbeatState::Up);
    }

    #[test]
    fn a_run_must_end_within_the_grace() {
        let began = Utc.with_ymd_and_hms(2026, 11, 19, 14, 0, 0).single().unwrap();
        let after = |s: i64| began + Duration::seconds(s);
        let daily = Schedule::Every(86_400);
        let look = |heard: &Heard, s: i64| state(&daily, 600, heard, after(s));
        let started = Heard::default().with(PingKind::Start, None, began);
        assert_eq!(look(&started, 600), HeartbeatState::Up);
        assert_eq!(look(&started, 601), HeartbeatState::Down);
        let ended = started.clone().with(PingKind::Success, None, after(300));
        assert_eq!(look(&ended, 601), HeartbeatState::Up);
        // It went wrong before and is being tried again: not well until it has ended well.
        let again =
            started.with(PingKind::Fail, None, after(5)).with(PingKind::Start, None, after(60));
        assert_eq!(look(&again, 61), HeartbeatState::Failed);
        assert_eq!(look(&again, 661), HeartbeatState::Down);
    }

    #[test]
    fn the_end_of_one_run_leaves_another_standing() {
        let began = Utc.with_ymd_and_hms(2026, 11, 19, 14, 0, 0).single().unwrap();
        let after = |s: i64| began + Duration::seconds(s);
        let daily = Schedule::Every(86_400);
        let look = |heard: &Heard, s: i64| state(&daily, 600, heard, after(s));
        let (a, b) = (Some(Uuid::from_u128(1)), Some(Uuid::from_u128(2)));
        let both = Heard::default()
            .with(PingKind::Success, None, began)
            .with(PingKind::Start, a, after(1))
            .with(PingKind::Start, b, after(2));
        let one = both.clone().with(PingKind::Success, a, after(300));
        assert_eq!(look(&one, 602), HeartbeatState::Up);
        assert_eq!(look(&one, 603), HeartbeatState::Down, "the second hangs");
        let none = one.clone().with(PingKind::Success, b, after(400));
        assert_eq!(look(&none, 603), HeartbeatState::Up);
        // The older one hangs.
        let other = both.clone().with(PingKind::Success, b, after(300));
        assert_eq!(look(&other, 602), HeartbeatState::Down);
        let unnamed = both.with(PingKind::Success, None, after(300));
        assert_eq!(look(&unnamed, 602), HeartbeatState::Down, "it ended no run with an id");
        assert_eq!(one.clone().with(PingKind::Log, b, after(310)), one);
    }

    #[test]
    fn so_many_runs_are_open_and_no_more() {
        let began = Utc.with_ymd_and_hms(2026, 11, 19, 14, 0, 0).single().unwrap();
        let heard = (0..1_000_u128).fold(Heard::default(), |heard, n| {
            let at = began + Duration::seconds(i64::try_from(n).unwrap());
            heard.with(PingKind::Start, Some(Uuid::from_u128(n)), at)
        });
        assert_eq!(heard.open_runs.len(), MAX_OPEN_RUNS);
    }

    #[rstest]
    // Where a day field begins with `*`, both must match.
    #[case("0 4 */2 * 1", "2026-12-07T04:00:00Z")]
    #[case("0 5 */100,1-7 * MON", "2026-12-07T05:00:00Z")]
    #[case("0 0 15 * */3", "2027-05-15T00:00:00Z")]
    #[case("0 0 13 * *", "2026-12-13T00:00:00Z")]
    #[case("0 0 * * FRI", "2026-12-04T00:00:00Z")]
    // Where neither does, either is enough.
    #[case("0 0 13 * FRI", "2026-12-04T00:00:00Z")]
    #[case("0 0 1-7 * 1", "2026-11-30T00:00:00Z")]
    fn day_fields_as_cron_means_them(#[case] cron: &str, #[case] next: &str) {
        let now = at("2026-11-28T12:00:00Z");
        assert_eq!(Schedule::cron(cron, "UTC", now).unwrap().next(now), Some(at(next)));
    }
}
