//! Opens a connection: looks the name up, asks the guard about every address, and connects to
//! exactly an address it has allowed.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};
use url::{Host, Url};

use super::authority::{authority_of, host_of};
use super::blame::Blame;
use super::error::{Reason, Stage};
use super::inner::Inner;
use super::response::Timing;
use crate::guard::{LookupError, Refusal};

/// The most addresses of one name that are tried.
const ADDRESSES_TRIED: usize = 6;

/// How far a request has come, readable after its time ran out in the middle of it.
pub(crate) struct Progress(Mutex<(Stage, Option<SocketAddr>)>);

impl Progress {
    pub(crate) const fn new() -> Self {
        Self(Mutex::new((Stage::Lookup, None)))
    }

    pub(crate) fn enter(&self, stage: Stage) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).0 = stage;
    }

    fn connecting_to(&self, address: SocketAddr) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).1 = Some(address);
    }

    pub(crate) fn stage(&self) -> Stage {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).0
    }

    pub(crate) fn remote(&self) -> Option<SocketAddr> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).1
    }
}

/// An open TCP connection to an allowed address.
pub(crate) struct TcpConnection {
    pub(crate) stream: TcpStream,
    pub(crate) remote: SocketAddr,
    pub(crate) timing: Timing,
}

impl Inner {
    /// Connects to an address's host and port.
    pub(super) async fn connect_tcp(
        &self,
        url: &Url,
        deadline: Instant,
        progress: &Progress,
    ) -> Result<TcpConnection, Reason> {
        progress.enter(Stage::Lookup);
        let started = Instant::now();
        let addresses = self.allowed_addresses(url).await?;
        let lookup = started.elapsed();

        progress.enter(Stage::Connect);
        let connecting = Instant::now();
        let (stream, remote) = self.connect_any(url, &addresses, deadline, progress).await?;
        let timing = Timing { lookup, connect: connecting.elapsed(), ..Timing::default() };
        Ok(TcpConnection { stream, remote, timing })
    }

    /// The first address of a host and port that may be connected to.
    pub(super) async fn allowed_address(&self, url: &Url) -> Result<SocketAddr, Reason> {
        let addresses = self.allowed_addresses(url).await?;
        addresses.first().copied().ok_or_else(|| Reason::NoSuchName(host_of(url)))
    }

    /// The addresses of a host and port that may be connected to by a client of its own.
    pub(super) async fn reachable(&self, url: &Url) -> Result<Vec<SocketAddr>, Reason> {
        let mut allowed = self.allowed_addresses(url).await?;
        let mut refused = None;
        allowed.retain(|address| match self.policy.check_route(*address) {
            Ok(()) => true,
            Err(refusal) => {
                refused = Some(refusal);
                false
            }
        });
        match refused {
            Some(refusal) if allowed.is_empty() => {
                Err(Reason::Refused { host: host_of(url), refusal })
            }
            _ => Ok(allowed),
        }
    }

    async fn allowed_addresses(&self, url: &Url) -> Result<Vec<SocketAddr>, Reason> {
        let port = url.port_or_known_default().unwrap_or(80);
        let host = host_of(url);
        let found: Vec<IpAddr> = match url.host() {
            // The address parser has brought every notation (hex, octal, one number) to one form.
            Some(Host::Ipv4(address)) => vec![address.into()],
            Some(Host::Ipv6(address)) => vec![address.into()],
            Some(Host::Domain(name)) => self.lookup(name).await?,
            None => Vec::new(),
        };
        let mut refused: Option<Refusal> = None;
        let mut allowed = Vec::new();
        for ip in found {
            let address = SocketAddr::new(ip, port);
            match self.policy.is_allowed(address) {
                Ok(()) => allowed.push(address),
                Err(refusal) => refused = Some(refusal),
            }
        }
        match (allowed.is_empty(), refused) {
            (false, _) => {
                allowed.truncate(ADDRESSES_TRIED);
                Ok(allowed)
            }
            (true, Some(refusal)) => {
                tracing::info!(host, port, class = ?refusal.class(), "probe target refused");
                Err(Reason::Refused { host, refusal })
            }
            (true, None) => Err(Reason::NoSuchName(host)),
        }
    }

    async fn lookup(&self, name: &str) -> Result<Vec<IpAddr>, Reason> {
        self.resolver.lookup(name).await.map_err(|error| match error {
            LookupError::NoSuchName => Reason::NoSuchName(name.to_owned()),
            LookupError::NoAnswer(detail) => Reason::Lookup { host: name.to_owned(), detail },
        })
    }

