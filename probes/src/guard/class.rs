//! What kind of network an address belongs to, whatever notation hides it.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The kind of network an address belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AddressClass {
    /// Routed on the public internet.
    Public,
    /// A private network: RFC 1918, shared (RFC 6598) or unique local (RFC 4193) space.
    Private,
    /// This machine.
    Loopback,
    /// This link only, where cloud machines also keep their metadata service.
    LinkLocal,
    /// A cloud's metadata or host service, which hands out credentials.
    Metadata,
    /// "This host" (`0.0.0.0/8`, `::`), which connects to loopback on many systems.
    Unspecified,
    /// A group of hosts.
    Multicast,
    /// Every host of a network.
    Broadcast,
    /// Set aside: documentation, benchmarking, transition mechanisms, the future.
    Reserved,
}

/// Metadata and host services with an address of their own, outside link-local space.
const METADATA_V4: [Ipv4Addr; 4] = [
    Ipv4Addr::new(169, 254, 169, 254), // AWS, Azure, GCP, Oracle, DigitalOcean, …
    Ipv4Addr::new(100, 100, 100, 200), // Alibaba
    Ipv4Addr::new(192, 0, 0, 192),     // Oracle, classic
    Ipv4Addr::new(168, 63, 129, 16),   // Azure's host service, in public space
];

const METADATA_V6: [Ipv6Addr; 3] = [
    Ipv6Addr::new(0xfd00, 0x0ec2, 0, 0, 0, 0, 0, 0x0254), // AWS
    Ipv6Addr::new(0xfd20, 0x00ce, 0, 0, 0, 0, 0, 0x0254), // GCP
    Ipv6Addr::new(0xfd00, 0x0042, 0, 0, 0, 0, 0, 0x0042), // Scaleway
];

/// The kind of network `address` belongs to; IPv4 inside IPv6 is judged by what it carries.
#[must_use]
pub fn classify(address: IpAddr) -> AddressClass {
    match address.to_canonical() {
        IpAddr::V4(v4) => classify_v4(v4),
        IpAddr::V6(v6) => classify_v6(v6),
    }
}

fn classify_v4(address: Ipv4Addr) -> AddressClass {
    let [a, b, c, _] = address.octets();
    if METADATA_V4.contains(&address) {
        return AddressClass::Metadata;
    }
    match (a, b, c) {
        (0, ..) => AddressClass::Unspecified,
        (127, ..) => AddressClass::Loopback,
        (169, 254, _) => AddressClass::LinkLocal,
        (10, ..) | (172, 16..=31, _) | (192, 168, _) | (100, 64..=127, _) => AddressClass::Private,
        (224..=239, ..) => AddressClass::Multicast,
        (255, 255, 255) if address.is_broadcast() => AddressClass::Broadcast,
        (192, 0, 0 | 2)          // protocol assignments, documentation
        | (192, 88, 99)          // 6to4 relays
        | (198, 18..=19, _)      // benchmarking
        | (198, 51, 100)         // documentation
        | (203, 0, 113)          // documentation
        | (240.., ..) => AddressClass::Reserved,
        _ => AddressClass::Public,
    }
}

fn classify_v6(address: Ipv6Addr) -> AddressClass {
    if METADATA_V6.contains(&address) {
        return AddressClass::Metadata;
    }
    if let Some(inner) = embedded_v4(address) {
        return classify_v4(inner);
    }
    let segments = address.segments();
    match segments[0] {
        _ if address.is_unspecified() => AddressClass::Unspecified,
        _ if address.is_loopback() => AddressClass::Loopback,
        0xff00.. => AddressClass::Multicast,
        0xfe80..=0xfebf => AddressClass::LinkLocal,
        0xfc00..=0xfdff => AddressClass::Private,
        // Protocol assignments with Teredo, documentation.
        0x2001 if segments[1] < 0x0200 || segments[1] == 0x0db8 => AddressClass::Reserved,
        0x3fff if segments[1] < 0x1000 => AddressClass::Reserved,
        0x2000..=0x3fff => AddressClass::Public,
        // Site-local, discard-only, IPv4-compatible, local NAT64, everything not given out yet.
        _ => AddressClass::Reserved,
    }
}

/// The IPv4 address a translated or tunnelled IPv6 one ends up at: NAT64, 6to4, ISATAP, and the
/// compatible form where it carries more than a host number.
fn embedded_v4(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let s = address.segments();
    let from = |high: u16, low: u16| {
        let [a, b] = high.to_be_bytes();
        let [c, d] = low.to_be_bytes();
        Ipv4Addr::new(a, b, c, d)
    };
    match s {
        [0x0064, 0xff9b, 0, 0, 0, 0, high, low] => Some(from(high, low)),
        [0x2002, high, low, ..] => Some(from(high, low)),
        [_, _, _, _, 0x0000 | 0x0200, 0x5efe, high, low] => Some(from(high, low)),
        _ => None,
    }
}
