//! The `https_redirect` and `hsts` probes over plain HTTP.
#![expect(clippy::unwrap_used, reason = "helpers of tests may panic")]

mod support;

use axum::Router;
use domain::check::ProbeSpec;
use domain::measurement::{Measurement, Phase};
use http::StatusCode;
use rstest::rstest;
use support::{closed_port, probe, serve};

async fn redirecting(status: u16, location: &'static str) -> Measurement {
    let status = StatusCode::from_u16(status).unwrap();
    let app = Router::new().fallback(move || async move { (status, [("location", location)]) });
    let url = format!("http://{}/", serve(app).await);
    probe(ProbeSpec::HttpsRedirect { url }, &[]).await
}

#[rstest]
#[case(301, "https://127.0.0.1/", Phase::Successful)]
#[case(308, "https://127.0.0.1:8443/home", Phase::Successful)]
#[case(302, "https://127.0.0.1/", Phase::Successful)]
#[case(301, "https://elsewhere.example/", Phase::Failed)]
#[case(301, "http://elsewhere.example/", Phase::Failed)]
#[case(301, "/again", Phase::Failed)]
#[case(200, "https://127.0.0.1/", Phase::Failed)]
#[case(404, "", Phase::Failed)]
#[case(500, "", Phase::Inconclusive)]
#[tokio::test]
async fn only_https_on_the_same_host_counts(
    #[case] status: u16,
    #[case] location: &'static str,
    #[case] phase: Phase,
) {
    let seen = redirecting(status, location).await;
    assert_eq!(seen.phase, phase, "{seen:#?}");
    assert!(seen.sentence.contains("redirect"), "{}", seen.sentence);
}

#[tokio::test]
async fn a_temporary_redirect_is_named() {
    let seen = redirecting(302, "https://127.0.0.1/").await;
    assert!(seen.sentence.contains("permanent 301 or 308"), "{}", seen.sentence);
}

#[tokio::test]
async fn an_unreachable_address_teaches_nothing() {
    let url = format!("http://{}/", closed_port().await);
    let seen = probe(ProbeSpec::HttpsRedirect { url: url.clone() }, &[]).await;
    assert_eq!(seen.phase, Phase::Inconclusive, "{seen:#?}");
    let seen = probe(ProbeSpec::Hsts { url, min_max_age_s: None }, &[]).await;
    assert_eq!(seen.phase, Phase::Inconclusive, "{seen:#?}");
    let url = "http://169.254.169.254/".to_owned();
    let seen = probe(ProbeSpec::HttpsRedirect { url: url.clone() }, &[]).await;
    assert_eq!(seen.phase, Phase::Error, "{seen:#?}");
    let seen = probe(ProbeSpec::Hsts { url, min_max_age_s: None }, &[]).await;
    assert_eq!(seen.phase, Phase::Error, "{seen:#?}");
}

/// The header counts over HTTPS only, so a service without HTTPS has none, whatever it sends.
#[tokio::test]
async fn plain_http_alone_cannot_have_hsts() {
    let app =
        Router::new().fallback(|| async { [("strict-transport-security", "max-age=31536000")] });
    let url = format!("http://{}/", serve(app).await);
    let seen = probe(ProbeSpec::Hsts { url, min_max_age_s: None }, &[]).await;
    assert_eq!((seen.phase, seen.short.as_str()), (Phase::Failed, "no HTTPS"), "{seen:#?}");
    assert!(seen.sentence.contains("plain HTTP only"), "{}", seen.sentence);
}
