//! Saying what was rotated after a leak was closed.

use leptos::prelude::*;

use super::{Done, Outcome};
use crate::form::{Act, Form, OfRun};

/// Takes a person's word on what was rotated.
#[server(prefix = "/act", endpoint = "settle-leak", input = Form)]
pub async fn settle_leak(
    #[server(flatten)] of: OfRun,
    item: String,
    #[server(default)] note: String,
) -> Outcome {
    let act = Act::here()?;
    act.engine.runs().settle_leak(&act.actor, of.run, &item, &note).await?;
    Ok(Done::here("Kept. The box counts its checks again.").at(item))
}
