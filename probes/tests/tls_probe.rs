//! Certificates of every kind, over real handshakes.
#![expect(clippy::unwrap_used, reason = "helpers of tests may panic")]

mod support;

use std::net::SocketAddr;
use std::sync::Arc;

use chrono::Duration;
use domain::check::ProbeSpec;
use domain::measurement::{Measurement, Phase};
use probes::{GuardedClient, Request};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use support::{PATIENCE, Scripted, http, loopback_policy, now, probe_with};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

type Authority = CertifiedIssuer<'static, KeyPair>;

fn authority() -> Authority {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.distinguished_name.push(DnType::CommonName, "Test Authority");
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// A certificate for `name`, valid from and until so many days from now.
fn leaf(name: &str, from: i64, until: i64) -> (CertificateParams, KeyPair) {
    let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
    params.distinguished_name.push(DnType::CommonName, name);
    let at = |days: i64| {
        let seconds = (now() + Duration::days(days)).timestamp();
        std::time::UNIX_EPOCH + std::time::Duration::from_secs(seconds.try_into().unwrap())
    };
    params.not_before = at(from).into();
    params.not_after = at(until).into();
    (params, KeyPair::generate().unwrap())
}

fn signed(ca: &Authority, name: &str, from: i64, until: i64) -> (Vec<u8>, KeyPair) {
    let (params, key) = leaf(name, from, until);
    let certificate = params.signed_by(&key, ca).unwrap();
    (certificate.der().to_vec(), key)
}

/// Serves `200 OK` with HSTS over TLS with this certificate.
async fn serve_tls((certificate, key): (Vec<u8>, KeyPair)) -> SocketAddr {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![CertificateDer::from(certificate)], key)
        .unwrap();
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let Ok(mut stream) = acceptor.accept(stream).await else { return };
                let _ = stream.read(&mut [0; 4096]).await;
                let answer = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\
                              strict-transport-security: max-age=31536000; includeSubDomains\r\n\r\nok";
                let _ = stream.write_all(answer.as_bytes()).await;
                let _ = stream.shutdown().await;
            });
        }
    });
    address
}

/// A client that trusts the authority and finds every name on loopback.
fn trusting(ca: &Authority) -> GuardedClient {
    GuardedClient::builder()
        .policy(loopback_policy())
        .resolver(Scripted::always("127.0.0.1"))
        .extra_roots(ca.pem().as_bytes())
        .build()
        .unwrap()
}

async fn look(client: &GuardedClient, address: SocketAddr, min_days: Option<u32>) -> Measurement {
    let url = format!("https://shop.example:{}/", address.port());
    probe_with(client.clone(), ProbeSpec::Tls { url, min_days }, &[], PATIENCE).await
}

#[tokio::test]
async fn a_good_certificate_says_how_long_it_lasts() {
    let ca = authority();
    let address = serve_tls(signed(&ca, "shop.example", -1, 71)).await;
    let seen = look(&trusting(&ca), address, None).await;
    assert_eq!(seen.phase, Phase::Successful, "{seen:#?}");
    assert!(seen.value == Some(70.0) || seen.value == Some(71.0), "{:?}", seen.value);
    assert!(seen.short.ends_with(" d"), "{}", seen.short);
    assert!(seen.sentence.contains("expected at least 14"), "{}", seen.sentence);
    assert!(seen.exchanges[0].response_head.contains("issuer: Test Authority"));
}

#[tokio::test]
async fn one_that_ends_soon_fails_on_its_days_alone() {
    let ca = authority();
    let address = serve_tls(signed(&ca, "shop.example", -80, 5)).await;
    let seen = look(&trusting(&ca), address, None).await;
    assert_eq!(seen.phase, Phase::Failed, "{seen:#?}");
    assert_eq!(seen.findings[0].phase, Phase::Successful);
    assert_eq!(seen.findings[1].phase, Phase::Failed);
    assert_eq!(look(&trusting(&ca), address, Some(3)).await.phase, Phase::Successful);
}

