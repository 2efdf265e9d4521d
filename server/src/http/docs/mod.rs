//! The API's documentation: `/api/v1/openapi.json`, and a page to read at `/api/docs`.

mod page;

use axum::{
    extract::State,
    response::{Html, IntoResponse as _, Response},
};
use http::{HeaderValue, header};
use utoipa::openapi::OpenApi;

/// The page's style: the page needs nothing of the site's.
const STYLE: &str = include_str!("style.css");

/// The document, written once.
#[derive(Debug, Clone)]
pub struct Document {
    json: String,
    page: String,
}

impl Document {
    /// Writes the document and its page.
    #[must_use]
    pub fn of(api: &OpenApi) -> Self {
        let json = api.to_pretty_json().unwrap_or_else(|_| "{}".into());
        let read = serde_json::from_str(&json).unwrap_or_default();
        Self { page: page::of(&read), json }
    }
}

/// The OpenAPI 3.1 document.
pub async fn openapi(State(document): State<Document>) -> Response {
    let kind = HeaderValue::from_static("application/json");
    ([(header::CONTENT_TYPE, kind)], document.json).into_response()
}

/// The page. It needs no script.
pub async fn docs(State(document): State<Document>) -> Html<String> {
    Html(document.page)
}

/// Its style.
pub async fn style() -> Response {
    ([(header::CONTENT_TYPE, HeaderValue::from_static("text/css"))], STYLE).into_response()
}
