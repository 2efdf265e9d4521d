//! `GET /api/v1/deployments/{id}/gate`

use std::time::Duration;

use axum::{
    Json,
    extract::State,
    response::{IntoResponse as _, Response},
};
use domain::{ids::DeploymentId, verdict::Verdict};
use engine::runs::GateView;
use http::StatusCode;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::http::{
    ApiState,
    auth::Caller,
    extract::{InPath, InQuery},
    problem::{Problem, Problems},
};

/// How long to wait.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Params {
    /// Seconds to hold the answer until the verdict is decided, 0 to 60.
    #[param(minimum = 0, maximum = 60)]
    wait_s: Option<u64>,
}

/// The gate: 200 where it passes, else 409, so that `curl --fail` serves as a gate.
#[utoipa::path(get, path = "/api/v1/deployments/{id}/gate", tag = "deployments",
    params(("id" = uuid::Uuid, Path, description = "The deployment"), Params),
    responses(
        Problems,
        (status = 200, body = GateView, description = "It passes"),
        (status = 409, body = GateView, description = "It does not, or not yet",
            content_type = "application/json"),
    ))]
pub async fn gate(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    InPath(id): InPath<DeploymentId>,
    InQuery(params): InQuery<Params>,
) -> Result<Response, Problem> {
    let wait_s = params.wait_s.unwrap_or(0);
    if wait_s > 60 {
        return Err(Problem::field("/wait_s", "must be 0 to 60"));
    }
    let answer = state.engine.runs().gate_within(&actor, id, Duration::from_secs(wait_s)).await?;
    let status = match answer.verdict {
        Verdict::Passed => StatusCode::OK,
        Verdict::Failed | Verdict::Undecided => StatusCode::CONFLICT,
    };
    Ok((status, Json(GateView::from(answer))).into_response())
}
