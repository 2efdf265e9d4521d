//! The style sheet and the icon, part of the binary.

use axum::{
    http::header,
    response::{IntoResponse, Response},
};

const STYLE_SHEET: &str = include_str!("../../assets/shop.css");
const ICON: &str = r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8" fill="#1f4f5f"/><path d="M7 19c3 0 3-3 6-3s3 3 6 3 3-3 6-3" fill="none" stroke="#f4e6d2" stroke-width="3" stroke-linecap="round"/></svg>"##;

/// `GET /assets/shop.css`.
pub async fn style_sheet() -> Response {
    asset("text/css; charset=utf-8", STYLE_SHEET)
}

/// `GET /assets/icon.svg`.
pub async fn icon() -> Response {
    asset("image/svg+xml", ICON)
}

fn asset(content_type: &'static str, content: &'static str) -> Response {
    let headers =
        [(header::CONTENT_TYPE, content_type), (header::CACHE_CONTROL, "public, max-age=300")];
    (headers, content).into_response()
}
