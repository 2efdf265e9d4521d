//! Retiring a heartbeat.

use axum::response::Response;

use super::Retire;
use crate::{act::Act, answer::Done};

/// Retires it.
pub async fn retire_heartbeat(act: Act<Retire>) -> Response {
    let key = &act.form.key;
    let done = format!("Retired the heartbeat {key}. It is listened to no more.");
    let result = act
        .engine
        .retire_heartbeat(&act.who, &act.form.service, key)
        .await
        .map(|()| Done::here(done).at("heartbeats"));
    act.answer(result).await
}
