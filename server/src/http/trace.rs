//! The span of a request: what is logged while it is answered says which it belongs to.

use axum::{body::Body, extract::MatchedPath};
use http::Request;
use tower_http::request_id::RequestId;
use tracing::Span;

/// The most characters of a request's id that are logged; a client may send any.
const ID_MAX: usize = 64;

/// The span. It names the pattern of the route and never the path or the query: the address of a
/// heartbeat is a secret, and so may others be. What is costly is asked only where it is logged.
pub fn span(request: &Request<Body>) -> Span {
    tracing::info_span!(
        "request",
        method = %request.method(),
        route = route(request),
        id = id(request),
    )
}

fn route(request: &Request<Body>) -> &str {
    request.extensions().get::<MatchedPath>().map_or("none", MatchedPath::as_str)
}

fn id(request: &Request<Body>) -> &str {
    let id = request.extensions().get::<RequestId>();
    let text = id.and_then(|id| id.header_value().to_str().ok()).unwrap_or_default();
    text.get(..ID_MAX).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use std::{
        io::Write,
        sync::{Arc, Mutex, PoisonError},
    };

    use axum::{Router, routing::get};
    use tower::{ServiceBuilder, ServiceExt as _};
    use tower_http::{
        request_id::{MakeRequestUuid, SetRequestIdLayer},
        trace::TraceLayer,
    };
    use tracing::{instrument::WithSubscriber as _, level_filters::LevelFilter};

    use super::*;

    /// A log that is read afterwards.
    #[derive(Clone, Default)]
    struct Log(Arc<Mutex<Vec<u8>>>);

    impl Write for Log {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    /// All that is logged, however little of it is usually asked for, while `path` is answered.
    async fn logged(path: &str) -> String {
        let log = Log::default();
        let writer = log.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(LevelFilter::TRACE)
            .with_ansi(false)
            .with_writer(move || writer.clone())
            .finish();
        let answer = get(|| async {
            tracing::error!("the handler says this");
            "OK"
        });
        let layers = ServiceBuilder::new()
            .layer(SetRequestIdLayer::x_request_id(MakeRequestUuid))
            .layer(TraceLayer::new_for_http().make_span_with(span));
        let router = Router::new().route("/ping/{uuid}", answer).layer(layers);
        let request = Request::get(path).header("x-request-id", "from-the-proxy");
        let request = request.body(Body::empty()).unwrap();
        let answer = router.oneshot(request).with_subscriber(subscriber).await.unwrap();
        drop(answer);
        let bytes = log.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        String::from_utf8(bytes).unwrap()
    }

    #[tokio::test]
    async fn a_line_names_the_route_and_the_request_and_no_secret() {
        let said = logged("/ping/01890a5d-ac96-774b-bcce-b302099a8057?token=abc").await;
        let line = said.lines().find(|line| line.contains("the handler says this")).unwrap();
        for part in ["method=GET", "/ping/{uuid}", "from-the-proxy"] {
            assert!(line.contains(part), "{part} in {line}");
        }
        assert!(!said.contains("01890a5d") && !said.contains("token"), "{said}");
        let said = logged("/nowhere/secret").await;
        assert!(!said.contains("secret"), "{said}");
    }
}
