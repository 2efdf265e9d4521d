//! `GET /api/v1/services/{slug}`

use axum::{Json, extract::State};
use engine::services::ServiceView;

use crate::http::{
    ApiState,
    auth::Caller,
    extract::InPath,
    problem::{Problem, Problems},
};

/// A service with what runs where.
#[utoipa::path(get, path = "/api/v1/services/{slug}", tag = "services",
    params(("slug" = String, Path, description = "The service's slug")),
    responses((status = 200, body = ServiceView), Problems))]
pub async fn get(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    InPath(slug): InPath<String>,
) -> Result<Json<ServiceView>, Problem> {
    Ok(Json(state.engine.services().view(&actor, &slug).await?))
}
