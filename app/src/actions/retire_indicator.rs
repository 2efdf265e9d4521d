//! Retiring an indicator.

use leptos::prelude::*;

use super::{Done, Outcome};
use crate::form::{Act, Form};

/// Retires it.
#[server(prefix = "/act", endpoint = "retire-indicator", input = Form)]
pub async fn retire_indicator(service: String, key: String) -> Outcome {
    let act = Act::here()?;
    act.engine.indicators().retire(&act.actor, &service, &key).await?;
    Ok(Done::here(format!("Retired the indicator {key}. Its points are kept.")).at("indicators"))
}
