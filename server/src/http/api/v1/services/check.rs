//! `PUT` and `DELETE /api/v1/services/{slug}/checks/{key}`

use axum::{extract::State, response::Response};
use engine::checks::{CheckRequest, CheckView};
use http::StatusCode;

use crate::http::{
    ApiState,
    auth::Caller,
    extract::{Body, InPath},
    problem::{Problem, Problems},
    reply,
};

/// Creates or changes a check.
#[utoipa::path(put, path = "/api/v1/services/{slug}/checks/{key}", tag = "checks",
    params(
        ("slug" = String, Path, description = "The service's slug"),
        ("key" = String, Path, description = "The check's key among the service's checks"),
    ),
    request_body = CheckRequest,
    responses(
        (status = 200, body = CheckView, description = "Changed"),
        (status = 201, body = CheckView, description = "Created"),
        Problems,
    ))]
pub async fn put(
    State(state): State<ApiState>,
    InPath((slug, key)): InPath<(String, String)>,
    Body { actor, value, .. }: Body<CheckRequest>,
) -> Result<Response, Problem> {
    reply::put(&state.engine.checks().put(&actor, &slug, &key, value).await?)
}

/// Retires a check: it runs no more, what it measured stays.
#[utoipa::path(delete, path = "/api/v1/services/{slug}/checks/{key}", tag = "checks",
    params(
        ("slug" = String, Path, description = "The service's slug"),
        ("key" = String, Path, description = "The check's key among the service's checks"),
    ),
    responses((status = 204, description = "Retired"), Problems))]
pub async fn retire(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    InPath((slug, key)): InPath<(String, String)>,
) -> Result<StatusCode, Problem> {
    state.engine.checks().retire(&actor, &slug, &key).await?;
    Ok(StatusCode::NO_CONTENT)
}
