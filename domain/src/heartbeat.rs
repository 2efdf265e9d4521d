//! Heartbeats: jobs and workers that say they are alive. What is expected of them, and what it
//! means when they are silent. The form is that of Healthchecks.

use chrono::{DateTime, Duration, Utc};
use chrono_tz::Tz;
use croner::{
    Cron,
    parser::{CronParser, Seconds},
};
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
    /// Reads a cron expression of five fields in a time zone. A time that a change to summer time
    /// leaves out comes when the clocks have gone forward; one that occurs twice comes once.
    ///
    /// # Errors
    /// Where it cannot be read or never comes after `now`.
    pub fn cron(text: &str, zone: &str, now: DateTime<Utc>) -> Result<Self, ScheduleError> {
        let zone: Tz = zone.parse().map_err(|_| ScheduleError::Zone)?;
        let parser = CronParser::builder().seconds(Seconds::Disallowed).build();
        let cron =
            parser.parse(text.trim()).map_err(|error| ScheduleError::Cron(error.to_string()))?;
        let schedule = Self::Cron(Box::new(CronIn { cron, zone }));
        schedule.next(now).ok_or(ScheduleError::Never)?;
        Ok(schedule)
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

/// What was heard of a heartbeat.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Heard {
    /// When it last said that all is well.
    pub success_at: Option<DateTime<Utc>>,
    /// When it last began, where it has not ended since.
    pub start_at: Option<DateTime<Utc>>,
    /// When it last said that it went wrong, where it has not said since that all is well.
    pub fail_at: Option<DateTime<Utc>>,
}

impl Heard {
    /// What was heard with one more ping.
    #[must_use]
    pub const fn with(self, kind: PingKind, at: DateTime<Utc>) -> Self {
        match kind {
            PingKind::Success => Self { success_at: Some(at), start_at: None, fail_at: None },
            PingKind::Start => Self { start_at: Some(at), ..self },
            PingKind::Fail => Self { fail_at: Some(at), start_at: None, ..self },
        }
    }

    /// When it was last heard of.
    #[must_use]
    pub fn last(&self) -> Option<DateTime<Utc>> {
        self.success_at.max(self.start_at).max(self.fail_at)
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
    let expected = match (due, heard.start_at) {
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
    if heard.fail_at.is_some() && heard.start_at.is_none() {
        return HeartbeatState::Failed;
    }
    match expected(schedule, grace_s, heard) {
        None => HeartbeatState::New,
        Some((_, silent)) if now > silent => HeartbeatState::Down,
        _ if heard.fail_at.is_some() => HeartbeatState::Failed,
        // A run under way is not late before it counts as silent.
        Some((expected, _)) if now > expected && heard.start_at.is_none() => HeartbeatState::Late,
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

    #[rstest]
    #[case("every day")]
    #[case("61 * * * *")]
    #[case("* * * *")]
    #[case("* * * * * *")]
    #[case("")]
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
        let alive = silent.with(PingKind::Success, began);
        assert_eq!(look(&alive, 60), HeartbeatState::Up);
        assert_eq!(look(&alive, 61), HeartbeatState::Late);
        assert_eq!(look(&alive, 90), HeartbeatState::Late);
        assert_eq!(look(&alive, 91), HeartbeatState::Down);
        let failed = alive.with(PingKind::Fail, after(10));
        assert_eq!(look(&failed, 11), HeartbeatState::Failed);
        assert_eq!(look(&failed.with(PingKind::Success, after(20)), 21), HeartbeatState::Up);
    }

    #[test]
    fn a_run_must_end_within_the_grace() {
        let began = Utc.with_ymd_and_hms(2026, 11, 19, 14, 0, 0).single().unwrap();
        let after = |s: i64| began + Duration::seconds(s);
        let daily = Schedule::Every(86_400);
        let look = |heard: &Heard, s: i64| state(&daily, 600, heard, after(s));
        let started = Heard::default().with(PingKind::Start, began);
        assert_eq!(look(&started, 600), HeartbeatState::Up);
        assert_eq!(look(&started, 601), HeartbeatState::Down);
        let ended = started.with(PingKind::Success, after(300));
        assert_eq!(look(&ended, 601), HeartbeatState::Up);
        // It went wrong before and is being tried again: not well until it has ended well.
        let again = started.with(PingKind::Fail, after(5)).with(PingKind::Start, after(60));
        assert_eq!(look(&again, 61), HeartbeatState::Failed);
        assert_eq!(look(&again, 661), HeartbeatState::Down);
    }
}
