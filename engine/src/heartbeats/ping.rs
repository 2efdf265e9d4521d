//! Hearing a heartbeat.

use chrono::{DateTime, Utc};
use domain::{
    event::Event,
    heartbeat::{PingKind, of_exit_code},
    ids::DeploymentId,
    watch::WatchState,
};
use store::{
    Tx, deployments,
    heartbeats::{self, HeartbeatRecord, PingRecord},
};
use uuid::Uuid;

use super::stand::{settle, source};
use crate::{Engine, Refusal, run};

/// How much of what comes with a ping is kept, in bytes.
const BODY_MAX: usize = 4 * 1_024;

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
}

impl PingWord {
    /// Reads the last part of a ping's address: `start`, `fail` or an exit code.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "start" => Some(Self::Start),
            "fail" => Some(Self::Fail),
            code => code.parse().ok().map(Self::ExitCode),
        }
    }

    const fn kind(self) -> PingKind {
        match self {
            Self::Success => PingKind::Success,
            Self::Start => PingKind::Start,
            Self::Fail => PingKind::Fail,
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
    /// Where it came from.
    pub source: String,
    /// What came with it.
    pub body: Vec<u8>,
}

impl Engine {
    /// Hears a heartbeat; returns once that is durable.
    ///
    /// # Errors
    /// Where there is no heartbeat in use with this id.
    pub async fn ping(&self, id: Uuid, ping: Ping) -> Result<(), Refusal> {
        let now = self.now();
        self.hear(move |tx| {
            Box::pin(async move {
                if let Some(deployment) = hear(tx, id, &ping, now).await? {
                    tx.publish(Event::run_changed(deployment));
                }
                Ok(())
            })
        })
        .await
    }
}

/// Writes a ping down; answers the deployment whose page it changes.
async fn hear(
    tx: &mut Tx,
    id: Uuid,
    ping: &Ping,
    now: DateTime<Utc>,
) -> Result<Option<DeploymentId>, Refusal> {
    let Some(mut record) = tx.heartbeat(id).await? else {
        return Err(Refusal::not_found("heartbeat with the id", id));
    };
    let before = record.clone();
    let kind = ping.word.kind();
    let began = record.heard.start_at.filter(|_| kind != PingKind::Start);
    // Clocks may be set back; what comes later is later.
    let now = record.heard.last().map_or(now, |last| last.max(now));
    record.heard = record.heard.with(kind, now);
    record.exit_code = ping.word.code();
    record.pings += 1;
    settle(&mut record, now);
    heartbeats::stand(tx, &record);
    let kept = PingRecord {
        n: record.pings,
        at: now,
        kind,
        exit_code: ping.word.code(),
        duration_ms: began.map(|began| (now - began).num_milliseconds()),
        source: ping.source.clone(),
        body: readable(&ping.body),
    };
    heartbeats::insert_ping(tx, record.id, kept);
    turned(tx, &before, &record, now).await
}

/// Judges the box a heartbeat is evidence for, where its word has changed; answers the deployment.
pub(super) async fn turned(
    tx: &mut Tx,
    before: &HeartbeatRecord,
    record: &HeartbeatRecord,
    now: DateTime<Utc>,
) -> Result<Option<DeploymentId>, Refusal> {
    if record.item.is_none() && before.state == record.state {
        return Ok(None);
    }
    let open = deployments::watching(tx, record.service_id, &record.environment).await?;
    let Some(open) = open.filter(|open| open.state == WatchState::Watching) else {
        return Ok(None);
    };
    let since = open.deployed_at;
    let was = source(before, since, "the deployment", before.heard.last().unwrap_or(now)).0;
    let word_turned =
        was != source(record, since, "the deployment", now).0 || before.state != record.state;
    if word_turned && let Some(key) = &record.item {
        let sentence = source(record, since, "the deployment", now).1;
        let said = run::Spoken {
            kind: "heartbeat",
            actor: "heartbeats",
            key: &record.key,
            label: &record.label,
            sentence: &sentence,
            at: now,
        };
        run::spoke(tx, &open, key, said, now).await?;
    }
    Ok(word_turned.then_some(open.id))
}

/// The beginning of what came with a ping, as text.
fn readable(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(&body[..body.len().min(BODY_MAX)]);
    text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect()
}
