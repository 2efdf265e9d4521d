//! Ending a waiver before its time.

use leptos::prelude::*;

use super::{Done, Outcome};
use crate::form::{Act, Form, OfRun};

/// Opens a waived box again.
#[server(prefix = "/act", endpoint = "end-waiver", input = Form)]
pub async fn end_waiver(#[server(flatten)] of: OfRun, item: String) -> Outcome {
    let act = Act::here()?;
    act.engine.runs().end_waiver(&act.actor, of.run, &item).await?;
    Ok(Done::here("The waiver has ended.").at(item))
}
