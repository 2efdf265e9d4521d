//! `GET /api/v1/services`

use axum::{Json, extract::State};
use engine::services::ServiceView;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::http::{
    ApiState,
    auth::Caller,
    cursor::{self, Listing, Paged},
    extract::InQuery,
    problem::{Problem, Problems},
};

/// Which page.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Params {
    /// The most items, 1 to 200; 50 where absent.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
    /// Where the page begins: `next_cursor` of the page before.
    cursor: Option<String>,
}

/// All services with what runs where, by slug.
#[utoipa::path(get, path = "/api/v1/services", tag = "services", params(Params),
    responses((status = 200, body = Listing<ServiceView>), Problems))]
pub async fn list(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    InQuery(params): InQuery<Params>,
) -> Result<Json<Listing<ServiceView>>, Problem> {
    let limit = cursor::limit(params.limit)?;
    let given = params.cursor.as_deref();
    let after: Option<String> = state.cursors.decode(&state.engine, Paged::Services, given).await?;
    let (items, last) =
        state.engine.services().list(&actor, &after.unwrap_or_default(), limit).await?;
    let next_cursor = state.cursors.encode(&state.engine, Paged::Services, last.as_ref()).await?;
    Ok(Json(Listing { items, next_cursor }))
}
