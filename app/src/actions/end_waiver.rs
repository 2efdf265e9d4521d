//! Ending a waiver before its time.

use domain::ids::DeploymentId;
use leptos::prelude::*;

use super::{Done, Outcome};
use crate::form::{Act, Form};

/// Opens a waived box again.
#[server(prefix = "/act", endpoint = "end-waiver", input = Form)]
pub async fn end_waiver(deployment: DeploymentId, item: String) -> Outcome {
    let act = Act::here()?;
    act.engine.end_waiver(&act.who, deployment, &item).await?;
    Ok(Done::here("The waiver has ended.").at(item))
}
