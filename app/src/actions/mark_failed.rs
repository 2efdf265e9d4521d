//! Marking a box as failed.

use domain::ids::RunId;
use engine::runs::ManualAction;
use leptos::prelude::*;

use super::{Done, Outcome};
use crate::form::{Act, Form};

/// Takes a person's word that a box failed.
#[server(prefix = "/act", endpoint = "mark-failed", input = Form)]
pub async fn mark_failed(run: RunId, item: String, #[server(default)] note: String) -> Outcome {
    let act = Act::here()?;
    act.engine
        .runs()
        .set_manual_status(&act.who, run, &item, ManualAction::MarkFailed, &note)
        .await?;
    Ok(Done::here("Marked as failed.").at(item))
}
