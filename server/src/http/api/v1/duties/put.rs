//! `PUT` and `DELETE /api/v1/services/{slug}/duties/{runbook}`

use axum::{extract::State, response::Response};
use engine::duties::{DutyRequest, DutyView};
use http::StatusCode;
use serde::Deserialize;

use crate::http::{
    ApiState,
    auth::Caller,
    extract::{Body, InPath, InQuery},
    problem::{Problem, Problems},
    reply,
};

/// Switches a duty on, or moves its times.
#[utoipa::path(put, path = "/api/v1/services/{slug}/duties/{runbook}", tag = "duties",
    params(
        ("slug" = String, Path, description = "The service's slug"),
        ("runbook" = String, Path, description = "The slug of a runbook that recurs"),
    ),
    request_body = DutyRequest,
    responses(
        (status = 200, body = DutyView, description = "Changed"),
        (status = 201, body = DutyView, description = "Switched on"),
        Problems,
    ))]
pub async fn put(
    State(state): State<ApiState>,
    InPath((slug, runbook)): InPath<(String, String)>,
    Body { actor, value, .. }: Body<DutyRequest>,
) -> Result<Response, Problem> {
    reply::put(&state.engine.duties().put(&actor, &slug, &runbook, value).await?)
}

/// Where a duty is switched off.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Place {
    /// The environment's slug.
    environment: String,
}

/// Switches a duty off: no more runs open.
#[utoipa::path(delete, path = "/api/v1/services/{slug}/duties/{runbook}", tag = "duties",
    params(
        ("slug" = String, Path, description = "The service's slug"),
        ("runbook" = String, Path, description = "The slug of a runbook that recurs"),
        Place,
    ),
    responses((status = 204, description = "Switched off"), Problems))]
pub async fn retire(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    InPath((slug, runbook)): InPath<(String, String)>,
    InQuery(place): InQuery<Place>,
) -> Result<StatusCode, Problem> {
    state.engine.duties().retire(&actor, &slug, &runbook, &place.environment).await?;
    Ok(StatusCode::NO_CONTENT)
}
