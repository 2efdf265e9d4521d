//! Rolling a deployment back.

use domain::ids::DeploymentId;
use engine::{Refusal, rollback::RollbackRequest};
use leptos::prelude::*;

use super::{Done, Outcome};
use crate::form::{Act, Form};

/// Closes the watch and calls the plan's hook. The box `sure` is the second step, with or without
/// scripts.
#[server(prefix = "/act", endpoint = "roll-back", input = Form)]
pub async fn roll_back(
    deployment: DeploymentId,
    reason: String,
    #[server(default)] sure: String,
) -> Outcome {
    let act = Act::here()?;
    if sure.is_empty() {
        let why = "Tick the box that says so: nothing was rolled back";
        return Err(Refusal::field("", why).into());
    }
    let request = RollbackRequest { reason: reason.trim().to_owned() };
    let answer = act.engine.roll_back(&act.who, deployment, request, None).await?;
    let message = serde_json::from_str::<serde_json::Value>(&answer.body)
        .ok()
        .and_then(|view| view["message"].as_str().map(str::to_owned))
        .unwrap_or_else(|| "The watch is closed.".into());
    Ok(Done::here(format!("Rolled back. {message}")).at("rollback"))
}
