//! The installation's rules: a mode, ranges added to it, and addresses refused whatever else.

use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

use ipnet::IpNet;

use super::class::{AddressClass, classify};
use super::parse::{GuardConfigError, parse_ranges};
use super::refusal::Refusal;

/// Which addresses are reachable without being listed. Set by the installation, never by an
/// editor of checks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mode {
    /// Public and private networks; the usual one, since most services live in private ones.
    #[default]
    PrivateOk,
    /// Public addresses only.
    PublicOnly,
    /// Only the listed ranges.
    AllowList,
}

impl FromStr for Mode {
    type Err = GuardConfigError;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        match word.trim() {
            "private-ok" => Ok(Self::PrivateOk),
            "public-only" => Ok(Self::PublicOnly),
            "allow-list" => Ok(Self::AllowList),
            other => Err(GuardConfigError::Mode(other.to_owned())),
        }
    }
}

/// Which addresses Daytwo connects to for anything a user can make it fetch.
#[derive(Debug, Clone, Default)]
pub struct GuardPolicy {
    mode: Mode,
    allow: Vec<IpNet>,
    forbidden: Vec<SocketAddr>,
}

impl GuardPolicy {
    /// The rules of a mode, with nothing added.
    #[must_use]
    pub const fn new(mode: Mode) -> Self {
        Self { mode, allow: Vec::new(), forbidden: Vec::new() }
    }

    /// Adds ranges, as `DAYTWO_PROBE_ALLOW` has them: CIDRs or bare addresses, comma separated.
    ///
    /// # Errors
    /// Names the first entry that is neither.
    pub fn allowing(mut self, ranges: &str) -> Result<Self, GuardConfigError> {
        self.allow.extend(parse_ranges(ranges)?);
        Ok(self)
    }

    /// Refuses one address and port, even where a range allows it: a listener of Daytwo's own, its
    /// database. With an unspecified address (`0.0.0.0:3000`) the port is refused on every address
    /// of this machine.
    #[must_use]
    pub fn forbidding(mut self, address: SocketAddr) -> Self {
        self.forbidden.push(address);
        self
    }

    /// The mode.
    #[must_use]
    pub const fn mode(&self) -> Mode {
        self.mode
    }

    /// Whether a connection to this address and port may be opened.
    ///
    /// # Errors
    /// The refusal, which says why only to our own log.
    pub fn is_allowed(&self, address: SocketAddr) -> Result<(), Refusal> {
        let class = classify(address.ip());
        let ip = address.ip().to_canonical();
        let own = self.forbidden.iter().any(|ours| {
            ours.port() == address.port()
                && (ours.ip().to_canonical() == ip
                    || (ours.ip().is_unspecified() && class.is_this_machine()))
        });
        if own { Err(Refusal::own(class)) } else { self.is_allowed_ip(address.ip()) }
    }

    /// Whether any port of this address may be connected to.
    ///
    /// # Errors
    /// As [`GuardPolicy::is_allowed`].
    pub fn is_allowed_ip(&self, address: IpAddr) -> Result<(), Refusal> {
        let ip = address.to_canonical();
        let class = classify(ip);
        let by_mode = match (self.mode, class) {
            (Mode::PrivateOk, AddressClass::Public | AddressClass::Private)
            | (Mode::PublicOnly, AddressClass::Public) => true,
            (Mode::PrivateOk | Mode::PublicOnly | Mode::AllowList, _) => false,
        };
        // A translated form (NAT64, 6to4) must be listed as such: a range for the address inside
        // says nothing about the way there.
        let listed = self.allow.iter().any(|range| range.contains(&ip));
        if by_mode || listed { Ok(()) } else { Err(Refusal::address(class)) }
    }

    /// As [`check_connected`](Self::check_connected), before a connection is opened: the source the
    /// kernel would give it is asked for with a datagram's socket, over which nothing is sent.
    ///
    /// # Errors
    /// As [`GuardPolicy::is_allowed`].
    pub(crate) fn check_route(&self, remote: SocketAddr) -> Result<(), Refusal> {
        let any: IpAddr = match remote {
            SocketAddr::V4(_) => std::net::Ipv4Addr::UNSPECIFIED.into(),
            SocketAddr::V6(_) => std::net::Ipv6Addr::UNSPECIFIED.into(),
        };
        let source = std::net::UdpSocket::bind((any, 0)).and_then(|socket| {
            socket.connect(remote)?;
            socket.local_addr()
        });
        // Without a route the connection fails by itself.
        source.map_or(Ok(()), |source| self.check_connected(source, remote))
    }

    /// Refuses a connection that turned out to end on this machine at a port of our own.
    ///
    /// The kernel gives a connection to one of the machine's own addresses that same address as
    /// its source, which is how addresses nobody told us about are recognised.
    ///
    /// # Errors
    /// As [`GuardPolicy::is_allowed`].
    pub(crate) fn check_connected(
        &self,
        local: SocketAddr,
        remote: SocketAddr,
    ) -> Result<(), Refusal> {
        let same_machine = local.ip().to_canonical() == remote.ip().to_canonical();
        let own = same_machine
            && self
                .forbidden
                .iter()
                .any(|ours| ours.ip().is_unspecified() && ours.port() == remote.port());
        if own { Err(Refusal::own(classify(remote.ip()))) } else { Ok(()) }
    }
}

impl AddressClass {
    const fn is_this_machine(self) -> bool {
        matches!(self, Self::Loopback | Self::Unspecified)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_to_this_machine_is_known_by_its_own_address() {
        let policy = GuardPolicy::default().forbidding(SocketAddr::from(([0, 0, 0, 0], 3000)));
        let check = |local: &str, remote: &str| {
            policy.check_connected(local.parse().unwrap(), remote.parse().unwrap()).is_ok()
        };
        assert!(!check("10.0.0.5:40000", "10.0.0.5:3000"));
        assert!(!check("[::ffff:10.0.0.5]:40000", "10.0.0.5:3000"));
        assert!(check("10.0.0.5:40000", "10.0.0.5:3001"));
        assert!(check("10.0.0.5:40000", "10.0.0.6:3000"));
    }
}
