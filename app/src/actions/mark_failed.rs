//! Marking a box as failed.

use domain::ids::DeploymentId;
use engine::items::PersonAct;
use leptos::prelude::*;

use super::{Done, Outcome};
use crate::form::{Act, Form};

/// Takes a person's word that a box failed.
#[server(prefix = "/act", endpoint = "mark-failed", input = Form)]
pub async fn mark_failed(
    deployment: DeploymentId,
    item: String,
    #[server(default)] note: String,
) -> Outcome {
    let act = Act::here()?;
    act.engine.speak(&act.who, deployment, &item, PersonAct::MarkFailed, &note).await?;
    Ok(Done::here("Marked as failed.").at(item))
}
