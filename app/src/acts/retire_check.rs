//! Retiring a check.

use axum::response::Response;

use super::Retire;
use crate::{act::Act, answer::Done};

/// Retires it.
pub async fn retire_check(act: Act<Retire>) -> Response {
    let key = &act.form.key;
    let done = format!("Retired the check {key}. What it measured is kept.");
    let result = act
        .engine
        .retire_check(&act.who, &act.form.service, key)
        .await
        .map(|()| Done::here(done).at("checks"));
    act.answer(result).await
}
