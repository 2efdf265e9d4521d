//! `GET /health`: whether the shop works, in JSON.

use std::sync::atomic::Ordering;

use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::json;

use crate::state::AppState;

/// 200 with `ok`, or `degraded` where the worker stands still; 503 with `down` where the database
/// does not answer.
pub async fn show(State(state): State<AppState>) -> Response {
    let database = state.store.ping();
    let working =
        state.worker_running.load(Ordering::Acquire) && !state.faults.get().worker_stopped;
    let (code, status) = match (&database, working) {
        (Err(_), _) => (StatusCode::SERVICE_UNAVAILABLE, "down"),
        (Ok(()), false) => (StatusCode::OK, "degraded"),
        (Ok(()), true) => (StatusCode::OK, "ok"),
    };
    if let Err(error) = &database {
        tracing::error!(%error, "health check failed");
    }
    let body = json!({
        "status": status,
        "version": state.release(),
        "database": if database.is_ok() { "ok" } else { "unreachable" },
        "worker": if working { "running" } else { "stopped" },
        "queue_depth": state.store.queue_depth(),
        "uptime_s": state.started.elapsed().as_secs(),
    });
    (code, Json(body)).into_response()
}
