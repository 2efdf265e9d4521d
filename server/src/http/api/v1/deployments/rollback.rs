//! `POST /api/v1/deployments/{id}/rollback`

use axum::{extract::State, response::Response};
use domain::ids::DeploymentId;
use engine::rollback::{RollbackRequest, RollbackView};

use crate::http::{
    ApiState,
    extract::{Body, InPath},
    problem::{Problem, Problems},
    reply,
};

/// Rolls back: closes the watch and has the plan's hook called. Needs no sign-off.
#[utoipa::path(post, path = "/api/v1/deployments/{id}/rollback", tag = "deployments",
    params(
        ("id" = uuid::Uuid, Path, description = "The deployment"),
        ("Idempotency-Key" = Option<String>, Header, description = "Do it once"),
    ),
    request_body = RollbackRequest,
    responses((status = 202, body = RollbackView, description = "Triggered"), Problems))]
pub async fn roll_back(
    State(state): State<ApiState>,
    InPath(id): InPath<DeploymentId>,
    Body { actor, value, key }: Body<RollbackRequest>,
) -> Result<Response, Problem> {
    reply::once::<202, _, _>(key, |idempotency| {
        state.engine.rollback().trigger(&actor, id, value, idempotency)
    })
    .await
}
