//! The one guarded client, for every kind of probe. What is called and not probed (`integrations`)
//! asks it which addresses may be connected to.
//!
//! It speaks HTTP/1.1 over a connection of its own per request, so that the address the guard has
//! checked is the address connected to, the phases of time are known, and no answer comes from a
//! session opened before a certificate expired. It knows no proxies, from the environment or
//! otherwise.

mod answer;
mod body;
mod build;
mod connect;
mod error;
mod exchange;
mod follow;
mod line;
mod request;
mod tls;

use std::sync::Arc;

pub use answer::{Answer, Timing};
pub use build::{BuildError, ClientBuilder};
pub use error::{Blame, Reason, SendError, Stage};
pub use request::{MAX_REDIRECTS, Request, RequestError};

pub(crate) use request::parse_url;
pub use tls::{TlsTrouble, Trust};

pub(crate) use connect::{Progress, authority_of, host_of};
pub(crate) use exchange::{HopAnswer, server_name};
pub(crate) use line::{Line, Stream};
pub(crate) use tls::{describe_io, x509_days_left};

use crate::guard::{GuardPolicy, NameResolver};

/// Sends requests to addresses the guard allows, and to no others.
#[derive(Clone)]
pub struct GuardedClient {
    inner: Arc<Inner>,
}

struct Inner {
    policy: GuardPolicy,
    resolver: Arc<dyn NameResolver>,
    trust: Trust,
    /// Whether roots beside the system's are trusted.
    own_roots: bool,
    user_agent: String,
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
    pub async fn send(&self, request: Request) -> Result<Answer, SendError> {
        follow::send(self, request).await
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
    pub fn tls_config(&self) -> Result<Arc<rustls::ClientConfig>, TlsTrouble> {
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
