//! The guard's rules, notation by notation.
#![expect(clippy::unwrap_used, reason = "helpers of tests may panic")]

use std::net::IpAddr;

use probes::client::Reason;
use probes::guard::{AddressClass, classify};
use probes::{GuardConfigError, GuardPolicy, GuardedClient, Mode, Request};
use rstest::rstest;

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

#[rstest]
#[case("8.8.8.8", AddressClass::Public)]
#[case("2606:4700::1111", AddressClass::Public)]
#[case("10.0.0.1", AddressClass::Private)]
#[case("172.16.0.1", AddressClass::Private)]
#[case("172.31.255.255", AddressClass::Private)]
#[case("172.32.0.1", AddressClass::Public)]
#[case("192.168.1.1", AddressClass::Private)]
#[case("100.64.0.1", AddressClass::Private)]
#[case("fd12:3456::1", AddressClass::Private)]
#[case("127.0.0.1", AddressClass::Loopback)]
#[case("127.255.255.254", AddressClass::Loopback)]
#[case("::1", AddressClass::Loopback)]
#[case("169.254.1.1", AddressClass::LinkLocal)]
#[case("fe80::1", AddressClass::LinkLocal)]
#[case("febf::1", AddressClass::LinkLocal)]
#[case("169.254.169.254", AddressClass::Metadata)]
#[case("100.100.100.200", AddressClass::Metadata)]
#[case("192.0.0.192", AddressClass::Metadata)]
#[case("168.63.129.16", AddressClass::Metadata)]
#[case("fd00:ec2::254", AddressClass::Metadata)]
#[case("fd20:ce::254", AddressClass::Metadata)]
#[case("0.0.0.0", AddressClass::Unspecified)]
#[case("0.1.2.3", AddressClass::Unspecified)]
#[case("::", AddressClass::Unspecified)]
#[case("224.0.0.1", AddressClass::Multicast)]
#[case("ff02::1", AddressClass::Multicast)]
#[case("255.255.255.255", AddressClass::Broadcast)]
#[case("240.0.0.1", AddressClass::Reserved)]
#[case("192.0.2.1", AddressClass::Reserved)]
#[case("198.18.0.1", AddressClass::Reserved)]
#[case("203.0.113.9", AddressClass::Reserved)]
#[case("2001:db8::1", AddressClass::Reserved)]
#[case("2001::1", AddressClass::Reserved)] // Teredo
#[case("fec0::1", AddressClass::Reserved)] // site-local
#[case("64:ff9b:1::1", AddressClass::Reserved)] // local NAT64
#[case("::127.0.0.1", AddressClass::Reserved)] // compatible
#[case("::ffff:127.0.0.1", AddressClass::Loopback)] // mapped
#[case("::ffff:169.254.169.254", AddressClass::Metadata)]
#[case("::ffff:8.8.8.8", AddressClass::Public)]
#[case("64:ff9b::7f00:1", AddressClass::Loopback)] // NAT64
#[case("64:ff9b::a9fe:a9fe", AddressClass::Metadata)]
#[case("64:ff9b::808:808", AddressClass::Public)]
#[case("2002:7f00:1::", AddressClass::Loopback)] // 6to4
#[case("2002:a9fe:a9fe::1", AddressClass::Metadata)]
#[case("2001:470::5efe:127.0.0.1", AddressClass::Loopback)] // ISATAP
fn an_address_belongs_to_its_network(#[case] address: &str, #[case] class: AddressClass) {
    assert_eq!(classify(ip(address)), class);
}

#[rstest]
#[case(Mode::PrivateOk, "8.8.8.8", true)]
#[case(Mode::PrivateOk, "10.1.2.3", true)]
#[case(Mode::PrivateOk, "fd12::1", true)]
#[case(Mode::PrivateOk, "127.0.0.1", false)]
#[case(Mode::PrivateOk, "169.254.169.254", false)]
#[case(Mode::PrivateOk, "fd00:ec2::254", false)]
#[case(Mode::PublicOnly, "8.8.8.8", true)]
#[case(Mode::PublicOnly, "10.1.2.3", false)]
#[case(Mode::PublicOnly, "::ffff:10.1.2.3", false)]
#[case(Mode::AllowList, "8.8.8.8", false)]
#[case(Mode::AllowList, "10.1.2.3", false)]
fn a_mode_allows(#[case] mode: Mode, #[case] address: &str, #[case] allowed: bool) {
    assert_eq!(GuardPolicy::new(mode).is_allowed_ip(ip(address)).is_ok(), allowed);
}

