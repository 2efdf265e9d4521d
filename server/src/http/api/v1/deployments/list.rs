//! `GET /api/v1/deployments`

use axum::{Json, extract::State};
use chrono::{DateTime, Utc};
use domain::{ids::DeploymentId, watch::WatchState};
use engine::deployments::{ListQuery, SummaryView};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::http::{
    ApiState,
    auth::Caller,
    cursor::{self, Listing, Paged},
    extract::InQuery,
    problem::{Problem, Problems},
};

/// Which deployments.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Params {
    /// Of this service.
    service: Option<String>,
    /// In this environment.
    environment: Option<String>,
    /// In this state.
    #[param(pattern = "^(watching|signed_off|rolled_back|superseded)$")]
    state: Option<String>,
    /// Deployed at or after this.
    since: Option<DateTime<Utc>>,
    /// The most items, 1 to 200; 50 where absent.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
    /// Where the page begins: `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Deployments, newest first.
#[utoipa::path(get, path = "/api/v1/deployments", tag = "deployments", params(Params),
    responses((status = 200, body = Listing<SummaryView>), Problems))]
pub async fn list(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    InQuery(params): InQuery<Params>,
) -> Result<Json<Listing<SummaryView>>, Problem> {
    let watch = match params.state.as_deref() {
        None => None,
        Some(word) => Some(WatchState::parse(word).ok_or_else(|| {
            let known: Vec<_> = WatchState::ALL.iter().map(|known| known.as_str()).collect();
            Problem::field("/state", format!("must be one of {}", known.join(", ")))
        })?),
    };
    let given = params.cursor.as_deref();
    let before: Option<(DateTime<Utc>, DeploymentId)> =
        state.cursors.decode(&state.engine, Paged::Deployments, given).await?;
    let query = ListQuery {
        service: params.service,
        environment: params.environment,
        state: watch,
        since: params.since,
        before,
        limit: cursor::limit(params.limit)?,
    };
    let (items, next) = state.engine.deployments().list(&actor, query).await?;
    let next_cursor =
        state.cursors.encode(&state.engine, Paged::Deployments, next.as_ref()).await?;
    Ok(Json(Listing { items, next_cursor }))
}
