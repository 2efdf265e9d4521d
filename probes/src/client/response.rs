//! What came back.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use domain::measurement::Exchange;
use http::{HeaderMap, StatusCode, header};
use url::Url;

use super::{body::BodyProblem, charset};

/// How long each part of the last exchange took.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Timing {
    /// Looking up the name; zero for an address.
    pub lookup: Duration,
    /// Opening the connection.
    pub connect: Duration,
    /// The TLS handshake; zero for plain HTTP.
    pub tls: Duration,
    /// From sending the request to the first byte of the answer.
    pub first_byte: Duration,
    /// All of it, redirects included, to the last byte of the body that was read.
    pub total: Duration,
}

/// An answer, whatever its status.
#[derive(Debug, Clone)]
pub struct Response {
    /// The status.
    pub status: StatusCode,
    /// The headers, as received.
    pub headers: HeaderMap,
    /// The body, unpacked, up to the request's limit.
    pub body: Bytes,
    /// Whether the body was longer than that.
    pub truncated: bool,
    /// Why the body cannot be read, where it cannot; it is then empty.
    pub body_problem: Option<BodyProblem>,
    /// The address that answered, after redirects.
    pub final_url: Url,
    /// The redirects followed: each address that redirected.
    pub redirected_from: Vec<Url>,
    /// The address connected to.
    pub remote_addr: SocketAddr,
    /// How long it took.
    pub timing: Timing,
    /// The service's own certificate (DER), over HTTPS.
    pub certificate: Option<Bytes>,
    /// What was sent and received, one per hop, secrets redacted.
    pub exchanges: Vec<Exchange>,
}

impl Response {
    /// A header's value as text; `None` where absent or not text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// Why the body is not all there to be read; `None` where it is.
    #[must_use]
    pub fn unread(&self) -> Option<String> {
        match (&self.body_problem, self.truncated) {
            (Some(problem), _) => Some(problem.to_string()),
            (None, true) => Some(format!(
                "it is longer than the {} KiB that are read",
                self.body.len().div_ceil(1024)
            )),
            (None, false) => None,
        }
    }

    /// The body as text, in the encoding a browser takes it to be in.
    #[must_use]
    pub fn text(&self) -> std::borrow::Cow<'_, str> {
        let content_type = self.header(header::CONTENT_TYPE.as_str()).unwrap_or_default();
        charset::decode(&self.body, content_type, self.truncated)
    }
}
