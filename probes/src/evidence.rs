//! What was sent and received, in the form it is kept: secrets redacted, bodies cut short.

use std::net::SocketAddr;
use std::time::Duration;

use domain::measurement::Exchange;
use http::{HeaderMap, Method};
use url::Url;

use crate::client::hop::HopResponse;
use crate::redact;

/// The most bytes of a body that are kept.
const EXCERPT_BYTES: usize = 2 * 1024;

/// The most characters of one header's value that are kept.
const HEADER_CHARS: usize = 400;

/// The most bytes of a head that are kept.
const HEAD_CHARS: usize = 4 * 1024;

/// The request line and headers.
pub(crate) fn request_text(method: &Method, url: &Url, headers: &HeaderMap) -> String {
    let head = headers
        .iter()
        .map(|(name, value)| {
            let shown = if value.is_sensitive() {
                redact::REDACTED.to_owned()
            } else {
                redact::header_value(name.as_str(), &String::from_utf8_lossy(value.as_bytes()))
            };
            format!("\n{name}: {}", redact::shorten(&shown, HEADER_CHARS))
        })
        .collect::<String>();
    format!("{method} {}{head}", redact::url(url))
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
        let value = String::from_utf8_lossy(value.as_bytes());
        let value = redact::printable(&redact::header_value(name.as_str(), &value));
        head.push_str(&format!("\n{name}: {}", redact::shorten(&value, HEADER_CHARS)));
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
