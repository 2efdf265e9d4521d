//! What happens around every page: request id, log line, metrics, headers, faults, error pages.

use std::time::{Duration, Instant};

use axum::{
    extract::{MatchedPath, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use tracing::Instrument;
use uuid::Uuid;

use crate::{
    error::{Failure, ShopError},
    pages::{debug_page::Scene, error_page},
    request_id::RequestId,
    session::{Secure, Visitor},
    state::AppState,
    store::StoreError,
};

/// Outermost: gives the request its id, logs and counts the answer.
pub async fn observe(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let started = Instant::now();
    let id = Uuid::now_v7().simple().to_string();
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    // Not the path itself: anyone can make up paths, and each would be a series of its own.
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or_else(|| "unmatched".to_owned(), |route| route.as_str().to_owned());
    request.extensions_mut().insert(RequestId(id.clone()));
    let span = tracing::info_span!("request", request_id = id, method = %method, path);
    let mut response = next.run(request).instrument(span.clone()).await;
    let took = started.elapsed();
    let status = response.status().as_u16();
    let method = if is_usual(&method) { method.as_str() } else { "other" };
    state.metrics.requests.with_label_values(&[method, &route, &status.to_string()]).inc();
    state.metrics.duration_seconds.with_label_values(&[&route]).observe(took.as_secs_f64());
    span.in_scope(|| {
        let duration_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        tracing::info!(status, duration_ms, release = state.release(), "request served");
    });
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(HeaderName::from_static("x-request-id"), id);
    }
    response
}

fn is_usual(method: &Method) -> bool {
    [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::DELETE, Method::OPTIONS]
        .contains(method)
}

/// Sets the security headers; HSTS over HTTPS unless switched off.
pub async fn headers(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let secure = request.extensions().get::<Secure>().is_some_and(|secure| secure.0);
    let mut response = next.run(request).await;
    set_static_headers(response.headers_mut());
    if secure && !state.faults.get().hsts_off {
        let year = HeaderValue::from_static("max-age=31536000; includeSubDomains");
        response.headers_mut().insert(header::STRICT_TRANSPORT_SECURITY, year);
    }
    response
}

/// The security headers alone, for the pages beside the shop.
pub async fn static_headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    set_static_headers(response.headers_mut());
    response
}

fn set_static_headers(headers: &mut HeaderMap) {
    let fixed = [
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; \
             frame-ancestors 'none'; base-uri 'none'",
        ),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
}

/// The fault `slow_ms`.
pub async fn slow(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let slow_ms = state.faults.get().slow_ms;
    if slow_ms > 0 {
        tokio::time::sleep(Duration::from_millis(slow_ms)).await;
        if slow_ms >= 1000 {
            tracing::warn!(waited_ms = slow_ms, "slow query: SELECT * FROM products");
        }
    }
    next.run(request).await
}

/// The fault `errors_percent`: the page's data cannot be loaded.
pub async fn fail(State(state): State<AppState>, request: Request, next: Next) -> Response {
    if !state.faults.fails_now() {
        return next.run(request).await;
    }
    let what = match request.uri().path() {
        "/" => "products".to_owned(),
        path => path.trim_matches('/').replace('/', " "),
    };
    ShopError::from(StoreError::PoolTimedOut { waited_ms: 5000, what }).into_response()
}

/// The fault `catch_all`: the home page for every address.
pub async fn catch_all(
    State(state): State<AppState>,
    visitor: Visitor,
    request: Request,
    next: Next,
) -> Response {
    // Files that exist are still files, as with the web servers whose fallback this imitates.
    if state.faults.get().catch_all && !request.uri().path().starts_with("/assets/") {
        return crate::pages::home::page(visitor).await.into_response();
    }
    next.run(request).await
}

/// Writes the error page where a handler failed, and logs why.
pub async fn error_pages(
    State(state): State<AppState>,
    visitor: Visitor,
    request: Request,
    next: Next,
) -> Response {
    let scene = Scene::of(&request);
    let response = next.run(request).await;
    let Some(Failure(error)) = response.extensions().get::<Failure>().cloned() else {
        return response;
    };
    let status = response.status();
    if status.is_server_error() {
        tracing::error!(%error, status = status.as_u16(), "request failed");
    }
    let faults = state.faults.get();
    if faults.debug_on {
        return (status, scene.page(faults.debug_style, &error, &state.release())).into_response();
    }
    (status, error_page::page(&visitor, status, scene.request_id())).into_response()
}
