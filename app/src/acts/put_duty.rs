//! Switching a duty on and off.

use axum::response::Response;
use engine::{Refusal, duties::DutyRequest};
use serde::Deserialize;

use super::{filled, when};
use crate::{act::Act, answer::Done};

/// The form.
#[derive(Deserialize)]
pub struct PutDuty {
    runbook: String,
    /// The service's slug and the environment's, with a space between.
    place: String,
    #[serde(default)]
    starts_at: String,
}

/// What is switched off.
#[derive(Deserialize)]
pub struct RetireDuty {
    service: String,
    runbook: String,
    environment: String,
}

/// Switches it on.
pub async fn put_duty(act: Act<PutDuty>) -> Response {
    let form = &act.form;
    let result = async {
        let Some((service, environment)) = form.place.split_once(' ') else {
            return Err(Refusal::field("/place", "must be one of those offered"));
        };
        let starts_at = match filled(&form.starts_at) {
            None => None,
            Some(text) => Some(when::moment("/starts_at", &text)?),
        };
        let request = DutyRequest { environment: environment.to_owned(), starts_at };
        act.engine.put_duty(&act.who, service, &form.runbook, request).await?;
        Ok(Done::here(format!("Switched on {} for {service}.", form.runbook)).at("duties"))
    }
    .await;
    act.answer(result).await
}

/// Switches it off.
pub async fn retire_duty(act: Act<RetireDuty>) -> Response {
    let form = &act.form;
    let result = act
        .engine
        .retire_duty(&act.who, &form.service, &form.runbook, &form.environment)
        .await
        .map(|()| Done::here(format!("Switched off {}.", form.runbook)).at("duties"));
    act.answer(result).await
}
