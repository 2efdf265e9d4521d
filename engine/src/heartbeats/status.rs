//! Where a heartbeat stands, and what that says about the box it is evidence for.

use chrono::{DateTime, Utc};
use domain::{
    heartbeat::{Heartbeat, HeartbeatState, Schedule, expected, state},
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
    schedule(record, now).map_or(HeartbeatState::New, |schedule| {
        state(&schedule, record.grace_s, &record.heard, now)
    })
}

/// Puts what follows from what was heard into the record.
pub(super) fn settle(record: &mut Heartbeat, now: DateTime<Utc>) {
    let schedule = schedule(record, now);
    let is = now_is(record, now);
    // Being late comes and goes with the clock; it is not written down.
    let kept = if is == HeartbeatState::Late { HeartbeatState::Up } else { is };
    if kept != record.state {
        record.state = kept;
        record.state_since = now;
    }
    record.silent_at = match kept {
        HeartbeatState::Down => None,
        _ => schedule
            .and_then(|schedule| expected(&schedule, record.grace_s, &record.heard))
            .map(|(_, silent)| silent),
    };
}

/// What it says about its box since `since`, which is when what `began` names did: its word, where it has spoken, and its sentence.
pub(crate) fn source(
    record: &Heartbeat,
    since: DateTime<Utc>,
    began: &str,
    now: DateTime<Utc>,
) -> (Option<SourceStatus>, String) {
    let heard = record.heard.last();
    // The sentence is kept: it gives the time, not how long ago that was.
    let time = |at: DateTime<Utc>| at.format("%-d %b %H:%M:%S UTC");
    match now_is(record, now) {
        HeartbeatState::Failed => {
            let code = record.exit_code.filter(|code| *code != 0);
            let code = code.map(|code| format!(" with exit code {code}")).unwrap_or_default();
            (Some(SourceStatus::Failed), format!("It said that it went wrong{code}."))
        }
        HeartbeatState::Down => {
            let last = heard.map_or_else(
                || "It has never been heard of".to_owned(),
                |at| format!("It was last heard of on {}", time(at)),
            );
            (Some(SourceStatus::Failed), format!("{last}, which is too long."))
        }
        HeartbeatState::New => (
            Some(SourceStatus::Undecided),
            "It has never been heard of. Have its job ping the address among the service's heartbeats."
                .into(),
        ),
        HeartbeatState::Up | HeartbeatState::Late => match record.heard.success_at {
            // What was heard of the version before says nothing about this one.
            Some(at) if record.heard.is_well_since(since) => {
                (Some(SourceStatus::Passed), format!("It was heard of on {}.", time(at)))
            }
            Some(at) if at >= since => {
                (None, format!("What it said on {} is of a run from before {began}.", time(at)))
            }
            _ => (None, format!("It has not been heard of since {began}.")),
        },
    }
}
