//! The answer of one hop, before redirects are followed.

use bytes::Bytes;
use http::{HeaderMap, StatusCode};

use super::body::Body;
use super::response::Timing;

/// What one hop brought.
pub(crate) struct HopResponse {
    pub(crate) status: StatusCode,
    pub(crate) version: http::Version,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Body,
    pub(crate) remote: std::net::SocketAddr,
    pub(crate) timing: Timing,
    pub(crate) certificate: Option<Bytes>,
}