#[tokio::test]
async fn each_fault_is_told_from_the_others() {
    let ca = authority();
    let (params, key) = leaf("shop.example", -1, 90);
    let own = params.self_signed(&key).unwrap().der().to_vec();
    let stranger = authority();
    // What `openssl req -x509` makes by default.
    let (mut params, all_in_one_key) = leaf("shop.example", -1, 90);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let all_in_one = params.self_signed(&all_in_one_key).unwrap().der().to_vec();
    let cases = [
        (signed(&ca, "shop.example", -40, -10), "expired", "expired 1"),
        (signed(&ca, "shop.example", 5, 90), "not yet", "not valid yet"),
        (
            signed(&ca, "other.example", -1, 90),
            "wrong name",
            "shop.example is not among other.example",
        ),
        ((all_in_one, all_in_one_key), "untrusted", "(itself)"),
        ((own, key), "untrusted", "self-signed or its issuer is not trusted"),
        (signed(&stranger, "shop.example", -1, 90), "untrusted", "issued by Test Authority"),
    ];
    for (certificate, short, says) in cases {
        let address = serve_tls(certificate).await;
        let seen = look(&trusting(&ca), address, None).await;
        assert_eq!((seen.phase, seen.short.as_str()), (Phase::Failed, short), "{seen:#?}");
        assert!(seen.sentence.contains(says), "{}", seen.sentence);
        // The same fault keeps an http probe from trusting the service.
        let url = format!("https://shop.example:{}/", address.port());
        let http = probe_with(trusting(&ca), http(url), &[], PATIENCE).await;
        assert_eq!((http.phase, http.short.as_str()), (Phase::Failed, "TLS"), "{http:#?}");
    }
}

#[tokio::test]
async fn plain_http_has_no_certificate_and_a_plain_port_no_tls() {
    let ca = authority();
    let spec = ProbeSpec::Tls { url: "http://shop.example/".to_owned(), min_days: None };
    assert_eq!(probe_with(trusting(&ca), spec, &[], PATIENCE).await.phase, Phase::Error);
    let plain = support::serve(axum::Router::new()).await;
    let seen = look(&trusting(&ca), plain, None).await;
    assert_eq!((seen.phase, seen.short.as_str()), (Phase::Failed, "TLS"), "{seen:#?}");
    assert!(seen.sentence.contains("does not speak TLS"), "{}", seen.sentence);
    let seen = look(&trusting(&ca), support::closed_port().await, None).await;
    assert_eq!((seen.phase, seen.short.as_str()), (Phase::Failed, "refused"));
}

#[tokio::test]
async fn the_guard_holds_for_handshakes_too() {
    let client = GuardedClient::builder().build().unwrap();
    let spec = ProbeSpec::Tls { url: "https://127.0.0.1/".to_owned(), min_days: None };
    let seen = probe_with(client, spec, &[], PATIENCE).await;
    assert_eq!((seen.phase, seen.short.as_str()), (Phase::Error, "not allowed"));
}

#[tokio::test]
async fn an_https_answer_carries_its_certificate_to_the_conditions() {
    let ca = authority();
    let address = serve_tls(signed(&ca, "shop.example", -1, 71)).await;
    let url = format!("https://shop.example:{}/", address.port());
    let conditions = ["certificate_days > 60", "hsts_max_age == 31536000", "body == 'ok'"];
    let seen = probe_with(trusting(&ca), http(&url), &conditions, PATIENCE).await;
    assert_eq!(seen.phase, Phase::Successful, "{seen:#?}");
    let answer = trusting(&ca).send(Request::get(&url).unwrap()).await.unwrap();
    assert!(answer.certificate.is_some() && answer.timing.tls > std::time::Duration::ZERO);
}

#[tokio::test]
async fn hsts_is_read_over_https() {
    let ca = authority();
    let address = serve_tls(signed(&ca, "shop.example", -1, 71)).await;
    let url = format!("https://shop.example:{}/", address.port());
    let run = |least| {
        let spec = ProbeSpec::Hsts { url: url.clone(), min_max_age_s: least };
        probe_with(trusting(&ca), spec, &[], PATIENCE)
    };
    let seen = run(None).await;
    assert_eq!((seen.phase, seen.short.as_str()), (Phase::Successful, "1 y"), "{seen:#?}");
    assert!(seen.sentence.contains("31536000") && seen.sentence.contains("15768000"));
    assert_eq!(run(Some(63_072_000)).await.phase, Phase::Failed);
}

#[test]
fn roots_that_are_none_are_refused() {
    assert!(GuardedClient::builder().extra_roots(b"not a certificate").build().is_err());
}
