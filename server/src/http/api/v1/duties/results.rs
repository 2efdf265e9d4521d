//! `POST /api/v1/duties/runs/{id}/items/{key}/results`

use axum::{extract::State, response::Response};
use domain::ids::DutyRunId;
use engine::runs::{ItemView, ResultRequest};

use crate::http::{
    ApiState,
    extract::{Body, InPath},
    problem::{Problem, Problems},
    reply,
};

/// The machine's word on an item of a duty's run; 409 on a `human` one.
#[utoipa::path(post, path = "/api/v1/duties/runs/{id}/items/{key}/results", tag = "duties",
    params(
        ("id" = uuid::Uuid, Path, description = "The run"),
        ("key" = String, Path, description = "The item's key"),
        ("Idempotency-Key" = Option<String>, Header, description = "Do it once"),
    ),
    request_body = ResultRequest,
    responses((status = 200, body = ItemView, description = "Kept"), Problems))]
pub async fn post(
    State(state): State<ApiState>,
    InPath((id, key)): InPath<(DutyRunId, String)>,
    Body { actor, value, key: once }: Body<ResultRequest>,
) -> Result<Response, Problem> {
    reply::once::<200, _, _>(once, |idempotency| {
        state.engine.runs().post_result(&actor, id, &key, value, idempotency)
    })
    .await
}
