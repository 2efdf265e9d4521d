//! The `debug_mode` probe: every recogniser on a page of its framework, and plain pages of none.
#![expect(clippy::unwrap_used, reason = "helpers of tests may panic")]

mod support;

use std::path::Path;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::Request;
use axum::response::Redirect;
use domain::check::ProbeSpec;
use domain::measurement::{Measurement, Phase};
use http::StatusCode;
use rstest::rstest;
use support::{closed_port, probe, serve};

fn fixture(name: &str) -> String {
    std::fs::read_to_string(Path::new("tests/fixtures").join(name)).unwrap()
}

async fn look(address: std::net::SocketAddr) -> Measurement {
    probe(ProbeSpec::DebugMode { url: format!("http://{address}/") }, &[]).await
}

async fn look_at(status: u16, page: String) -> Measurement {
    let status = StatusCode::from_u16(status).unwrap();
    look(serve(Router::new().fallback(move || async move { (status, page) })).await).await
}

#[rstest]
#[case("laravel_ignition.html", "Laravel")]
#[case("laravel_modern.html", "Laravel")]
#[case("laravel_trace.json", "Laravel")]
#[case("laravel_whoops.html", "Laravel")]
#[case("symfony_exception.html", "Symfony")]
#[case("django_404.html", "Django")]
#[case("python_traceback.txt", "Python")]
#[case("werkzeug_debugger.html", "Werkzeug")]
#[case("rails_routing.html", "Rails")]
#[case("rails_traces.json", "Rails")]
#[case("ruby_backtrace.txt", "Ruby")]
#[case("express_stack.html", "Node")]
#[case("node_stack.json", "Node")]
#[case("spring_whitelabel_trace.html", "Spring")]
#[case("spring_trace.json", "Spring")]
#[case("java_trace.html", "Java")]
#[case("aspnet_yellow.html", "ASP.NET")]
#[case("aspnet_core.html", "ASP.NET")]
#[case("php_warning.html", "PHP")]
#[case("php_fatal.txt", "PHP")]
#[case("php_info.html", "PHP")]
#[case("go_panic.txt", "Go")]
#[tokio::test]
async fn a_debug_page_is_recognised(#[case] name: &str, #[case] framework: &str) {
    let seen = look_at(500, fixture(&format!("debug/{name}"))).await;
    assert_eq!((seen.phase, seen.short.as_str()), (Phase::Failed, "on"), "{seen:#?}");
    let first = &seen.findings[0].detail;
    assert!(first.contains(&format!("({framework})")), "{first}");
    assert!(seen.sentence.contains("expected a plain error page"), "{}", seen.sentence);
    assert!(!format!("{seen:?}").contains("k3yk3y"), "secrets of the page are not kept");
}

#[rstest]
#[case("nginx_404.html")]
#[case("spring_whitelabel.html")]
#[case("express_404.html")]
#[case("laravel_404.html")]
#[case("article.html")]
#[case("problem.json")]
#[tokio::test]
async fn a_plain_page_gives_nothing_away(#[case] name: &str) {
    let seen = look_at(404, fixture(&format!("plain/{name}"))).await;
    assert_eq!((seen.phase, seen.short.as_str()), (Phase::Successful, "off"), "{seen:#?}");
    assert_eq!(seen.value, Some(0.0));
}

#[tokio::test]
async fn only_harmless_methods_are_sent_and_none_with_a_body() {
    let seen: Arc<Mutex<Vec<(String, bool)>>> = Arc::default();
    let log = Arc::clone(&seen);
    let app = Router::new().fallback(move |request: Request| async move {
        let with_body = request.headers().contains_key("transfer-encoding")
            || request.headers().get("content-length").is_some_and(|length| length != "0");
        log.lock().unwrap().push((request.method().to_string(), with_body));
        StatusCode::NOT_FOUND
    });
    assert_eq!(look(serve(app).await).await.phase, Phase::Successful);
    let seen = seen.lock().unwrap();
    assert!(seen.len() >= 6, "{seen:?}");
    assert!(
        seen.iter()
            .all(|(method, body)| matches!(method.as_str(), "GET" | "HEAD" | "OPTIONS") && !body)
    );
}

#[tokio::test]
async fn headers_of_a_profiler_are_a_sign_and_a_version_is_a_mention() {
    let page = |name: &'static str, value: &'static str| async move {
        let app = Router::new()
            .fallback(move || async move { (StatusCode::NOT_FOUND, [(name, value)], "no") });
        look(serve(app).await).await
    };
    assert_eq!(page("x-debug-token", "a1b2c3").await.phase, Phase::Failed);
    let mention = page("x-powered-by", "PHP/8.2.7").await;
    assert_eq!(mention.phase, Phase::Successful, "{mention:#?}");
    assert!(mention.sentence.contains("x-powered-by: PHP/8.2.7"), "{}", mention.sentence);
}

/// The usual base address in clear: its redirects must not pass for plain error pages.
#[tokio::test]
async fn a_site_that_moved_is_looked_at_where_it_is() {
    let page = fixture("debug/django_404.html");
    let site =
        serve(Router::new().fallback(move || async move { (StatusCode::NOT_FOUND, page) })).await;
    let app = Router::new().fallback(move |uri: http::Uri| async move {
        Redirect::permanent(&format!("http://{site}{}", uri.path()))
    });
    let seen = look(serve(app).await).await;
    assert_eq!(seen.phase, Phase::Failed, "{seen:#?}");
    assert!(seen.sentence.contains(&site.to_string()), "{}", seen.sentence);
}

#[tokio::test]
async fn a_site_that_only_redirects_or_is_down_behind_its_proxy_teaches_nothing() {
    let app = Router::new().fallback(|| async { Redirect::to("https://login.example/") });
    let seen = look(serve(app).await).await;
    assert_eq!(seen.phase, Phase::Inconclusive, "{seen:#?}");
    assert!(seen.sentence.contains("every answer was a redirect"), "{}", seen.sentence);
    let seen = look_at(502, fixture("plain/nginx_404.html")).await;
    assert_eq!(seen.phase, Phase::Inconclusive, "{seen:#?}");
}

#[tokio::test]
async fn an_unreachable_service_teaches_nothing() {
    let seen = look(closed_port().await).await;
    assert_eq!(seen.phase, Phase::Inconclusive, "{seen:#?}");
    assert!(seen.sentence.contains("nothing was learnt about debug mode"), "{}", seen.sentence);
    assert_eq!(seen.value, None);
    let refused =
        probe(ProbeSpec::DebugMode { url: "http://169.254.169.254/".to_owned() }, &[]).await;
    assert_eq!(refused.phase, Phase::Error, "{refused:#?}");
}
