//! A heartbeat as the API answers it and as the pages show it.

use chrono::{DateTime, Utc};
use domain::heartbeat::{Heartbeat, HeartbeatState, RecordedPing, expected};
use serde::Serialize;
use store::{Connection, StoreError, heartbeats};

use super::status::{now_is, schedule};

/// How many pings the page shows.
const PINGS_SHOWN: i64 = 20;

/// A heartbeat as the API answers it.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct HeartbeatView {
    /// Its key.
    pub key: String,
    /// What it is called on the page.
    pub label: String,
    /// The environment's slug.
    pub environment: String,
    /// Where its pings are sent. Whoever knows it may ping; only who may change it is told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ping_url: Option<String>,
    /// Seconds from one ping to the next.
    pub period_s: Option<i64>,
    /// When it is expected, as a cron expression.
    pub cron: Option<String>,
    /// The time zone of that.
    pub time_zone: Option<String>,
    /// How late it may be, in seconds.
    pub grace_s: i64,
    /// The key of the item it is evidence for.
    pub item: Option<String>,
    /// `new`, `up`, `late`, `down` or `failed`.
    pub state: String,
    /// When it was last heard of.
    pub last_ping_at: Option<DateTime<Utc>>,
    /// When it is expected next.
    pub expected_at: Option<DateTime<Utc>>,
}

/// A heartbeat as it stands.
#[derive(Debug, Clone)]
pub struct HeartbeatNow {
    /// The heartbeat.
    pub record: Heartbeat,
    /// Where it stands now.
    pub state: HeartbeatState,
    /// When it is expected next.
    pub expected_at: Option<DateTime<Utc>>,
    /// Its newest pings, newest first.
    pub pings: Vec<RecordedPing>,
}

impl HeartbeatNow {
    pub(super) fn without_pings(record: Heartbeat, now: DateTime<Utc>) -> Self {
        let expected_at = schedule(&record, now)
            .and_then(|schedule| expected(&schedule, record.grace_s, &record.heard))
            .map(|(expected, _)| expected);
        Self { state: now_is(&record, now), expected_at, pings: Vec::new(), record }
    }

    /// As the API answers it, with its address where `base_url` is given.
    pub(super) fn view(self, base_url: Option<&str>) -> HeartbeatView {
        let record = self.record;
        HeartbeatView {
            ping_url: base_url.map(|base| ping_url(base, &record)),
            last_ping_at: record.heard.last(),
            state: self.state.as_str().into(),
            expected_at: self.expected_at,
            key: record.key,
            label: record.label,
            environment: record.environment,
            period_s: record.period_s,
            cron: record.cron,
            time_zone: record.time_zone,
            grace_s: record.grace_s,
            item: record.item,
        }
    }

    /// Where its pings are sent.
    #[must_use]
    pub fn ping_url(&self, base_url: &str) -> String {
        ping_url(base_url, &self.record)
    }
}

fn ping_url(base_url: &str, record: &Heartbeat) -> String {
    format!("{base_url}/ping/{}", record.ping_id)
}

/// Heartbeats as they stand, with their newest pings.
pub(crate) async fn now_of(
    link: &mut Connection,
    records: Vec<Heartbeat>,
    now: DateTime<Utc>,
) -> Result<Vec<HeartbeatNow>, StoreError> {
    let mut all = Vec::with_capacity(records.len());
    for record in records {
        let pings = heartbeats::pings(link, record.id, PINGS_SHOWN).await?;
        all.push(HeartbeatNow { pings, ..HeartbeatNow::without_pings(record, now) });
    }
    Ok(all)
}
