//! `GET /api/v1/services/{slug}/checks/{key}/measurements`

use axum::{Json, extract::State};
use chrono::{DateTime, Utc};
use engine::checks::MeasurementView;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::http::{
    ApiState,
    auth::Caller,
    cursor::{self, Listing, Paged},
    extract::{InPath, InQuery},
    problem::{Problem, Problems},
};

/// Which measurements.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Params {
    /// From this time on.
    since: Option<DateTime<Utc>>,
    /// To before this time.
    until: Option<DateTime<Utc>>,
    /// The most items, 1 to 200; 50 where absent.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
    /// Where the page begins: `next_cursor` of the page before.
    cursor: Option<String>,
}

/// What a check measured, newest first.
#[utoipa::path(get, path = "/api/v1/services/{slug}/checks/{key}/measurements", tag = "checks",
    params(
        ("slug" = String, Path, description = "The service's slug"),
        ("key" = String, Path, description = "The check's key"),
        Params,
    ),
    responses((status = 200, body = Listing<MeasurementView>), Problems))]
pub async fn list(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    InPath((slug, key)): InPath<(String, String)>,
    InQuery(params): InQuery<Params>,
) -> Result<Json<Listing<MeasurementView>>, Problem> {
    let limit = cursor::limit(params.limit)?;
    let given = params.cursor.as_deref();
    let before: Option<DateTime<Utc>> =
        state.cursors.decode(&state.engine, Paged::Measurements, given).await?;
    let until = match (before, params.until) {
        (Some(before), Some(until)) => Some(before.min(until)),
        (before, until) => before.or(until),
    };
    let items =
        state.engine.checks().measurements(&actor, &slug, &key, params.since, until, limit).await?;
    let full = i64::try_from(items.len()).is_ok_and(|n| n == limit);
    let last = items.last().filter(|_| full).map(|last| &last.at);
    let next_cursor = state.cursors.encode(&state.engine, Paged::Measurements, last).await?;
    Ok(Json(Listing { items, next_cursor }))
}
