//! The mail catcher over HTTP: `/mail/api/messages` and `/mail/api/latest` in JSON, `/mailbox` as a page.

use axum::{
    Json, Router,
    extract::{Path, Query, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
    routing::get,
};
use serde_json::json;
use uuid::Uuid;

use super::{Catcher, filter::Filter, page};

/// The catcher's addresses.
pub fn router(catcher: Catcher) -> Router {
    Router::new()
        .route("/", get(|| async { Redirect::to("/mailbox") }))
        .route("/mailbox", get(page::list))
        .route("/mailbox/{id}", get(page::show))
        .route("/assets/shop.css", get(crate::pages::assets::style_sheet))
        .route("/mail/api/messages", get(list).delete(clear))
        .route("/mail/api/latest", get(latest))
        .route("/mail/api/messages/{id}", get(show))
        .layer(tower_http::csrf::CsrfLayer::new())
        .layer(axum::middleware::from_fn(crate::middleware::static_headers))
        .with_state(catcher)
}

async fn list(State(catcher): State<Catcher>, Query(filter): Query<Filter>) -> Response {
    let items = catcher.inbox.list(filter.to.as_deref(), filter.limit());
    Json(json!({ "items": items })).into_response()
}

async fn show(State(catcher): State<Catcher>, Path(id): Path<String>) -> Response {
    match id.parse::<Uuid>().ok().and_then(|id| catcher.inbox.open(id)) {
        Some(opened) => Json(opened).into_response(),
        None => (StatusCode::NOT_FOUND, Json(json!({"error": "no such message"}))).into_response(),
    }
}

/// The newest message, whole: what a recorded journey reads its link from.
async fn latest(State(catcher): State<Catcher>, Query(filter): Query<Filter>) -> Response {
    let newest = catcher.inbox.list(filter.to.as_deref(), 1).into_iter().next();
    match newest.and_then(|message| catcher.inbox.open(message.id)) {
        Some(opened) => Json(opened).into_response(),
        None => (StatusCode::NOT_FOUND, Json(json!({"error": "no such message"}))).into_response(),
    }
}

async fn clear(State(catcher): State<Catcher>) -> Response {
    Json(json!({ "deleted": catcher.inbox.clear() })).into_response()
}
