//! Retiring a heartbeat.

use leptos::prelude::*;

use super::{Done, Outcome};
use crate::form::{Act, Form};

/// Retires it.
#[server(prefix = "/act", endpoint = "retire-heartbeat", input = Form)]
pub async fn retire_heartbeat(service: String, key: String) -> Outcome {
    let act = Act::here()?;
    act.engine.heartbeats().retire(&act.actor, &service, &key).await?;
    Ok(Done::here(format!("Retired the heartbeat {key}. It is listened to no more."))
        .at("heartbeats"))
}
