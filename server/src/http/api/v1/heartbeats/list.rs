//! `GET /api/v1/services/{slug}/heartbeats`

use axum::{Json, extract::State};
use engine::heartbeats::HeartbeatView;

use crate::http::{
    ApiState,
    auth::Caller,
    cursor::Listing,
    extract::InPath,
    problem::{Problem, Problems},
};

/// The heartbeats of a service, by key; all of them on one page.
#[utoipa::path(get, path = "/api/v1/services/{slug}/heartbeats", tag = "heartbeats",
    params(("slug" = String, Path, description = "The service's slug")),
    responses((status = 200, body = Listing<HeartbeatView>), Problems))]
pub async fn list(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    InPath(slug): InPath<String>,
) -> Result<Json<Listing<HeartbeatView>>, Problem> {
    let items = state.engine.heartbeats().list(&actor, &slug).await?;
    Ok(Json(Listing { items, next_cursor: None }))
}
