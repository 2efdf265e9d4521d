//! Switching a duty on.

use engine::{Error, duties::DutyRequest};
use leptos::prelude::*;

use super::{Done, Outcome, filled, when};
use crate::form::{Act, Form};

/// Switches it on. `place` is the service's slug and the environment's, with a space between.
#[server(prefix = "/act", endpoint = "put-duty", input = Form)]
pub async fn put_duty(
    runbook: String,
    place: String,
    #[server(default)] starts_at: String,
) -> Outcome {
    let act = Act::here()?;
    let Some((service, environment)) = place.split_once(' ') else {
        return Err(Error::field("/place", "must be one of those offered").into());
    };
    let starts_at = match filled(&starts_at) {
        None => None,
        Some(text) => Some(when::moment("/starts_at", &text)?),
    };
    let request = DutyRequest { environment: environment.to_owned(), starts_at };
    act.engine.duties().put(&act.actor, service, &runbook, request).await?;
    Ok(Done::here(format!("Switched on {runbook} for {service}.")).at("duties"))
}
