//! What was sent and received, in the form it is kept: secrets redacted, bodies cut short.

use std::borrow::Cow;
use std::net::SocketAddr;
use std::time::Duration;

use domain::measurement::Exchange;
use http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use url::Url;

use crate::client::hop::HopResponse;
use crate::redact;

/// The most bytes of a body that are kept.
const EXCERPT_BYTES: usize = 2 * 1024;

/// The most characters of one header's value that are kept.
const HEADER_CHARS: usize = 400;

/// Headers in which no secret has a place, and which most messages have: not to be looked through.
const HARMLESS: [HeaderName; 12] = [
    header::HOST,
    header::ACCEPT,
    header::ACCEPT_ENCODING,
    header::ACCEPT_RANGES,
    header::CONNECTION,
    header::CONTENT_ENCODING,
    header::CONTENT_LENGTH,
    header::CONTENT_TYPE,
    header::DATE,
    header::LAST_MODIFIED,
    header::TRANSFER_ENCODING,
    header::VARY,
];

/// The most bytes of a head that are kept.
const HEAD_CHARS: usize = 4 * 1024;

/// The request line and headers.
pub(crate) fn request_text(method: &Method, url: &Url, headers: &HeaderMap) -> String {
    headers.iter().fold(format!("{method} {}", redact::url(url)), |mut head, (name, value)| {
        let shown =
            if value.is_sensitive() { redact::REDACTED.into() } else { header_value(name, value) };
        head.extend(["\n", name.as_str(), ": ", &redact::shorten(&shown, HEADER_CHARS)]);
        head
    })
}

/// A header's value as it may be shown.
fn header_value<'v>(name: &HeaderName, value: &'v HeaderValue) -> Cow<'v, str> {
    let text = String::from_utf8_lossy(value.as_bytes());
    if HARMLESS.contains(name) {
        return text;
    }
    redact::header_value(name.as_str(), &text).into()
}

/// A request nobody answered.
pub(crate) fn unanswered(
    request: String,
    remote: Option<SocketAddr>,
    elapsed: Duration,
) -> Exchange {
    Exchange {
        request,
        response_head: String::new(),
        excerpt: String::new(),
        remote_addr: remote.map(|address| address.to_string()),
        elapsed_ms: whole_ms(elapsed),
    }
}

/// A request with its answer.
pub(crate) fn answered(request: String, hop: &HopResponse, elapsed: Duration) -> Exchange {
    Exchange {
        request,
        response_head: response_head(hop),
        excerpt: excerpt(&hop.body.bytes),
        remote_addr: Some(hop.remote.to_string()),
        elapsed_ms: whole_ms(elapsed),
    }
}

fn response_head(hop: &HopResponse) -> String {
    let mut head = format!("{:?} {}", hop.version, hop.status);
    for (name, value) in &hop.headers {
        let value = redact::printable(&header_value(name, value));
        head.extend(["\n", name.as_str(), ": ", &redact::shorten(&value, HEADER_CHARS)]);
    }
    redact::shorten(&head, HEAD_CHARS)
}

/// The beginning of a body as text; bodies that are not text are named, not shown.
pub(crate) fn excerpt(body: &[u8]) -> String {
    let start = &body[..body.len().min(EXCERPT_BYTES)];
    if start.contains(&0) {
        return format!("[{} bytes that are not text]", body.len());
    }
    let text = redact::printable(&redact::text(&String::from_utf8_lossy(start)));
    if body.len() > EXCERPT_BYTES { format!("{text}…") } else { text }
}

fn whole_ms(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
