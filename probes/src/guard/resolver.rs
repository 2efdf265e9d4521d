//! Turns names into addresses, telling "no such name" from "nobody answered".

use std::net::IpAddr;
use std::sync::Arc;

use async_trait::async_trait;
use dns_lookup::LookupErrorKind;
use thiserror::Error;
use tokio::sync::Semaphore;

/// Look-ups under way at once. Each holds a thread of the runtime's blocking pool for as long as
/// the name servers stay silent, and the database needs that pool too.
const LOOKUPS_AT_ONCE: usize = 64;

/// Why a name has no address.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum LookupError {
    /// The name system answered: there is no such name, or it has no address. A fact about the
    /// service.
    #[error("the name does not exist")]
    NoSuchName,
    /// The name system gave no answer (server failure, time-out, no network). Says nothing about
    /// the service.
    #[error("the name servers gave no answer: {0}")]
    NoAnswer(String),
}

/// Finds a name's addresses. The guard judges what it returns, so an implementation need not.
#[async_trait]
pub trait NameResolver: Send + Sync {
    /// All addresses of `host`, in the order to try them.
    ///
    /// # Errors
    /// See [`LookupError`].
    async fn lookup(&self, host: &str) -> Result<Vec<IpAddr>, LookupError>;
}

/// The machine's own resolution: hosts file, name servers, search domains.
#[derive(Debug, Clone)]
pub struct SystemResolver {
    slots: Arc<Semaphore>,
}

impl Default for SystemResolver {
    fn default() -> Self {
        Self { slots: Arc::new(Semaphore::new(LOOKUPS_AT_ONCE)) }
    }
}

#[async_trait]
impl NameResolver for SystemResolver {
    async fn lookup(&self, host: &str) -> Result<Vec<IpAddr>, LookupError> {
        let no_answer = |reason: &dyn std::fmt::Display| LookupError::NoAnswer(reason.to_string());
        let slot = Arc::clone(&self.slots).acquire_owned().await.map_err(|e| no_answer(&e))?;
        let host = host.to_owned();
        tokio::task::spawn_blocking(move || {
            let found = system_lookup(&host);
            drop(slot);
            found
        })
        .await
        .map_err(|stopped| no_answer(&stopped))?
    }
}

fn system_lookup(host: &str) -> Result<Vec<IpAddr>, LookupError> {
    let found =
        dns_lookup::getaddrinfo(Some(host), None, None).map_err(|error| match error.kind() {
            LookupErrorKind::NoName | LookupErrorKind::NoData => LookupError::NoSuchName,
            _ => LookupError::NoAnswer(std::io::Error::from(error).to_string()),
        })?;
    let mut addresses: Vec<IpAddr> = Vec::new();
    // The system lists each address once per socket type.
    for address in found.flatten().map(|info| info.sockaddr.ip()) {
        if !addresses.contains(&address) {
            addresses.push(address);
        }
    }
    if addresses.is_empty() { Err(LookupError::NoSuchName) } else { Ok(addresses) }
}