#[rstest]
#[case("127.0.0.0/8", "127.9.9.9", true)]
#[case("127.0.0.0/8", "::ffff:127.0.0.1", true)]
#[case("127.0.0.0/8", "64:ff9b::7f00:1", false)]
#[case("127.0.0.0/8", "::1", false)]
#[case("127.0.0.1", "127.0.0.1", true)]
#[case("127.0.0.1", "127.0.0.2", false)]
#[case(" 10.0.0.0/8 , ::1 ,", "::1", true)]
#[case("[::1]", "::1", true)]
#[case("169.254.169.254", "169.254.169.254", true)]
fn a_range_widens(#[case] ranges: &str, #[case] address: &str, #[case] allowed: bool) {
    let policy = GuardPolicy::new(Mode::AllowList).allowing(ranges).unwrap();
    assert_eq!(policy.is_allowed_ip(ip(address)).is_ok(), allowed);
}

#[rstest]
#[case("10.0.0.0/8, localhost", "localhost")]
#[case("10.0.0.0/33", "10.0.0.0/33")]
#[case("300.0.0.1", "300.0.0.1")]
#[case("10.0.0.5/8", "10.0.0.5/8")]
fn a_bad_range_is_named(#[case] ranges: &str, #[case] named: &str) {
    let error = GuardPolicy::new(Mode::PrivateOk).allowing(ranges).unwrap_err();
    assert!(error.to_string().contains(&format!("`{named}`")), "{error}");
}

#[test]
fn a_mode_is_read_or_named() {
    assert_eq!("public-only".parse(), Ok(Mode::PublicOnly));
    assert_eq!("open".parse::<Mode>(), Err(GuardConfigError::Mode("open".to_owned())));
}

#[test]
fn own_addresses_are_refused_whatever_is_allowed() {
    let policy = GuardPolicy::new(Mode::PrivateOk)
        .allowing("127.0.0.0/8, ::1")
        .unwrap()
        .forbidding("127.0.0.1:3000".parse().unwrap())
        .forbidding("10.0.0.7:5432".parse().unwrap())
        .forbidding("0.0.0.0:4000".parse().unwrap());
    let allowed = |address: &str| policy.is_allowed(address.parse().unwrap()).is_ok();
    assert!(!allowed("127.0.0.1:3000"));
    assert!(!allowed("[::ffff:127.0.0.1]:3000"));
    assert!(allowed("127.0.0.1:3001"));
    assert!(!allowed("10.0.0.7:5432"));
    assert!(allowed("10.0.0.7:443"));
    assert!(!allowed("127.0.0.1:4000"));
    assert!(!allowed("127.8.8.8:4000"));
    assert!(!allowed("[::1]:4000"));
    assert!(allowed("10.0.0.8:4000"));
    assert!(policy.is_allowed("127.0.0.1:3000".parse().unwrap()).unwrap_err().is_own());
}

/// Every notation of an address in a URL ends in the same refusal, before any connection.
#[rstest]
#[case("http://127.0.0.1/")]
#[case("http://localhost/")]
#[case("http://127.1/")]
#[case("http://2130706433/")]
#[case("http://0x7f000001/")]
#[case("http://0x7f.0.0.1/")]
#[case("http://0177.0.0.1/")]
#[case("http://017700000001/")]
#[case("http://127.0.0.1./")]
#[case("http://%31%32%37.0.0.1/")]
#[case("http://①②⑦.⓪.⓪.①/")]
#[case("http://0xa9fea9fe/latest/meta-data/")]
#[case("http://0251.0376.0251.0376/")]
#[case("http://169.254.43518/")]
#[case("http://[::1]/")]
#[case("http://[::]/")]
#[case("http://0/")]
#[case("http://[::ffff:127.0.0.1]/")]
#[case("http://[::ffff:169.254.169.254]/")]
#[case("http://[0:0:0:0:0:ffff:a9fe:a9fe]/")]
#[case("http://[64:ff9b::169.254.169.254]/")]
#[case("http://[2002:a9fe:a9fe::]/")]
#[case("http://[fd00:ec2::254]/")]
#[case("http://100.100.100.200/")]
#[case("http://user:pass@169.254.169.254/")]
#[case("https://example.com@169.254.169.254/")]
#[tokio::test]
async fn a_notation_hides_nothing(#[case] url: &str) {
    let client = GuardedClient::builder().build().unwrap();
    let error = client.send(Request::get(url).unwrap()).await.unwrap_err();
    assert!(matches!(error.reason, Reason::Refused { .. }), "{url}: {error:?}");
    assert!(error.to_string().contains("DAYTWO_PROBE_ALLOW"), "{error}");
}
