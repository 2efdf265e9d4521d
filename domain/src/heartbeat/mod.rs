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

mod cron;
mod heard;
#[cfg(test)]
mod tests;

pub use heard::{Heard, OpenRun};

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
    /// It comes at certain times of the day, rather than every so often.
    at_fixed_times: bool,
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
        let read = cron::in_full(text);
        let cron = parser.parse(&read).map_err(|error| ScheduleError::Cron(error.to_string()))?;
        let schedule =
            Self::Cron(Box::new(CronIn { cron, zone, at_fixed_times: cron::is_fixed(text) }));
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
                let next = of.cron.find_next_occurrence(&local, false).ok()?.with_timezone(&Utc);
                let left_out = if of.at_fixed_times {
                    cron::left_out(&of.cron, of.zone, at, next)
                } else {
                    None
                };
                Some(left_out.unwrap_or(next))
            }
        }
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

/// When something of it counts as missed next, from `now` on: that it is heard of, or the end of a run.
#[must_use]
pub fn missed_next(
    schedule: &Schedule,
    grace_s: i64,
    heard: &Heard,
    now: DateTime<Utc>,
) -> Option<DateTime<Utc>> {
    let due = heard.success_at.max(heard.fail_at).and_then(|ended| schedule.next(ended));
    let runs = heard.open_runs.iter().map(|run| run.at).chain(heard.start_at);
    let missed = due.into_iter().chain(runs).map(|at| at + Duration::seconds(grace_s));
    missed.filter(|at| *at >= now).min()
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
