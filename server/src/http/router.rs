//! Everything on one port: pages, API, health, and the layers in front of them.

use std::{path::PathBuf, sync::Arc};

use axum::{
    Router,
    extract::Request,
    middleware,
    response::{IntoResponse as _, Response},
    routing::get,
};
use engine::Engine;
use http::{HeaderName, HeaderValue, StatusCode};
use leptos::config::LeptosOptions;
use tower::ServiceBuilder;
use tower_http::{
    catch_panic::CatchPanicLayer,
    compression::{CompressionLayer, Predicate as _, predicate::NotForContentType},
    csrf::CsrfLayer,
    request_id::{MakeRequestUuid, PropagateRequestIdLayer, SetRequestIdLayer},
    trace::TraceLayer,
};
use tower_sessions::{Expiry, SessionManagerLayer, cookie::SameSite, cookie::time};

use super::{
    ApiState, api,
    client_ip::Proxies,
    connections::{Bounds, Connections, raise_open_files},
    docs::{self, Document},
    drain_body,
    metrics::{self, Metrics},
    ping,
    problem::Problem,
    rate_limit::{self, Limits},
    sessions::{SESSION_COOKIE, Sessions},
    trace,
};
use crate::{config::Config, startup::StartError};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Where the site's files are.
#[derive(Debug, Clone)]
pub struct Site {
    /// The directory with `pkg/` and the icons.
    pub root: PathBuf,
    /// The file that names the hashed files, beside the binary.
    pub hash_file: PathBuf,
}

impl Site {
    /// The site beside the binary, as `make build` leaves it.
    #[must_use]
    pub fn beside_binary() -> Self {
        let folder = std::env::current_exe()
            .ok()
            .and_then(|exe| exe.parent().map(ToOwned::to_owned))
            .unwrap_or_default();
        Self { root: folder.join("site"), hash_file: folder.join("hash.txt") }
    }

    fn options(&self, config: &Config) -> LeptosOptions {
        LeptosOptions::builder()
            .output_name("daytwo")
            .site_root(self.root.to_string_lossy().into_owned())
            .site_pkg_dir("pkg")
            .site_addr(config.listen)
            .hash_file(Arc::<str>::from(self.hash_file.to_string_lossy().as_ref()))
            .hash_files(self.hash_file.exists())
            .build()
    }
}

/// The portal's connections, as many as this process may have; what it may open is raised first.
///
/// # Errors
/// Where the configuration cannot be used.
pub fn connections(config: &Config) -> Result<Connections, StartError> {
    let proxies = Proxies::parse(&config.trusted_proxies).map_err(StartError::Other)?;
    let bounds = Bounds::within(raise_open_files());
    tracing::debug!(total = bounds.total, each = bounds.each, "connections at a time");
    Ok(Connections::new(bounds, proxies))
}

/// The whole portal.
///
/// # Errors
/// Where the configuration cannot be used.
pub fn router(
    engine: Engine,
    config: &Config,
    connections: &Connections,
    site: &Site,
) -> Result<Router, StartError> {
    let proxies = Proxies::parse(&config.trusted_proxies).map_err(StartError::Other)?;
    let metrics = Metrics::new(connections.places().clone())
        .map_err(|error| StartError::Other(error.to_string()))?;
    let state = ApiState {
        engine: engine.clone(),
        limits: Arc::new(Limits::default()),
        metrics: Arc::new(metrics),
        proxies: Arc::new(proxies),
        cursors: Arc::default(),
        large_bodies: Arc::default(),
    };
    let (calls, openapi) = api::v1::routes().split_for_parts();
    let calls = calls.with_state(state.clone());
    let documentation = Router::new()
        .route("/api/v1/openapi.json", get(docs::openapi))
        .route("/api/docs", get(docs::docs))
        .route("/api/docs.css", get(docs::style))
        .with_state(Document::of(&openapi));
    let unknown = Router::new().route("/api/{*rest}", axum::routing::any(no_such_call));

    let secure = config.base_url()?.starts_with("https://");
    let sessions = SessionManagerLayer::new(Sessions(engine.clone()))
        .with_name(SESSION_COOKIE)
        .with_secure(secure)
        .with_http_only(true)
        .with_same_site(SameSite::Lax)
        .with_expiry(Expiry::OnInactivity(time::Duration::days(7)));
    let pages = app::router(engine, site.options(config)).layer(
        ServiceBuilder::new()
            .layer(middleware::from_fn_with_state(state.clone(), ping::beside_pages))
            .layer(CsrfLayer::new())
            .layer(sessions)
            .layer(middleware::from_fn_with_state(state.clone(), rate_limit::forms)),
    );
    // Event streams must not wait in a compressor's buffer.
    let compressible = tower_http::compression::DefaultPredicate::new()
        .and(NotForContentType::const_new("text/event-stream"));
    Ok(Router::new().merge(calls).merge(documentation).merge(unknown).merge(pages).layer(
        ServiceBuilder::new()
            .layer(SetRequestIdLayer::new(REQUEST_ID, MakeRequestUuid))
            .layer(TraceLayer::new_for_http().make_span_with(trace::span))
            .layer(middleware::from_fn_with_state(state, metrics::measure))
            .layer(middleware::from_fn(security_headers))
            .layer(CatchPanicLayer::custom(panicked))
            .layer(CompressionLayer::new().compress_when(compressible))
            .layer(PropagateRequestIdLayer::new(REQUEST_ID))
            .layer(middleware::from_fn(drain_body::read_the_rest)),
    ))
}

async fn no_such_call() -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "There is no such call. /api/docs lists those there are.")
}

/// Headers every answer has; pages bring their own content policy.
async fn security_headers(request: Request, next: middleware::Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "same-origin"),
        ("x-frame-options", "DENY"),
        ("cross-origin-opener-policy", "same-origin"),
    ] {
        headers.entry(HeaderName::from_static(name)).or_insert(HeaderValue::from_static(value));
    }
    headers.entry(http::header::CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static(
        "default-src 'none'; img-src 'self'; style-src 'self'; frame-ancestors 'none'; \
         base-uri 'none'; form-action 'none'",
    ));
    response
}

fn panicked(cause: Box<dyn std::any::Any + Send + 'static>) -> Response {
    let said = cause
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| cause.downcast_ref::<&str>().copied())
        .unwrap_or("no message");
    tracing::error!(said, "a request broke down");
    Problem::new(
        StatusCode::INTERNAL_SERVER_ERROR,
        "The portal has a problem of its own; what you sent was not kept.",
    )
    .into_response()
}
