//! Ticking a box, or confirming a mixed one.

use engine::runs::ManualAction;
use leptos::prelude::*;

use super::{Done, Outcome};
use crate::form::{Act, Form, OfRun};

/// Takes a person's word that a box is done.
#[server(prefix = "/act", endpoint = "tick", input = Form)]
pub async fn tick(
    #[server(flatten)] of: OfRun,
    item: String,
    #[server(default)] note: String,
) -> Outcome {
    let act = Act::here()?;
    let action = ManualAction::Tick;
    act.engine.runs().set_manual_status(&act.actor, of.run, &item, action, &note).await?;
    Ok(Done::here("Ticked.").at(item))
}
