//! Where a heartbeat stands, and what that says about the box it is evidence for.

use chrono::{DateTime, Utc};
use domain::{
    heartbeat::{Heard, Heartbeat, HeartbeatState, Schedule, missed_next, state},
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
    record.silent_at = missed(record, &record.heard.by(now), now);
}

fn missed(record: &Heartbeat, heard: &Heard, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    missed_next(&schedule(record, now)?, record.grace_s, heard, now)
}

/// Has it looked at no later than when it is missed for what began at `since`, whatever it did before.
pub(super) fn expect_since(record: &mut Heartbeat, since: DateTime<Utc>, now: DateTime<Utc>) {
    let missed = missed(record, &record.heard.by(now).of(since), now);
    record.silent_at = record.silent_at.into_iter().chain(missed).min();
}

/// What it says about its box since `since`, which is when what `began` names did: its word, where it
/// has spoken, and its sentence. What it said before, and for how long it was silent before, is of what was
/// there then.
pub(crate) fn source(
    record: &Heartbeat,
    since: DateTime<Utc>,
    began: &str,
    now: DateTime<Utc>,
) -> (Option<SourceStatus>, String) {
    let heard = record.heard.by(now);
    if heard.last().is_none() {
        let never = "It has never been heard of. Have its job ping the address among the service's \
                     heartbeats.";
        return (Some(SourceStatus::Undecided), never.into());
    }
    // Of one that has only begun so far nothing is expected but its end.
    let of = heard.of(since);
    // The sentence is kept: it gives the time, not how long ago that was.
    let time = |at: DateTime<Utc>| at.format("%-d %b %H:%M:%S UTC");
    let unheard = format!("It has not been heard of since {began}");
    if let Some(at) = of.overdue_run(record.grace_s, now) {
        let grace = duration(record.grace_s);
        let said = format!(
            "Its run that began on {} has not ended within the grace of {grace}.",
            time(at)
        );
        return (Some(SourceStatus::Failed), said);
    }
    match stands(record, &of, now) {
        HeartbeatState::Failed => {
            let code = record.exit_code.filter(|code| *code != 0);
            let code = code.map(|code| format!(" with exit code {code}")).unwrap_or_default();
            (Some(SourceStatus::Failed), format!("It said that it went wrong{code}."))
        }
        HeartbeatState::Down => {
            let said = match heard.last().filter(|at| *at >= since) {
                Some(at) => format!("It was last heard of on {}, which is too long.", time(at)),
                None => format!("{unheard}, which is too long."),
            };
            (Some(SourceStatus::Failed), said)
        }
        HeartbeatState::New | HeartbeatState::Up | HeartbeatState::Late => match heard.success_at {
            // What was heard of the version before says nothing about this one.
            Some(at) if heard.is_well_since(since) => {
                (Some(SourceStatus::Passed), format!("It was heard of on {}.", time(at)))
            }
            Some(at) if at >= since => {
                (None, format!("What it said on {} is of a run from before {began}.", time(at)))
            }
            _ => (None, format!("{unheard}.")),
        },
    }
}
