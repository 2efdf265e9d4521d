//! `PUT` and `DELETE /api/v1/services/{slug}/checks/{key}`

use axum::{extract::State, response::Response};
use engine::services::{CheckRequest, CheckView};
use http::StatusCode;

use crate::http::{
    ApiState,
    auth::Caller,
    extract::{Body, InPath, reply},
    problem::{Problem, Problems},
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
    Body { who, value, .. }: Body<CheckRequest>,
) -> Result<Response, Problem> {
    Ok(reply(state.engine.put_check(&who, &slug, &key, value).await?))
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
    Caller(who): Caller,
    InPath((slug, key)): InPath<(String, String)>,
) -> Result<StatusCode, Problem> {
    state.engine.retire_check(&who, &slug, &key).await?;
    Ok(StatusCode::NO_CONTENT)
}