    /// Tries the addresses in turn, each with its share of the time left, so that one silent
    /// address does not use up the time of the next.
    async fn connect_any(
        &self,
        url: &Url,
        addresses: &[SocketAddr],
        deadline: Instant,
        progress: &Progress,
    ) -> Result<(TcpStream, SocketAddr), Reason> {
        let authority = authority_of(url);
        let mut worst: Option<Reason> = None;
        for (tried, address) in addresses.iter().enumerate() {
            progress.connecting_to(*address);
            let left = deadline.saturating_duration_since(Instant::now());
            let turns = u32::try_from(addresses.len() - tried).unwrap_or(1).max(1);
            let until = Instant::now() + share(left, turns);
            let reason = match timeout_at(until, TcpStream::connect(address)).await {
                Ok(Ok(stream)) => return self.accept(stream, *address, url),
                Ok(Err(error)) => connect_reason(&error, &authority),
                Err(_) => Reason::TimedOut {
                    authority: authority.clone(),
                    stage: Stage::Connect,
                    after: left,
                },
            };
            // What an address says about the service outweighs what this machine lacks to reach
            // another (a name with an IPv6 address, seen from a machine without IPv6).
            let keep = worst.as_ref().is_none_or(|known| known.blame() == Blame::Ours);
            if keep {
                worst = Some(reason);
            }
        }
        Err(worst.unwrap_or(Reason::NoSuchName(host_of(url))))
    }

    fn accept(
        &self,
        stream: TcpStream,
        remote: SocketAddr,
        url: &Url,
    ) -> Result<(TcpStream, SocketAddr), Reason> {
        let local =
            stream.local_addr().map_err(|error| connect_reason(&error, &authority_of(url)))?;
        self.policy
            .check_connected(local, remote)
            .map_err(|refusal| Reason::Refused { host: host_of(url), refusal })?;
        // Delays small writes otherwise; failing to say so changes nothing but milliseconds.
        let _ = stream.set_nodelay(true);
        Ok((stream, remote))
    }
}

fn share(left: Duration, turns: u32) -> Duration {
    left.checked_div(turns).unwrap_or(left)
}

/// Whether a failed connection is the target's doing or this machine's.
///
/// A refused or reset connection, a time-out and "host unreachable" (which a router next to the
/// target sends, or the target's own firewall) say something about the target. No network, no
/// route, no file descriptors, no local port and a local firewall's "not permitted" do not.
fn connect_reason(error: &io::Error, authority: &str) -> Reason {
    const OUT_OF_DESCRIPTORS: [i32; 2] = [23, 24]; // ENFILE, EMFILE
    let authority = authority.to_owned();
    let ours = matches!(
        error.kind(),
        io::ErrorKind::NetworkUnreachable
            | io::ErrorKind::NetworkDown
            | io::ErrorKind::AddrNotAvailable
            | io::ErrorKind::AddrInUse
            | io::ErrorKind::PermissionDenied
            | io::ErrorKind::InvalidInput
            | io::ErrorKind::Unsupported
            | io::ErrorKind::OutOfMemory
    ) || error.raw_os_error().is_some_and(|code| OUT_OF_DESCRIPTORS.contains(&code));
    match error.kind() {
        io::ErrorKind::ConnectionRefused => Reason::ConnectionRefused(authority),
        _ if ours => Reason::Local { authority, detail: plain(error) },
        _ => Reason::Unreachable { authority, detail: plain(error) },
    }
}

/// The system's words without its number.
fn plain(error: &io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or_default().to_lowercase()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    /// By the numbers Linux gives them.
    #[rstest]
    #[case(111, Blame::Service)] // ECONNREFUSED
    #[case(104, Blame::Service)] // ECONNRESET
    #[case(110, Blame::Service)] // ETIMEDOUT
    #[case(113, Blame::Service)] // EHOSTUNREACH
    #[case(101, Blame::Ours)] // ENETUNREACH
    #[case(100, Blame::Ours)] // ENETDOWN
    #[case(99, Blame::Ours)] // EADDRNOTAVAIL
    #[case(24, Blame::Ours)] // EMFILE
    #[case(23, Blame::Ours)] // ENFILE
    #[case(13, Blame::Ours)] // EACCES
    #[case(1, Blame::Ours)] // EPERM
    #[case(12, Blame::Ours)] // ENOMEM
    #[cfg(target_os = "linux")]
    fn a_failed_connection_has_a_culprit(#[case] code: i32, #[case] blame: Blame) {
        let error = io::Error::from_raw_os_error(code);
        let reason = connect_reason(&error, "example.org");
        assert_eq!(reason.blame(), blame, "{reason}");
        assert!(!reason.to_string().contains("os error"), "{reason}");
    }
}
