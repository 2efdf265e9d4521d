//! `PUT /api/v1/services/{slug}`

use axum::{extract::State, response::Response};
use engine::services::{ServiceRequest, ServiceView};

use crate::http::{
    ApiState,
    extract::{Body, InPath},
    problem::{Problem, Problems},
    reply,
};

/// Creates or changes a service. Environments that are not named stay as they are.
#[utoipa::path(put, path = "/api/v1/services/{slug}", tag = "services",
    params(("slug" = String, Path, description = "The service's slug")),
    request_body = ServiceRequest,
    responses(
        (status = 200, body = ServiceView, description = "Changed"),
        (status = 201, body = ServiceView, description = "Created"),
        Problems,
    ))]
pub async fn put(
    State(state): State<ApiState>,
    InPath(slug): InPath<String>,
    Body { actor, value, .. }: Body<ServiceRequest>,
) -> Result<Response, Problem> {
    reply::put(&state.engine.services().put(&actor, &slug, value).await?)
}
