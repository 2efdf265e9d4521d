//! Writing a rollback plan.

use axum::response::Response;
use engine::services::{HookRequest, PlanRequest};
use serde::Deserialize;

use super::filled;
use crate::{act::Act, answer::Done};

/// The form.
#[derive(Debug, Deserialize)]
pub struct Plan {
    service: String,
    environment: String,
    #[serde(default)]
    command: String,
    #[serde(default)]
    hook_url: String,
    forget_hook: Option<String>,
    /// `yes` or `no`; a browser leaves a box that is not ticked out, so its form says that it has
    /// one (`hook_repeatable_asked`).
    hook_repeatable: Option<String>,
    hook_repeatable_asked: Option<String>,
    #[serde(default)]
    rules: String,
}

/// Writes it.
pub async fn put_plan(act: Act<Plan>) -> Response {
    let form = &act.form;
    let request = PlanRequest {
        command: form.command.clone(),
        hook: match filled(&form.hook_url) {
            Some(url) => HookRequest::Call(url),
            None if form.forget_hook.is_some() => HookRequest::None,
            None => HookRequest::Keep,
        },
        hook_repeatable: match (form.hook_repeatable.as_deref(), &form.hook_repeatable_asked) {
            (Some("no"), _) | (None, Some(_)) => Some(false),
            (Some(_), _) => Some(true),
            (None, None) => None,
        },
        rules: form.rules.replace("\r\n", "\n"),
    };
    let result = act
        .engine
        .put_rollback_plan(&act.who, &form.service, &form.environment, request)
        .await
        .map(|()| {
            Done::here(format!("Saved the rollback plan of {}.", form.environment)).at("rollback")
        });
    act.answer(result).await
}
