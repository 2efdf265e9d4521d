//! Marking a box as failed.

use engine::runs::ManualAction;
use leptos::prelude::*;

use super::{Done, Outcome};
use crate::form::{Act, Form, OfRun};

/// Takes a person's word that a box failed.
#[server(prefix = "/act", endpoint = "mark-failed", input = Form)]
pub async fn mark_failed(
    #[server(flatten)] of: OfRun,
    item: String,
    #[server(default)] note: String,
) -> Outcome {
    let act = Act::here()?;
    let action = ManualAction::MarkFailed;
    act.engine.runs().set_manual_status(&act.actor, of.run, &item, action, &note).await?;
    Ok(Done::here("Marked as failed.").at(item))
}
