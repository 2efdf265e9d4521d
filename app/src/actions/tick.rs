//! Ticking a box, or confirming a mixed one.

use domain::ids::DeploymentId;
use engine::items::PersonAct;
use leptos::prelude::*;

use super::{Done, Outcome};
use crate::form::{Act, Form};

/// Takes a person's word that a box is done.
#[server(prefix = "/act", endpoint = "tick", input = Form)]
pub async fn tick(
    deployment: DeploymentId,
    item: String,
    #[server(default)] note: String,
) -> Outcome {
    let act = Act::here()?;
    act.engine.speak(&act.who, deployment, &item, PersonAct::Tick, &note).await?;
    Ok(Done::here("Ticked.").at(item))
}
