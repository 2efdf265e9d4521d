//! Signing a deployment off.

use domain::ids::DeploymentId;
use leptos::prelude::*;

use super::{Done, Outcome};
use crate::form::{Act, Form};

/// Gives the reader's signature.
#[server(prefix = "/act", endpoint = "sign-off", input = Form)]
pub async fn sign_off(deployment: DeploymentId, #[server(default)] comment: String) -> Outcome {
    let act = Act::here()?;
    let complete = act.engine.sign(&act.who, deployment, &comment).await?;
    let said = if complete {
        "Signed off. It was the last signature: the watch is closed."
    } else {
        "Signed off. Other signatures are still missing."
    };
    Ok(Done::here(said).at("sign-off"))
}
