//! Retiring a check.

use leptos::prelude::*;

use super::{Done, Outcome};
use crate::form::{Act, Form};

/// Retires it.
#[server(prefix = "/act", endpoint = "retire-check", input = Form)]
pub async fn retire_check(service: String, key: String) -> Outcome {
    let act = Act::here()?;
    act.engine.checks().retire(&act.actor, &service, &key).await?;
    Ok(Done::here(format!("Retired the check {key}. What it measured is kept.")).at("checks"))
}
