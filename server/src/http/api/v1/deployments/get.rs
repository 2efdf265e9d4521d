//! `GET /api/v1/deployments/{id}`

use axum::{Json, extract::State};
use domain::ids::DeploymentId;
use engine::deployments::DeploymentView;

use crate::http::{
    ApiState,
    auth::Caller,
    extract::InPath,
    problem::{Problem, Problems},
};

/// A deployment with its items.
#[utoipa::path(get, path = "/api/v1/deployments/{id}", tag = "deployments",
    params(("id" = uuid::Uuid, Path, description = "The deployment")),
    responses((status = 200, body = DeploymentView), Problems))]
pub async fn get(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    InPath(id): InPath<DeploymentId>,
) -> Result<Json<DeploymentView>, Problem> {
    Ok(Json(state.engine.deployments().view(&actor, id).await?))
}
