//! Rolling a deployment back.

use domain::ids::DeploymentId;
use engine::{Error, rollback::RollbackRequest};
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
        return Err(Error::field("", why).into());
    }
    let request = RollbackRequest { reason: reason.trim().to_owned() };
    let rolled_back = act.engine.rollback().trigger(&act.actor, deployment, request, None).await?;
    let begun = rolled_back.now()?;
    // What a hook has still to do is not done.
    let said = if begun.delivery.is_some() { "Rollback begun." } else { "Rolled back." };
    Ok(Done::here(format!("{said} {}", begun.message)).at("rollback"))
}
