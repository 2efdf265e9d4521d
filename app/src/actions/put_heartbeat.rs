//! Adding or changing a heartbeat.

use engine::heartbeats::HeartbeatRequest;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::{Done, Outcome, filled};
use crate::{
    fields::number,
    form::{Act, Form},
};

/// What the heartbeat's form holds besides its key.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct HeartbeatFields {
    environment: String,
    period_s: String,
    cron: String,
    time_zone: String,
    grace_s: String,
    item: String,
    label: String,
}

/// Adds or changes it.
#[server(prefix = "/act", endpoint = "put-heartbeat", input = Form)]
pub async fn put_heartbeat(
    service: String,
    key: String,
    #[server(flatten)] heartbeat: HeartbeatFields,
) -> Outcome {
    let act = Act::here()?;
    let key = key.trim();
    let request = HeartbeatRequest {
        period_s: number("/period_s", &heartbeat.period_s)?,
        cron: filled(&heartbeat.cron),
        time_zone: filled(&heartbeat.time_zone),
        grace_s: number("/grace_s", &heartbeat.grace_s)?,
        item: filled(&heartbeat.item),
        label: filled(&heartbeat.label),
        environment: heartbeat.environment,
    };
    let put = act.engine.heartbeats().put(&act.actor, &service, key, request).await?;
    let verb = if put.created { "Added" } else { "Saved" };
    Ok(Done::here(format!("{verb} the heartbeat {key}.")).at(format!("heartbeat-{key}")))
}
