//! `PUT /api/v1/services/{slug}/checks/{key}`

use axum::{extract::State, response::Response};
use engine::services::{CheckRequest, CheckView};

use crate::http::{
    ApiState,
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
