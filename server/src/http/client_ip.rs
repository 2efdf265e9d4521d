//! Whose request it is: the peer's address, or what a trusted proxy says it is.

use std::net::{IpAddr, SocketAddr};

use axum::extract::ConnectInfo;
use http::{Extensions, HeaderMap};
use ipnet::IpNet;

/// The proxies whose `X-Forwarded-For` is believed.
#[derive(Debug, Default)]
pub struct Proxies(Vec<IpNet>);

impl Proxies {
    /// Reads CIDRs or bare addresses separated by commas.
    ///
    /// # Errors
    /// Names the first entry that is neither.
    pub fn parse(text: &str) -> Result<Self, String> {
        text.split(',')
            .map(str::trim)
            .filter(|entry| !entry.is_empty())
            .map(|entry| {
                entry
                    .parse::<IpNet>()
                    .or_else(|_| entry.parse::<IpAddr>().map(IpNet::from))
                    .map_err(|_| {
                        format!("`{entry}` in trusted_proxies is neither a CIDR nor an address")
                    })
            })
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// Whether what comes from this address comes through a proxy of ours.
    #[must_use]
    pub fn trusts(&self, address: IpAddr) -> bool {
        self.0.iter().any(|range| range.contains(&address.to_canonical()))
    }

    /// The client's address: the last one in `X-Forwarded-For` that is no proxy of ours, where the
    /// peer is one. What stands before an entry that is no address was not written by a proxy of ours:
    /// the search ends there, and the proxy behind it is the client.
    #[must_use]
    pub fn client(&self, extensions: &Extensions, headers: &HeaderMap) -> IpAddr {
        let peer = extensions
            .get::<ConnectInfo<SocketAddr>>()
            .map_or(IpAddr::from([0, 0, 0, 0]), |info| info.0.ip());
        let values = headers.get_all("x-forwarded-for").iter();
        let entries: Vec<_> = values
            .flat_map(|value| value.as_bytes().split(|byte| *byte == b','))
            .map(|entry| str::from_utf8(entry).ok().and_then(address_of))
            .collect();
        let mut client = peer;
        for address in entries.into_iter().rev() {
            match address {
                Some(address) if self.trusts(client) => client = address,
                _ => break,
            }
        }
        client
    }
}

/// The address of an entry, which some proxies write with its port.
fn address_of(entry: &str) -> Option<IpAddr> {
    let entry = entry.trim();
    let bare = entry.strip_prefix('[').and_then(|entry| entry.strip_suffix(']')).unwrap_or(entry);
    let with_port = || entry.parse::<SocketAddr>().ok().map(|address| address.ip());
    bare.parse().ok().or_else(with_port)
}

/// What counts as one client: an IPv4 address, or the IPv6 network one subscriber is given (/64),
/// which has addresses without end.
#[must_use]
pub fn one_client(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::from((u128::from(v6) >> 64 << 64).to_be_bytes()),
        v4 => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(proxies: &str, peer: &str, forwarded: &[&str]) -> String {
        let mut extensions = Extensions::new();
        extensions.insert(ConnectInfo(SocketAddr::new(peer.parse().unwrap(), 1)));
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append("x-forwarded-for", value.parse().unwrap());
        }
        Proxies::parse(proxies).unwrap().client(&extensions, &headers).to_string()
    }

    #[test]
    fn only_a_trusted_proxy_is_believed() {
        assert_eq!(client("", "203.0.113.9", &["10.0.0.1"]), "203.0.113.9");
        assert_eq!(client("10.0.0.0/8", "10.0.0.2", &["198.51.100.7"]), "198.51.100.7");
        assert_eq!(
            client("10.0.0.0/8", "10.0.0.2", &["1.2.3.4, 198.51.100.7", "10.0.0.9"]),
            "198.51.100.7"
        );
        assert_eq!(client("10.0.0.0/8", "10.0.0.2", &[]), "10.0.0.2");
        assert!(Proxies::parse("10.0.0.0/8, nonsense").is_err());
    }

    #[test]
    fn nobody_hides_behind_an_entry_that_cannot_be_read() {
        let client = |forwarded: &str| client("10.0.0.0/8", "10.0.0.2", &[forwarded]);
        assert_eq!(client("9.9.8.1, 203.0.113.8:5555"), "203.0.113.8");
        assert_eq!(client("9.9.8.1, [2001:db8::1]:5555"), "2001:db8::1");
        assert_eq!(client("9.9.8.1, [2001:db8::1]"), "2001:db8::1");
        assert_eq!(client("9.9.8.1, unknown"), "10.0.0.2");
        assert_eq!(client("9.9.8.1, unknown, 10.0.0.3"), "10.0.0.3");
        assert_eq!(client("9.9.8.1, , 10.0.0.3"), "10.0.0.3");
    }

    #[test]
    fn a_subscribers_network_is_one_client() {
        let client = |text: &str| one_client(text.parse().unwrap());
        assert_eq!(client("2001:db8:1:2::7"), client("2001:db8:1:2:ffff:1:2:3"));
        assert_ne!(client("2001:db8:1:2::7"), client("2001:db8:1:3::7"));
        assert_ne!(client("192.0.2.1"), client("192.0.2.2"));
        assert_eq!(client("::ffff:192.0.2.1"), client("192.0.2.1"));
    }
}
