//! The shop's pages and addresses.

pub mod account;
pub mod assets;
pub mod cart;
pub mod checkout;
pub mod debug_page;
pub mod error_page;
pub mod exposed;
pub mod health;
pub mod home;
pub mod layout;
pub mod login;
pub mod order;
pub mod password;
pub mod product;
pub mod register;
pub mod reset;

use axum::{
    Extension, Router,
    extract::{DefaultBodyLimit, State},
    http::{StatusCode, header},
    middleware::{from_fn, from_fn_with_state as layer},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use tower_http::csrf::CsrfLayer;

use crate::{error::ShopError, middleware, session::Secure, state::AppState};

/// Largest body of a form in bytes.
const MOST_BODY_BYTES: usize = 32 * 1024;

/// The shop, over HTTP or HTTPS.
pub fn router(state: AppState, secure: Secure) -> Router {
    let pages = Router::new()
        .route("/", get(home::show))
        .route("/products/{slug}", get(product::show))
        .route("/cart", get(cart::show))
        .route("/cart/add", post(cart::add))
        .route("/cart/update", post(cart::update))
        .route("/checkout", get(checkout::show).post(checkout::pay))
        .route("/orders/{number}", get(order::show))
        .route("/register", get(register::show).post(register::open))
        .route("/login", get(login::show).post(login::log_in))
        .route("/logout", post(login::log_out))
        .route("/password/forgot", get(reset::ask).post(reset::send))
        .route("/password/reset", get(reset::show).post(reset::set))
        .route("/account", get(account::show))
        .layer(layer(state.clone(), middleware::fail));
    let all = pages
        .route("/mailbox", get(mailbox))
        .route("/health", get(health::show))
        .route("/metrics", get(metrics))
        .route("/assets/shop.css", get(assets::style_sheet))
        .route("/favicon.ico", get(|| async { Redirect::permanent("/assets/icon.svg") }))
        .route("/assets/icon.svg", get(assets::icon))
        .fallback(nothing)
        .method_not_allowed_fallback(wrong_method)
        .layer(DefaultBodyLimit::max(MOST_BODY_BYTES))
        .layer(CsrfLayer::new())
        .layer(layer(state.clone(), middleware::catch_all))
        .layer(layer(state.clone(), exposed::expose))
        .layer(layer(state.clone(), middleware::slow))
        .layer(layer(state.clone(), middleware::error_pages))
        .layer(layer(state.clone(), middleware::headers))
        .layer(layer(state.clone(), middleware::observe))
        .layer(Extension(secure));
    all.with_state(state)
}

/// Sends everything to the same path of the HTTPS listener on `tls_port`.
pub fn redirecting(tls_port: u16) -> Router {
    let redirect = move |request: axum::extract::Request| async move {
        let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
        let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
        // The host is the visitor's own word, so it is read as a host and nothing else.
        let address = host.and_then(|host| url::Url::parse(&format!("http://{host}/")).ok());
        let host = address.as_ref().and_then(url::Url::host_str).unwrap_or("127.0.0.1");
        let port = if tls_port == 443 { String::new() } else { format!(":{tls_port}") };
        Redirect::permanent(&format!("https://{host}{port}{path}"))
    };
    Router::new().fallback(redirect).layer(from_fn(middleware::static_headers))
}

async fn nothing() -> ShopError {
    ShopError::NotFound
}

async fn wrong_method() -> Response {
    (StatusCode::METHOD_NOT_ALLOWED, "This address does not take that method.\n").into_response()
}

async fn mailbox(State(state): State<AppState>) -> Redirect {
    Redirect::to(&state.addresses.mailbox_url)
}

async fn metrics(State(state): State<AppState>) -> Result<Response, ShopError> {
    let text = state.metrics.text().map_err(|error| ShopError::Internal(error.to_string()))?;
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response())
}

/// A path of this shop to go on to after logging in; `/account` for anything else.
pub fn local_path(next: Option<&str>) -> &str {
    match next {
        Some(next)
            if next.starts_with('/')
                && !next.starts_with("//")
                && !next.contains(|c: char| c == '\\' || c.is_control()) =>
        {
            next
        }
        _ => "/account",
    }
}

#[cfg(test)]
mod tests {
    use super::local_path;

    #[test]
    fn only_paths_of_the_shop_are_gone_on_to() {
        assert_eq!(local_path(Some("/checkout")), "/checkout");
        for bad in ["//evil.example", "https://evil.example", "/\\evil.example", "", "/a\r\nb"] {
            assert_eq!(local_path(Some(bad)), "/account", "{bad}");
        }
        assert_eq!(local_path(None), "/account");
    }
}
