//! A request to send through the guarded client.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method, header};
use thiserror::Error;
use url::Url;

use crate::redact::is_secret_name;

/// The most redirects ever followed.
pub const MAX_REDIRECTS: u8 = 5;

const DEFAULT_TIMEOUT: Duration = Duration::from_secs(10);
const DEFAULT_BODY_LIMIT_BYTES: usize = 256 * 1024;

/// Headers which frame a message: ours to write, since a wrong one desynchronises a connection.
const FRAMING: [HeaderName; 7] = [
    header::CONTENT_LENGTH,
    header::TRANSFER_ENCODING,
    header::CONNECTION,
    header::UPGRADE,
    header::TE,
    header::TRAILER,
    header::EXPECT,
];

/// A request that cannot be sent as written: the check's configuration is at fault.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RequestError {
    /// The address.
    #[error("`{given}` is not an http or https address: {problem}")]
    Url {
        /// What was given, without its secrets.
        given: String,
        /// What is wrong with it.
        problem: String,
    },
    /// The method.
    #[error(
        "`{0}` is not a method that can be sent; use GET, HEAD, OPTIONS, POST, PUT, PATCH or DELETE"
    )]
    Method(String),
    /// A header.
    #[error("the header `{name}` cannot be sent: {problem}")]
    Header {
        /// Its name.
        name: String,
        /// What is wrong with it.
        problem: &'static str,
    },
}

/// One request, with its limits.
#[derive(Clone)]
pub struct Request {
    pub(super) method: Method,
    pub(super) url: Url,
    pub(super) headers: Vec<(HeaderName, HeaderValue)>,
    pub(super) body: Bytes,
    pub(super) timeout: Duration,
    pub(super) body_limit_bytes: usize,
    pub(super) redirects: u8,
}

impl Request {
    /// A request for an absolute `http` or `https` address. A user and password in it are sent as
    /// basic credentials and appear nowhere else.
    ///
    /// # Errors
    /// The address or the method cannot be used.
    pub fn new(method: &str, url: &str) -> Result<Self, RequestError> {
        let method = parse_method(method)?;
        let mut url = parse_url(url)?;
        let credentials = take_credentials(&mut url);
        let mut request = Self {
            method,
            url,
            headers: Vec::new(),
            body: Bytes::new(),
            timeout: DEFAULT_TIMEOUT,
            body_limit_bytes: DEFAULT_BODY_LIMIT_BYTES,
            redirects: MAX_REDIRECTS,
        };
        if let Some(value) = credentials {
            request = request.secret_header("authorization", &value)?;
        }
        Ok(request)
    }

    /// A `GET` of an absolute address.
    ///
    /// # Errors
    /// As [`Request::new`].
    pub fn get(url: &str) -> Result<Self, RequestError> {
        Self::new("GET", url)
    }

    /// A `POST` to an absolute address.
    ///
    /// # Errors
    /// As [`Request::new`].
    pub fn post(url: &str, body: impl Into<Bytes>) -> Result<Self, RequestError> {
        Ok(Self::new("POST", url)?.body(body))
    }

    /// Sets a header, replacing any of the same name. One whose name sounds secret is treated as
    /// secret.
    ///
    /// # Errors
    /// The name or value cannot be sent, or frames the message.
    pub fn header(self, name: &str, value: &str) -> Result<Self, RequestError> {
        let secret = is_secret_name(name);
        self.put(name, value, secret)
    }

    /// Sets a header that is never shown and never sent to another origin.
    ///
    /// # Errors
    /// As [`Request::header`].
    pub fn secret_header(self, name: &str, value: &str) -> Result<Self, RequestError> {
        self.put(name, value, true)
    }

    fn put(mut self, name: &str, value: &str, secret: bool) -> Result<Self, RequestError> {
        let fail = |problem| RequestError::Header { name: name.to_owned(), problem };
        let header = HeaderName::from_bytes(name.as_bytes())
            .map_err(|_| fail("its name has characters a header name cannot have"))?;
        if FRAMING.contains(&header) {
            return Err(fail("it belongs to the connection and is set by Daytwo"));
        }
        let mut value = HeaderValue::from_str(value)
            .map_err(|_| fail("its value has characters a header value cannot have"))?;
        value.set_sensitive(secret);
        self.headers.retain(|(existing, _)| *existing != header);
        self.headers.push((header, value));
        Ok(self)
    }

    /// The body.
    #[must_use]
    pub fn body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self
    }

    /// The time for all of it, redirects and body included; 10 s where not set.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// The most bytes of body read and unpacked; 256 KiB where not set. More is cut, not an error.
    #[must_use]
    pub fn body_limit_bytes(mut self, limit: usize) -> Self {
        self.body_limit_bytes = limit;
        self
    }

    /// The most redirects followed, at most [`MAX_REDIRECTS`]. With 0 the redirect is the answer.
    #[must_use]
    pub fn redirects(mut self, redirects: u8) -> Self {
        self.redirects = redirects.min(MAX_REDIRECTS);
        self
    }

    /// The address, without credentials.
    #[must_use]
    pub fn url(&self) -> &Url {
        &self.url
    }
}

fn parse_method(word: &str) -> Result<Method, RequestError> {
    let fail = || RequestError::Method(word.to_owned());
    let method = Method::from_bytes(word.to_ascii_uppercase().as_bytes()).map_err(|_| fail())?;
    let known = [
        Method::GET,
        Method::HEAD,
        Method::OPTIONS,
        Method::POST,
        Method::PUT,
        Method::PATCH,
        Method::DELETE,
    ];
    if known.contains(&method) { Ok(method) } else { Err(fail()) }
}

/// Reads an absolute http or https address with a host.
///
/// # Errors
/// Says what is wrong with it.
pub(crate) fn parse_url(text: &str) -> Result<Url, RequestError> {
    let fail = |problem: String| RequestError::Url { given: without_userinfo(text), problem };
    let url = Url::parse(text.trim()).map_err(|error| fail(error.to_string()))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(fail(format!("its scheme is {}", url.scheme())));
    }
    if url.host().is_none() {
        return Err(fail("it has no host".to_owned()));
    }
    Ok(url)
}

/// The text with `user:password@` taken out, for messages about addresses that do not parse.
fn without_userinfo(text: &str) -> String {
    match (text.split_once("//"), text.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, rest))) => format!("{scheme}//{rest}"),
        _ => text.to_owned(),
    }
}

/// Takes user and password out of the address, as the value of an `Authorization` header.
pub(super) fn take_credentials(url: &mut Url) -> Option<String> {
    if url.username().is_empty() && url.password().is_none() {
        return None;
    }
    let decode = |part: &str| percent_decode(part);
    let user = decode(url.username());
    let password = decode(url.password().unwrap_or_default());
    // Both setters fail only for addresses without a host, which are refused before.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    let mut pair = user;
    pair.push(b':');
    pair.extend(password);
    Some(format!("Basic {}", STANDARD.encode(pair)))
}

fn percent_decode(text: &str) -> Vec<u8> {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = text.get(at + 1..at + 3).and_then(|pair| u8::from_str_radix(pair, 16).ok());
        match (bytes[at], hex) {
            (b'%', Some(value)) => {
                decoded.push(value);
                at += 3;
            }
            (byte, _) => {
                decoded.push(byte);
                at += 1;
            }
        }
    }
    decoded
}
