//! Having a rollback's hook called again.

use domain::ids::DeploymentId;
use leptos::prelude::*;

use super::{Done, Outcome};
use crate::form::{Act, Form};

/// Has it called again.
#[server(prefix = "/act", endpoint = "redeliver", input = Form)]
pub async fn redeliver(deployment: DeploymentId) -> Outcome {
    let act = Act::here()?;
    act.engine.deliveries().redeliver(&act.actor, deployment).await?;
    Ok(Done::here("The hook is being called again.").at("rollback"))
}
