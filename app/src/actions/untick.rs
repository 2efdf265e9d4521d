//! Taking a tick back.

use domain::ids::RunId;
use engine::runs::ManualAction;
use leptos::prelude::*;

use super::{Done, Outcome};
use crate::form::{Act, Form};

/// Takes a person's word back.
#[server(prefix = "/act", endpoint = "untick", input = Form)]
pub async fn untick(run: RunId, item: String, #[server(default)] note: String) -> Outcome {
    let act = Act::here()?;
    act.engine.runs().set_manual_status(&act.who, run, &item, ManualAction::Untick, &note).await?;
    Ok(Done::here("Taken back. The history keeps both.").at(item))
}
