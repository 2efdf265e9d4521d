//! `POST /api/v1/deployments`

use axum::{extract::State, response::Response};
use engine::deployments::{AnnounceRequest, DeploymentView};

use crate::http::{
    ApiState,
    extract::{Body, reply},
    problem::{Problem, Problems},
};

/// Announces a deployment: its run opens from the runbook that fits, its probes start, and an open
/// watch of the same service and environment becomes `superseded`.
#[utoipa::path(post, path = "/api/v1/deployments", tag = "deployments",
    params(("Idempotency-Key" = Option<String>, Header, description = "Do it once")),
    request_body = AnnounceRequest,
    responses((status = 201, body = DeploymentView, description = "Announced"), Problems))]
pub async fn announce(
    State(state): State<ApiState>,
    Body { who, value, once }: Body<AnnounceRequest>,
) -> Result<Response, Problem> {
    Ok(reply(state.engine.announce(&who, value, once).await?))
}
