//! Ending a waiver before its time.

use domain::ids::RunId;
use leptos::prelude::*;

use super::{Done, Outcome};
use crate::form::{Act, Form};

/// Opens a waived box again.
#[server(prefix = "/act", endpoint = "end-waiver", input = Form)]
pub async fn end_waiver(run: RunId, item: String) -> Outcome {
    let act = Act::here()?;
    act.engine.runs().end_waiver(&act.who, run, &item).await?;
    Ok(Done::here("The waiver has ended.").at(item))
}
