//! Taking a tick back.

use domain::ids::DeploymentId;
use engine::items::PersonAct;
use leptos::prelude::*;

use super::{Done, Outcome};
use crate::form::{Act, Form};

/// Takes a person's word back.
#[server(prefix = "/act", endpoint = "untick", input = Form)]
pub async fn untick(
    deployment: DeploymentId,
    item: String,
    #[server(default)] note: String,
) -> Outcome {
    let act = Act::here()?;
    act.engine.speak(&act.who, deployment, &item, PersonAct::Untick, &note).await?;
    Ok(Done::here("Taken back. The history keeps both.").at(item))
}
