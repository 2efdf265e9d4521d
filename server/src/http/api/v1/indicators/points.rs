//! `POST /api/v1/measurements`

use axum::{extract::State, response::Response};
use engine::indicators::{PointsAnswer, PointsRequest};

use crate::http::{
    ApiState,
    extract::Body,
    problem::{Problem, Problems},
    reply,
};

/// Pushes points of indicators whose source is `pushed`; answers once they are durable. Each bad
/// point is named, none of the good ones is lost; where all are bad, 422.
#[utoipa::path(post, path = "/api/v1/measurements", tag = "indicators",
    params(("Idempotency-Key" = Option<String>, Header, description = "Do it once")),
    request_body(content = PointsRequest, description = "At most 10,000 points and 4 MiB"),
    responses((status = 202, body = PointsAnswer, description = "Kept"), Problems))]
pub async fn post(
    State(state): State<ApiState>,
    Body { actor, value, key }: Body<PointsRequest>,
) -> Result<Response, Problem> {
    reply::once::<202, _, _>(key, |idempotency| {
        state.engine.indicators().ingest(&actor, value, idempotency)
    })
    .await
}
