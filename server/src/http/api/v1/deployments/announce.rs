//! `POST /api/v1/deployments`

use axum::{extract::State, response::Response};
use engine::deployments::{AnnounceRequest, DeploymentView};

use crate::http::{
    ApiState,
    extract::Body,
    problem::{Problem, Problems},
    reply,
};

/// Announces a deployment: its run opens from the runbook that fits, its probes start, and an open
/// watch of the same service and environment becomes `superseded`.
#[utoipa::path(post, path = "/api/v1/deployments", tag = "deployments",
    params(("Idempotency-Key" = Option<String>, Header, description = "Do it once")),
    request_body = AnnounceRequest,
    responses((status = 201, body = DeploymentView, description = "Announced"), Problems))]
pub async fn announce(
    State(state): State<ApiState>,
    Body { actor, value, key }: Body<AnnounceRequest>,
) -> Result<Response, Problem> {
    reply::once::<201, _, _>(key, |idempotency| {
        state.engine.deployments().announce(&actor, value, idempotency)
    })
    .await
}
