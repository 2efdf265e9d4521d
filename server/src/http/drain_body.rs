//! Answers given before a request was read to its end (too large, not allowed). A server that
//! closes on a client which still sends makes most clients lose the answer, and the sentence that
//! says what to change with it. So the rest is read and dropped first, within bounds; beyond them
//! the answer says that the connection ends.

use std::{
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
    time::Duration,
};

use axum::{body::Body, extract::Request, middleware::Next, response::Response};
use bytes::Bytes;
use http::{HeaderValue, Version, header};
use http_body::{Body as HttpBody, Frame, SizeHint};
use http_body_util::BodyExt as _;

/// The most that is read only to be dropped, in bytes.
const REST_MAX: usize = 128 * 1024 * 1024;
/// For how long at most.
const REST_FOR: Duration = Duration::from_secs(20);

/// Reads what the handler left of the request's body before it is answered.
pub async fn read_the_rest(request: Request, next: Next) -> Response {
    // HTTP/2 ends one stream and keeps the connection.
    if request.version() > Version::HTTP_11 || request.body().is_end_stream() {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    let shared = Shared(Arc::new(Mutex::new(body)));
    let mut response = next.run(Request::from_parts(parts, Body::new(shared.clone()))).await;
    let drained = tokio::time::timeout(REST_FOR, drain(shared)).await;
    if drained != Ok(true) {
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

/// Answers whether the end was reached.
async fn drain(mut body: Shared) -> bool {
    let mut dropped = 0;
    while !body.is_end_stream() && dropped < REST_MAX {
        match body.frame().await {
            Some(Ok(frame)) => dropped += frame.data_ref().map_or(0, Bytes::len),
            Some(Err(_)) => return false,
            None => return true,
        }
    }
    body.is_end_stream()
}

/// A body that is still there after its reader has dropped it.
#[derive(Clone)]
struct Shared(Arc<Mutex<Body>>);

impl Shared {
    fn with<T>(&self, look: impl FnOnce(&mut Body) -> T) -> T {
        look(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl HttpBody for Shared {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        self.with(|body| Pin::new(body).poll_frame(cx))
    }

    fn is_end_stream(&self) -> bool {
        self.with(|body| body.is_end_stream())
    }

    fn size_hint(&self) -> SizeHint {
        self.with(|body| body.size_hint())
    }
}
