//! Taking a tick back.

use engine::runs::ManualAction;
use leptos::prelude::*;

use super::{Done, Outcome};
use crate::form::{Act, Form, OfRun};

/// Takes a person's word back.
#[server(prefix = "/act", endpoint = "untick", input = Form)]
pub async fn untick(
    #[server(flatten)] of: OfRun,
    item: String,
    #[server(default)] note: String,
) -> Outcome {
    let act = Act::here()?;
    let action = ManualAction::Untick;
    act.engine.runs().set_manual_status(&act.actor, of.run, &item, action, &note).await?;
    Ok(Done::here("Taken back. The history keeps both.").at(item))
}
