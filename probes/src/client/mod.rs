//! The one guarded client, for every kind of probe. What is called and not probed (`integrations`)
//! asks it which addresses may be connected to.
//!
//! It speaks HTTP/1.1 over a connection of its own per request, so that the address the guard has
//! checked is the address connected to, the phases of time are known, and no answer comes from a
//! session opened before a certificate expired. It knows no proxies, from the environment or
//! otherwise.

mod authority;
mod blame;
mod body;
mod builder;
mod charset;
mod connect;
mod error;
pub(crate) mod hop;
mod http1;
mod inner;
mod redirects;
mod request;
mod response;
mod stream;
mod tls;
mod tls_error;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;
use url::Url;

pub use blame::Blame;
pub use body::BodyProblem;
pub use builder::ClientBuilder;
pub use error::{BuildError, Reason, SendError, Stage};
pub use request::{MAX_REDIRECTS, Request, RequestError};
pub use response::{Response, Timing};
pub use tls::Trust;
pub use tls_error::TlsError;

pub(crate) use authority::{authority_of, host_of};
pub(crate) use connect::{Progress, TcpConnection};
pub(crate) use request::parse_url;
pub(crate) use stream::{AsyncStream, Connection};
pub(crate) use tls::{describe_io, server_name, x509_days_left};

use crate::guard::GuardPolicy;
use inner::Inner;

/// Sends requests to addresses the guard allows, and to no others.
#[derive(Clone)]
pub struct GuardedClient {
    inner: Arc<Inner>,
}

impl GuardedClient {
    /// A client to be configured; without more it refuses what `private-ok` refuses.
    #[must_use]
    pub fn builder() -> ClientBuilder {
        ClientBuilder::default()
    }

    /// Sends a request, follows its redirects and reads the answer, all within its time-out.
    ///
    /// # Errors
    /// Whatever kept a whole answer from coming, with whose fault it is ([`SendError::blame`]).
    pub async fn send(&self, request: Request) -> Result<Response, SendError> {
        // Boxed: each future holds the one it waits for, and is copied with it when it is made.
        Box::pin(redirects::send(&self.inner, request)).await
    }

    /// Connects to an address's host and port.
    pub(crate) async fn connect_tcp(
        &self,
        url: &Url,
        deadline: Instant,
        progress: &Progress,
    ) -> Result<TcpConnection, Reason> {
        self.inner.connect_tcp(url, deadline, progress).await
    }

    /// The first address of a host and port that may be connected to.
    pub(crate) async fn allowed_address(&self, url: &Url) -> Result<SocketAddr, Reason> {
        self.inner.allowed_address(url).await
    }

    /// The addresses of a host and port that may be connected to, for a client that connects by
    /// itself: none where the host is this machine under a name or address nobody told us about
    /// and the port is one of Daytwo's own.
    ///
    /// # Errors
    /// Where the name has no address, or none that is allowed.
    pub async fn reachable(&self, url: &Url) -> Result<Vec<SocketAddr>, Reason> {
        self.inner.reachable(url).await
    }

    /// Opens a stream to an address's host and port, encrypted where `tls` says so.
    pub(crate) async fn connect(
        &self,
        url: &Url,
        tls: bool,
        alpn: &[&str],
        deadline: Instant,
        progress: &Progress,
    ) -> Result<Connection, Reason> {
        self.inner.connect(url, tls, alpn, deadline, progress).await
    }

    /// Runs `work` within a time-out.
    pub(crate) async fn within<T>(
        &self,
        url: &Url,
        timeout: Duration,
        work: impl AsyncFnOnce(Instant, &Progress) -> Result<T, Reason>,
    ) -> Result<(T, Duration), SendError> {
        stream::within(url, timeout, work).await
    }

    /// The rules it keeps.
    #[must_use]
    pub fn policy(&self) -> &GuardPolicy {
        &self.inner.policy
    }

    /// Whether roots beside the system's are trusted.
    pub(crate) fn has_own_roots(&self) -> bool {
        self.inner.own_roots
    }

    /// The settings of a verified TLS connection, with the authorities that are trusted here.
    ///
    /// # Errors
    /// Where this machine trusts none.
    pub fn tls_config(&self) -> Result<Arc<rustls::ClientConfig>, TlsError> {
        self.inner.trust.config()
    }

    pub(crate) fn trust(&self) -> &Trust {
        &self.inner.trust
    }
}

impl std::fmt::Debug for GuardedClient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("GuardedClient").field("policy", &self.inner.policy).finish_non_exhaustive()
    }
}
