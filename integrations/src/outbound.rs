//! An HTTP client for one call: connected to addresses the guard has allowed, and to nothing else.

use std::{fmt, sync::Arc, time::Duration};

use probes::{GuardedClient, client::Reason};
use reqwest::{
    Client,
    dns::{Name, Resolve, Resolving},
    redirect, retry,
};
use rustls::{ClientConfig, RootCertStore};
use thiserror::Error;
use url::{Host, Url};

/// How long looking up, connecting and the TLS handshake may take.
const CONNECT: Duration = Duration::from_secs(10);
/// How long all of it may take.
pub const ALL: Duration = Duration::from_secs(30);
/// What we call ourselves.
const USER_AGENT: &str = concat!("daytwo/", env!("CARGO_PKG_VERSION"));

/// Why a call cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(crate) enum NoClient {
    /// It will not go better another time: no address, or not allowed.
    #[error("{0}")]
    Never(String),
    /// It may go better another time: no answer from the name servers.
    #[error("{0}")]
    NotNow(String),
}

/// Makes calls behind the guard. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Outbound {
    guard: GuardedClient,
}

impl Outbound {
    /// Calls under the rules of this client, and with the authorities it trusts.
    #[must_use]
    pub const fn new(guard: GuardedClient) -> Self {
        Self { guard }
    }

    /// Why `url` can never be called from here, in a sentence: the guard's no. `None` where it can
    /// be, and where the name servers do not say.
    pub async fn refusal(&self, url: &Url) -> Option<String> {
        let looked_up = tokio::time::timeout(CONNECT, self.guard.reachable(url)).await.ok()?;
        match no_address(&looked_up.err()?) {
            NoClient::Never(why) => Some(why),
            NoClient::NotNow(_) => None,
        }
    }

    /// A client for one call of `url`. The addresses the guard has judged are the ones connected to:
    /// they are handed to the client, which can resolve no name itself.
    pub(crate) async fn client(&self, url: &Url) -> Result<Client, NoClient> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err(NoClient::Never("that is no http or https address".into()));
        }
        let looked_up = tokio::time::timeout(CONNECT, self.guard.reachable(url)).await;
        let addresses = looked_up
            .map_err(|_| NoClient::NotNow("the name servers gave no answer in 10 s".into()))?
            .map_err(|reason| no_address(&reason))?;
        let mut client = Client::builder()
            .user_agent(USER_AGENT)
            .no_proxy()
            .redirect(redirect::Policy::none())
            .retry(retry::never())
            .referer(false)
            .http1_only()
            .pool_max_idle_per_host(0)
            .connect_timeout(CONNECT)
            .timeout(ALL)
            .dns_resolver(Arc::new(NoNames));
        if let Some(Host::Domain(name)) = url.host() {
            client = client.resolve_to_addrs(name, &addresses);
        }
        // Given for plain HTTP too: the client would look for a default of the process.
        let tls = match self.guard.tls_config() {
            Ok(tls) => ClientConfig::clone(&tls),
            Err(error) if url.scheme() == "https" => {
                return Err(NoClient::NotNow(error.to_string()));
            }
            Err(_) => trusting_nobody()?,
        };
        client = client.tls_backend_preconfigured(tls);
        client.build().map_err(|error| NoClient::NotNow(plain(error)))
    }
}

/// Settings under which no TLS connection can be made.
fn trusting_nobody() -> Result<ClientConfig, NoClient> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let settings = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| NoClient::NotNow(error.to_string()))?;
    Ok(settings.with_root_certificates(RootCertStore::empty()).with_no_client_auth())
}

fn no_address(reason: &Reason) -> NoClient {
    match reason {
        Reason::Refused { .. } | Reason::Request(_) => NoClient::Never(reason.to_string()),
        _ => NoClient::NotNow(reason.to_string()),
    }
}

/// What went wrong, down to its cause and without the address, which may hold a secret.
pub(crate) fn plain(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut deepest: &dyn std::error::Error = &error;
    while let Some(source) = deepest.source() {
        deepest = source;
    }
    let text = deepest.to_string();
    text.split(" (os error").next().unwrap_or_default().to_owned()
}

/// Resolves nothing: what may be connected to has been looked up and judged before.
struct NoNames;

impl Resolve for NoNames {
    fn resolve(&self, _name: Name) -> Resolving {
        Box::pin(std::future::ready(Err(Box::new(NotJudged) as Box<_>)))
    }
}

#[derive(Debug)]
struct NotJudged;

impl fmt::Display for NotJudged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name that was not judged")
    }
}

impl std::error::Error for NotJudged {}
