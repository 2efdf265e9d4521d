//! Writing a rollback plan.

use engine::services::{HookRequest, PlanRequest};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::{Done, Outcome, filled};
use crate::form::{Act, Form, Secret};

/// What the plan's form holds.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct PlanFields {
    command: String,
    /// Its address may hold a key.
    hook_url: Secret,
    forget_hook: Option<String>,
    /// `yes` or `no`; a browser leaves a box that is not ticked out, so its form says that it has
    /// one (`hook_repeatable_asked`).
    hook_repeatable: Option<String>,
    hook_repeatable_asked: Option<String>,
    rules: String,
}

/// Writes it.
#[server(prefix = "/act", endpoint = "put-plan", input = Form)]
pub async fn put_plan(
    service: String,
    environment: String,
    #[server(flatten)] plan: PlanFields,
) -> Outcome {
    let act = Act::here()?;
    let request = PlanRequest {
        command: plan.command,
        hook: match filled(&plan.hook_url.0) {
            Some(url) => HookRequest::Call(url),
            None if plan.forget_hook.is_some() => HookRequest::None,
            None => HookRequest::Keep,
        },
        hook_repeatable: match (plan.hook_repeatable.as_deref(), plan.hook_repeatable_asked) {
            (Some("no"), _) | (None, Some(_)) => Some(false),
            (Some(_), _) => Some(true),
            (None, None) => None,
        },
        rules: plan.rules.replace("\r\n", "\n"),
    };
    act.engine.services().put_rollback_plan(&act.actor, &service, &environment, request).await?;
    Ok(Done::here(format!("Saved the rollback plan of {environment}.")).at("rollback"))
}
