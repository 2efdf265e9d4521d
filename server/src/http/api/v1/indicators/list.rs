//! `GET /api/v1/services/{slug}/indicators`

use axum::{Json, extract::State};
use engine::indicators::IndicatorView;

use crate::http::{
    ApiState,
    auth::Caller,
    cursor::Listing,
    extract::InPath,
    problem::{Problem, Problems},
};

/// The indicators of a service, by key; all of them on one page.
#[utoipa::path(get, path = "/api/v1/services/{slug}/indicators", tag = "indicators",
    params(("slug" = String, Path, description = "The service's slug")),
    responses((status = 200, body = Listing<IndicatorView>), Problems))]
pub async fn list(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    InPath(slug): InPath<String>,
) -> Result<Json<Listing<IndicatorView>>, Problem> {
    let items = state.engine.indicators().list(&actor, &slug).await?;
    Ok(Json(Listing { items, next_cursor: None }))
}
