//! Rolling a deployment back.

use axum::response::Response;
use domain::ids::DeploymentId;
use engine::{Refusal, rollback::RollbackRequest};
use serde::Deserialize;

use crate::{act::Act, answer::Done};

/// The form. The box `sure` is the second step, with or without scripts.
#[derive(Deserialize)]
pub struct RollBack {
    deployment: DeploymentId,
    reason: String,
    #[serde(default)]
    sure: String,
}

/// Closes the watch and calls the plan's hook.
pub async fn roll_back(act: Act<RollBack>) -> Response {
    let form = &act.form;
    let result = async {
        if form.sure.is_empty() {
            return Err(Refusal::field("", "Tick the box that says so: nothing was rolled back"));
        }
        let request = RollbackRequest { reason: form.reason.trim().to_owned() };
        let answer = act.engine.roll_back(&act.who, form.deployment, request, None).await?;
        let message = serde_json::from_str::<serde_json::Value>(&answer.body)
            .ok()
            .and_then(|view| view["message"].as_str().map(str::to_owned))
            .unwrap_or_else(|| "The watch is closed.".into());
        Ok(Done::here(format!("Rolled back. {message}")).at("rollback"))
    }
    .await;
    act.answer(result).await
}
