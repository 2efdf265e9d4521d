//! Hearing a heartbeat.

use chrono::{DateTime, Utc};
use domain::{
    event::Event,
    heartbeat::{Heartbeat, HeartbeatState, PingKind, RecordedPing, of_exit_code},
    item_sources::SourceStatus,
    watch::WatchState,
};
use store::{Tx, heartbeats, runs};
use uuid::Uuid;

use super::{
    Heartbeats,
    status::{settle, source},
};
use crate::{
    Error,
    runs::{
        AutomatedResult, apply_automated_result, began, keep_revoking, revoke_where_failed,
        update_beside,
    },
};

/// How much of what comes with a ping is kept, in bytes.
const BODY_MAX: usize = 4 * 1_024;

/// When a run may be said to have begun that found too many open, in seconds.
const BEGIN_AGAIN_S: u32 = 60;

/// What a ping's address says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PingWord {
    /// Done, or alive.
    Success,
    /// Begun.
    Start,
    /// Went wrong.
    Fail,
    /// Exited with this code: 0 is well, anything else is not.
    ExitCode(u8),
    /// Something to be kept, which changes nothing.
    Log,
}

impl PingWord {
    /// Reads the last part of a ping's address: `start`, `fail`, `log` or an exit code.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "start" => Some(Self::Start),
            "fail" => Some(Self::Fail),
            "log" => Some(Self::Log),
            code => code.parse().ok().map(Self::ExitCode),
        }
    }

    const fn kind(self) -> PingKind {
        match self {
            Self::Success => PingKind::Success,
            Self::Start => PingKind::Start,
            Self::Fail => PingKind::Fail,
            Self::Log => PingKind::Log,
            Self::ExitCode(code) => of_exit_code(code),
        }
    }

    fn code(self) -> Option<i64> {
        match self {
            Self::ExitCode(code) => Some(code.into()),
            _ => None,
        }
    }
}

/// A ping.
#[derive(Debug, Clone)]
pub struct Ping {
    /// What its address says.
    pub word: PingWord,
    /// The id of the run it is about, where runs overlap.
    pub rid: Option<Uuid>,
    /// Where it came from.
    pub source: String,
    /// What came with it.
    pub body: Vec<u8>,
}

impl Heartbeats<'_> {
    /// Hears a heartbeat; returns once that is durable.
    ///
    /// # Errors
    /// Where there is no heartbeat in use with this id, or too many of its runs are open.
    pub async fn ping(self, id: Uuid, ping: Ping) -> Result<(), Error> {
        let ids = self.0.heartbeat_ids();
        if !ids.has(id) {
            // Anyone may call: who only guesses takes no turn of those who write.
            if heartbeats::by_ping_id(&mut self.0.read().await?, id).await?.is_none() {
                return Err(unknown(id));
            }
            ids.note(id);
        }
        let now = self.0.now();
        self.0
            .write_buffered(move |tx| Box::pin(async move { hear(tx, id, &ping, now).await }))
            .await
    }
}

fn unknown(id: Uuid) -> Error {
    Error::not_found("heartbeat with the id", id)
}

/// Writes a ping down.
async fn hear(tx: &mut Tx, id: Uuid, ping: &Ping, now: DateTime<Utc>) -> Result<(), Error> {
    let Some(mut record) = tx.heartbeat(id).await? else {
        return Err(unknown(id));
    };
    let before = record.clone();
    let kind = ping.word.kind();
    record.heard = record.heard.by(now);
    let begins = ping.rid.filter(|_| kind == PingKind::Start);
    if begins.is_some_and(|rid| !record.heard.makes_room(rid, record.grace_s)) {
        // Heard and forgotten, nobody would miss its end.
        return Err(Error::Busy { retry_after_s: BEGIN_AGAIN_S });
    }
    let ends = matches!(kind, PingKind::Success | PingKind::Fail);
    let started = record.heard.began(ping.rid).filter(|_| ends);
    // Clocks may be set back; what comes later is later.
    let now = record.heard.last().map_or(now, |last| last.max(now));
    record.heard = std::mem::take(&mut record.heard).with(kind, ping.rid, now);
    if kind != PingKind::Log {
        record.exit_code = ping.word.code();
    }
    record.pings += 1;
    settle(&mut record, now);
    if !ends {
        // It is expected as before.
        let before = before.silent_at.filter(|at| *at >= now);
        record.silent_at = record.silent_at.into_iter().chain(before).min();
    }
    heartbeats::put_state(tx, &record);
    let kept = RecordedPing {
        n: record.pings,
        at: now,
        kind,
        exit_code: ping.word.code(),
        duration_ms: started.map(|started| (now - started).num_milliseconds()),
        source: ping.source.clone(),
        body: readable(&ping.body),
    };
    heartbeats::insert_ping(tx, record.id, kept);
    turned(tx, &before, &record, now).await
}

/// Evaluates the items a heartbeat is evidence for, where what it says of them has changed.
pub(super) async fn turned(
    tx: &mut Tx,
    before: &Heartbeat,
    record: &Heartbeat,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    // One that is down already may say something else of what is there now.
    let is_up = record.state != HeartbeatState::Down && before.silent_at.is_none_or(|at| at >= now);
    if record.item.is_none() && before.state == record.state && is_up {
        return Ok(());
    }
    let mut about = runs::open_in(tx, record.service_id, &record.environment).await?;
    let signed = runs::signed_in(tx, record.service_id, &record.environment).await?;
    about.extend(signed.filter(|run| run.can_be_revoked(now)));
    for run in about {
        let (since, began) = (run.opened_at, began(run.subject));
        let (was, said) = source(before, since, began, before.heard.last().unwrap_or(now).min(now));
        let (is, sentence) = source(record, since, began, now);
        // What says nothing yet says why, which may be something else now.
        let says_the_same = was == is && (is.is_some() || said == sentence);
        if says_the_same && before.state == record.state {
            continue;
        }
        tx.publish(Event::readings(run.id, run.service_id));
        let said = AutomatedResult {
            kind: "heartbeat",
            actor: "heartbeats",
            key: &record.key,
            label: &record.label,
            word: is.unwrap_or(SourceStatus::Undecided),
            sentence: &sentence,
            at: now,
        };
        if run.state == WatchState::SignedOff {
            let revoked = revoke_where_failed(tx, &run, now).await?;
            let failed = revoked && is == Some(SourceStatus::Failed);
            if let Some(key) = record.item.as_ref().filter(|_| failed) {
                keep_revoking(tx, &run, key, said, now).await?;
            }
            continue;
        }
        match &record.item {
            // Of no box: it stands beside all of them.
            None => update_beside(tx, &run, now).await?,
            Some(key) => apply_automated_result(tx, &run, key, said, now).await?,
        }
    }
    Ok(())
}

/// The beginning of what came with a ping, as text.
fn readable(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(&body[..body.len().min(BODY_MAX)]);
    text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect()
}
