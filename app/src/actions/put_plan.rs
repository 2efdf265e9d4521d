//! Writing a rollback plan.

use engine::services::{HookRequest, PlanRequest};
use leptos::prelude::*;

use super::{Done, Outcome, filled};
use crate::form::{Act, Form};

/// Writes it. `hook_repeatable` is `yes` or `no`; a browser leaves a box that is not ticked out, so
/// its form says that it has one.
#[server(prefix = "/act", endpoint = "put-plan", input = Form)]
pub async fn put_plan(
    service: String,
    environment: String,
    #[server(default)] command: String,
    #[server(default)] hook_url: String,
    #[server(default)] forget_hook: Option<String>,
    #[server(default)] hook_repeatable: Option<String>,
    #[server(default)] hook_repeatable_asked: Option<String>,
    #[server(default)] rules: String,
) -> Outcome {
    let act = Act::here()?;
    let request = PlanRequest {
        command,
        hook: match filled(&hook_url) {
            Some(url) => HookRequest::Call(url),
            None if forget_hook.is_some() => HookRequest::None,
            None => HookRequest::Keep,
        },
        hook_repeatable: match (hook_repeatable.as_deref(), hook_repeatable_asked) {
            (Some("no"), _) | (None, Some(_)) => Some(false),
            (Some(_), _) => Some(true),
            (None, None) => None,
        },
        rules: rules.replace("\r\n", "\n"),
    };
    act.engine.put_rollback_plan(&act.who, &service, &environment, request).await?;
    Ok(Done::here(format!("Saved the rollback plan of {environment}.")).at("rollback"))
}
