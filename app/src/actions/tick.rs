//! Ticking a box, or confirming a mixed one.

use domain::ids::RunId;
use engine::runs::ManualAction;
use leptos::prelude::*;

use super::{Done, Outcome};
use crate::form::{Act, Form};

/// Takes a person's word that a box is done.
#[server(prefix = "/act", endpoint = "tick", input = Form)]
pub async fn tick(run: RunId, item: String, #[server(default)] note: String) -> Outcome {
    let act = Act::here()?;
    let tick = ManualAction::Tick;
    act.engine.runs().set_manual_status(&act.who, run, &item, tick, &note).await?;
    Ok(Done::here("Ticked.").at(item))
}
