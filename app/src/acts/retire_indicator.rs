//! Retiring an indicator.

use axum::response::Response;

use super::Retire;
use crate::{act::Act, answer::Done};

/// Retires it.
pub async fn retire_indicator(act: Act<Retire>) -> Response {
    let key = &act.form.key;
    let done = format!("Retired the indicator {key}. Its points are kept.");
    let result = act
        .engine
        .retire_indicator(&act.who, &act.form.service, key)
        .await
        .map(|()| Done::here(done).at("indicators"));
    act.answer(result).await
}
