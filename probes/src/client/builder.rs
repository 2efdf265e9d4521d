//! Puts a client together.

use std::sync::Arc;

use super::GuardedClient;
use super::error::BuildError;
use super::inner::Inner;
use super::tls::Trust;
use crate::guard::{GuardPolicy, NameResolver, SystemResolver};

/// Settings of a [`GuardedClient`].
#[derive(Default)]
pub struct ClientBuilder {
    policy: GuardPolicy,
    resolver: Option<Arc<dyn NameResolver>>,
    extra_roots_pem: Vec<Vec<u8>>,
    user_agent: Option<String>,
}

impl ClientBuilder {
    /// The rules to keep.
    #[must_use]
    pub fn policy(mut self, policy: GuardPolicy) -> Self {
        self.policy = policy;
        self
    }

    /// Where names are looked up instead of in the system. The guard still judges every address.
    #[must_use]
    pub fn resolver(mut self, resolver: Arc<dyn NameResolver>) -> Self {
        self.resolver = Some(resolver);
        self
    }

    /// Trusts these root certificates (PEM) beside the system's: a private authority.
    #[must_use]
    pub fn extra_roots(mut self, pem: &[u8]) -> Self {
        self.extra_roots_pem.push(pem.to_vec());
        self
    }

    /// The `User-Agent`, `daytwo/<version>` where not set.
    #[must_use]
    pub fn user_agent(mut self, user_agent: impl Into<String>) -> Self {
        self.user_agent = Some(user_agent.into());
        self
    }

    /// Loads the trust roots and builds the client.
    ///
    /// # Errors
    /// See [`BuildError`]. A system without trust roots is no error here: plain HTTP works, and
    /// each HTTPS request says what is missing.
    pub fn build(self) -> Result<GuardedClient, BuildError> {
        let trust = Trust::load(&self.extra_roots_pem)?;
        let resolver = self.resolver.unwrap_or_else(|| Arc::new(SystemResolver::default()));
        let user_agent = self
            .user_agent
            .unwrap_or_else(|| concat!("daytwo/", env!("CARGO_PKG_VERSION")).to_owned());
        let own_roots = !self.extra_roots_pem.is_empty();
        let inner = Inner { policy: self.policy, resolver, trust, own_roots, user_agent };
        Ok(GuardedClient { inner: Arc::new(inner) })
    }
}
