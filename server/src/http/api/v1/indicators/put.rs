//! `PUT` and `DELETE /api/v1/services/{slug}/indicators/{key}`

use axum::{extract::State, response::Response};
use engine::indicators::{IndicatorRequest, IndicatorView};
use http::StatusCode;

use crate::http::{
    ApiState,
    auth::Caller,
    extract::{Body, InPath},
    problem::{Problem, Problems},
    reply,
};

/// Creates or changes an indicator. A threshold that changes during a watch is on its timeline.
#[utoipa::path(put, path = "/api/v1/services/{slug}/indicators/{key}", tag = "indicators",
    params(
        ("slug" = String, Path, description = "The service's slug"),
        ("key" = String, Path, description = "The indicator's key, such as `error_rate`"),
    ),
    request_body = IndicatorRequest,
    responses(
        (status = 200, body = IndicatorView, description = "Changed"),
        (status = 201, body = IndicatorView, description = "Created"),
        Problems,
    ))]
pub async fn put(
    State(state): State<ApiState>,
    InPath((slug, key)): InPath<(String, String)>,
    Body { actor, value, .. }: Body<IndicatorRequest>,
) -> Result<Response, Problem> {
    reply::put(&state.engine.indicators().put(&actor, &slug, &key, value).await?)
}

/// Retires an indicator: it takes no more points, those it has stay.
#[utoipa::path(delete, path = "/api/v1/services/{slug}/indicators/{key}", tag = "indicators",
    params(
        ("slug" = String, Path, description = "The service's slug"),
        ("key" = String, Path, description = "The indicator's key"),
    ),
    responses((status = 204, description = "Retired"), Problems))]
pub async fn retire(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    InPath((slug, key)): InPath<(String, String)>,
) -> Result<StatusCode, Problem> {
    state.engine.indicators().retire(&actor, &slug, &key).await?;
    Ok(StatusCode::NO_CONTENT)
}
