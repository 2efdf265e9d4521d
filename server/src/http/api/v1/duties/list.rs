//! `GET /api/v1/duties`

use axum::{Json, extract::State};
use engine::duties::DutyView;

use crate::http::{
    ApiState,
    auth::Caller,
    cursor::Listing,
    problem::{Problem, Problems},
};

/// The duties that are switched on, with their open runs; all of them on one page.
#[utoipa::path(get, path = "/api/v1/duties", tag = "duties",
    responses((status = 200, body = Listing<DutyView>), Problems))]
pub async fn list(
    State(state): State<ApiState>,
    Caller(actor): Caller,
) -> Result<Json<Listing<DutyView>>, Problem> {
    Ok(Json(Listing { items: state.engine.duties().list(&actor).await?, next_cursor: None }))
}
