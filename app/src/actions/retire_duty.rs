//! Switching a duty off.

use leptos::prelude::*;

use super::{Done, Outcome};
use crate::form::{Act, Form};

/// Switches it off.
#[server(prefix = "/act", endpoint = "retire-duty", input = Form)]
pub async fn retire_duty(service: String, runbook: String, environment: String) -> Outcome {
    let act = Act::here()?;
    act.engine.duties().retire(&act.actor, &service, &runbook, &environment).await?;
    Ok(Done::here(format!("Switched off {runbook}.")).at("duties"))
}
