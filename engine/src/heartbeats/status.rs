//! Where a heartbeat stands, and what that says about the box it is evidence for.

use chrono::{DateTime, Utc};
use domain::{
    heartbeat::{Heard, Heartbeat, HeartbeatState, Schedule, expected, missed_next, state},
    humanize::duration,
    item_sources::SourceStatus,
};

/// When a heartbeat is expected. What is kept was checked when it was written; a zone that the
/// machine has unlearned since is expected never.
pub(crate) fn schedule(record: &Heartbeat, now: DateTime<Utc>) -> Option<Schedule> {
    match (&record.cron, record.period_s) {
        (Some(cron), _) => {
            Schedule::cron_as_kept(cron, record.time_zone.as_deref().unwrap_or("UTC"), now).ok()
        }
        (None, period) => period.map(Schedule::Every),
    }
}

/// Where it stands at `now`.
pub(crate) fn now_is(record: &Heartbeat, now: DateTime<Utc>) -> HeartbeatState {
    stands(record, &record.heard.by(now), now)
}

fn stands(record: &Heartbeat, heard: &Heard, now: DateTime<Utc>) -> HeartbeatState {
    schedule(record, now)
        .map_or(HeartbeatState::New, |schedule| state(&schedule, record.grace_s, heard, now))
}

/// When it counts as silent, from what was heard by `now`.
fn silent(record: &Heartbeat, heard: &Heard, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let (_, silent) = expected(&schedule(record, now)?, record.grace_s, heard)?;
    Some(silent)
}

/// Puts what follows from what was heard into the record.
pub(super) fn settle(record: &mut Heartbeat, now: DateTime<Utc>) {
    let is = now_is(record, now);
    // Being late comes and goes with the clock; it is not written down.
    let kept = if is == HeartbeatState::Late { HeartbeatState::Up } else { is };
    if kept != record.state {
        record.state = kept;
        record.state_since = now;
    }
    // Also of one that is down: it may be for a run of before, and be missed for another.
    record.silent_at = schedule(record, now)
        .and_then(|schedule| missed_next(&schedule, record.grace_s, &record.heard.by(now), now));
}

/// What it says about its box since `since`, which is when what `began` names did: its word, where it
/// has spoken, and its sentence. What it said before, and silence that was noticed before, is of what was
/// there then.
pub(crate) fn source(
    record: &Heartbeat,
    since: DateTime<Utc>,
    began: &str,
    now: DateTime<Utc>,
) -> (Option<SourceStatus>, String) {
    let heard = record.heard.by(now);
    let of = heard.of(since);
    // The sentence is kept: it gives the time, not how long ago that was.
    let time = |at: DateTime<Utc>| at.format("%-d %b %H:%M:%S UTC");
    let unheard = || (None, format!("It has not been heard of since {began}."));
    match stands(record, &of, now) {
        HeartbeatState::Failed => {
            let code = record.exit_code.filter(|code| *code != 0);
            let code = code.map(|code| format!(" with exit code {code}")).unwrap_or_default();
            (Some(SourceStatus::Failed), format!("It said that it went wrong{code}."))
        }
        HeartbeatState::Down if silent(record, &of, now).is_some_and(|at| at < since) => unheard(),
        HeartbeatState::Down => {
            let said = match (of.overdue_run(record.grace_s, now), heard.last()) {
                (Some(at), _) => format!(
                    "Its run that began on {} has not ended within the grace of {}.",
                    time(at),
                    duration(record.grace_s)
                ),
                (None, Some(at)) => {
                    format!("It was last heard of on {}, which is too long.", time(at))
                }
                (None, None) => "It has never been heard of, which is too long.".into(),
            };
            (Some(SourceStatus::Failed), said)
        }
        HeartbeatState::New if heard.last().is_some() => unheard(),
        HeartbeatState::New => (
            Some(SourceStatus::Undecided),
            "It has never been heard of. Have its job ping the address among the service's heartbeats."
                .into(),
        ),
        HeartbeatState::Up | HeartbeatState::Late => match heard.success_at {
            // What was heard of the version before says nothing about this one.
            Some(at) if heard.is_well_since(since) => {
                (Some(SourceStatus::Passed), format!("It was heard of on {}.", time(at)))
            }
            Some(at) if at >= since => {
                (None, format!("What it said on {} is of a run from before {began}.", time(at)))
            }
            _ => unheard(),
        },
    }
}
