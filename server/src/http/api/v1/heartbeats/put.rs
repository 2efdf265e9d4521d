//! `PUT` and `DELETE /api/v1/services/{slug}/heartbeats/{key}`

use axum::{extract::State, response::Response};
use engine::heartbeats::{HeartbeatRequest, HeartbeatView};
use http::StatusCode;

use crate::http::{
    ApiState,
    auth::Caller,
    extract::{Body, InPath},
    problem::{Problem, Problems},
    reply,
};

/// Creates or changes a heartbeat; answers where its pings are sent, which never changes.
#[utoipa::path(put, path = "/api/v1/services/{slug}/heartbeats/{key}", tag = "heartbeats",
    params(
        ("slug" = String, Path, description = "The service's slug"),
        ("key" = String, Path, description = "The heartbeat's key among the service's heartbeats"),
    ),
    request_body = HeartbeatRequest,
    responses(
        (status = 200, body = HeartbeatView, description = "Changed"),
        (status = 201, body = HeartbeatView, description = "Created"),
        Problems,
    ))]
pub async fn put(
    State(state): State<ApiState>,
    InPath((slug, key)): InPath<(String, String)>,
    Body { actor, value, .. }: Body<HeartbeatRequest>,
) -> Result<Response, Problem> {
    reply::put(&state.engine.heartbeats().put(&actor, &slug, &key, value).await?)
}

/// Retires a heartbeat: its pings are taken no more.
#[utoipa::path(delete, path = "/api/v1/services/{slug}/heartbeats/{key}", tag = "heartbeats",
    params(
        ("slug" = String, Path, description = "The service's slug"),
        ("key" = String, Path, description = "The heartbeat's key"),
    ),
    responses((status = 204, description = "Retired"), Problems))]
pub async fn retire(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    InPath((slug, key)): InPath<(String, String)>,
) -> Result<StatusCode, Problem> {
    state.engine.heartbeats().retire(&actor, &slug, &key).await?;
    Ok(StatusCode::NO_CONTENT)
}
