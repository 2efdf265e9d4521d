//! What the client connects to, and what it carries along when it is sent elsewhere.

mod support;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Redirect};
use axum::routing::{any, get};
use probes::client::{Reason, RequestError};
use probes::guard::LookupError;
use probes::{Blame, GuardPolicy, GuardedClient, Mode, Request};
use rstest::rstest;
use support::{Scripted, client, client_with, raw_bytes, serve};

fn redirect_to(target: String) -> Router {
    Router::new().route("/", get(move || async move { Redirect::temporary(&target) }))
}

#[rstest]
#[case("http://169.254.169.254/latest/meta-data/")]
#[case("http://0xa9fea9fe/")]
#[case("http://[::ffff:a9fe:a9fe]/")]
#[case("//[fd00:ec2::254]/")]
#[tokio::test]
async fn a_redirect_to_a_forbidden_address_is_refused(#[case] target: &str) {
    let address = serve(redirect_to(target.to_owned())).await;
    let error =
        client().send(Request::get(&format!("http://{address}/")).unwrap()).await.unwrap_err();
    assert!(matches!(error.reason, Reason::Refused { .. }), "{error:?}");
    assert_eq!(error.blame(), Blame::Ours);
    assert_eq!(error.exchanges.len(), 2, "the redirect and the request not sent are evidence");
}

#[rstest]
#[case("file:///etc/passwd")]
#[case("gopher://127.0.0.1/")]
#[case("javascript:alert(1)")]
#[tokio::test]
async fn a_redirect_to_another_scheme_is_not_followed(#[case] target: &'static str) {
    let app = Router::new()
        .route("/", get(move || async move { (http::StatusCode::FOUND, [("location", target)]) }));
    let address = serve(app).await;
    let error =
        client().send(Request::get(&format!("http://{address}/")).unwrap()).await.unwrap_err();
    assert!(matches!(error.reason, Reason::RedirectNotFollowed { .. }), "{error:?}");
}

#[tokio::test]
async fn a_name_that_resolves_to_metadata_is_refused_without_saying_where() {
    let client = client_with(Scripted::always("169.254.169.254"));
    let error = client.send(Request::get("http://innocent.example/").unwrap()).await.unwrap_err();
    assert!(matches!(error.reason, Reason::Refused { .. }), "{error:?}");
    assert!(error.to_string().contains("innocent.example"));
    assert!(!format!("{error} {:?}", error.exchanges).contains("169.254"), "{error}");
}

/// The address judged is the address connected to: a name that changes its mind between two
/// look-ups is judged anew each time, and the second address is never reached.
#[tokio::test]
async fn a_rebinding_name_is_judged_at_every_connection() {
    let hits = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&hits);
    let app = Router::new().route(
        "/",
        get(move || async move {
            counted.fetch_add(1, Ordering::SeqCst);
            Redirect::temporary("/")
        }),
    );
    let port = serve(app).await.port();
    let ip = |text: &str| Ok(vec![text.parse().unwrap()]);
    let client = client_with(Scripted::new(vec![ip("127.0.0.1"), ip("169.254.169.254")]));
    let request = Request::get(&format!("http://rebind.example:{port}/")).unwrap();
    let error = client.send(request).await.unwrap_err();
    assert!(matches!(error.reason, Reason::Refused { .. }), "{error:?}");
    assert_eq!(hits.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn of_several_addresses_only_allowed_ones_are_tried() {
    let port = raw_bytes("HTTP/1.1 204 No Content\r\n\r\n").await.port();
    let both = vec!["169.254.169.254".parse().unwrap(), "127.0.0.1".parse().unwrap()];
    let client = client_with(Scripted::new(vec![Ok(both)]));
    let request = Request::get(&format!("http://both.example:{port}/")).unwrap();
    let answer = client.send(request).await.unwrap();
    assert_eq!(answer.remote_addr, SocketAddr::from(([127, 0, 0, 1], port)));
}

#[tokio::test]
async fn a_missing_name_is_the_services_fault_and_a_silent_name_server_is_not() {
    let send = |answer| async move {
        client_with(Scripted::new(vec![Err(answer)]))
            .send(Request::get("http://name.example/").unwrap())
            .await
            .unwrap_err()
    };
    assert_eq!(send(LookupError::NoSuchName).await.blame(), Blame::Service);
    assert_eq!(send(LookupError::NoAnswer("SERVFAIL".to_owned())).await.blame(), Blame::Ours);
}

#[tokio::test]
async fn own_listener_is_refused_on_every_address_of_this_machine() {
    let address = raw_bytes("HTTP/1.1 200 OK\r\n\r\n").await;
    let policy = GuardPolicy::new(Mode::PrivateOk)
        .allowing("127.0.0.0/8")
        .unwrap()
        .forbidding(SocketAddr::from(([0, 0, 0, 0], address.port())));
    let client = GuardedClient::builder().policy(policy).build().unwrap();
    let request = Request::get(&format!("http://{address}/")).unwrap();
    let error = client.send(request).await.unwrap_err();
    assert!(matches!(error.reason, Reason::Refused { refusal, .. } if refusal.is_own()));
}

async fn echo_headers() -> SocketAddr {
    let echo = |headers: HeaderMap| async move {
        headers
            .iter()
            .map(|(n, v)| format!("{n}={}\n", String::from_utf8_lossy(v.as_bytes())))
            .collect::<String>()
    };
    serve(Router::new().route("/", any(echo))).await
}

#[tokio::test]
async fn credentials_stay_with_their_origin() {
    let other = echo_headers().await;
    let first = serve(redirect_to(format!("http://{other}/"))).await;
    let request = Request::get(&format!("http://user:geheim@{first}/"))
        .unwrap()
        .header("Cookie", "sid=geheim")
        .unwrap()
        .header("X-Custom", "geheim")
        .unwrap()
        .header("Accept-Language", "de")
        .unwrap();
    let answer = client().send(request).await.unwrap();
    assert_eq!(answer.status, 200);
    assert_eq!(answer.redirected_from.len(), 1);
    let seen = answer.text();
    assert!(!seen.contains("geheim") && !seen.contains("authorization"), "{seen}");
    assert!(seen.contains("accept-language=de"), "{seen}");
    let kept = format!("{:?}", answer.exchanges);
    assert!(!kept.contains("sid=geheim") && !kept.contains("dXNlcjpnZWhlaW0"), "{kept}");
}

#[tokio::test]
async fn credentials_follow_within_their_origin() {
    let app = Router::new().route("/", get(|| async { Redirect::temporary("/next") })).route(
        "/next",
        get(|headers: HeaderMap| async move {
            headers.get("authorization").map(|v| v.to_str().unwrap().to_owned()).unwrap_or_default()
        }),
    );
    let address = serve(app).await;
    let request = Request::get(&format!("http://user:p%40ss@{address}/")).unwrap();
    let answer = client().send(request).await.unwrap();
    assert_eq!(answer.text(), "Basic dXNlcjpwQHNz");
    assert_eq!(answer.final_url.as_str(), format!("http://{address}/next"));
}

#[tokio::test]
async fn a_sixth_redirect_is_not_followed() {
    let hits = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&hits);
    let app = Router::new().fallback(move || async move {
        let n = counted.fetch_add(1, Ordering::SeqCst);
        Redirect::temporary(&format!("/{n}")).into_response()
    });
    let address = serve(app).await;
    let request = Request::get(&format!("http://{address}/")).unwrap();
    let error = client().send(request).await.unwrap_err();
    assert!(matches!(error.reason, Reason::TooManyRedirects(_)), "{error:?}");
    assert_eq!(hits.load(Ordering::SeqCst), 6);
}

#[tokio::test]
async fn a_body_is_not_carried_to_another_origin() {
    let other = echo_headers().await;
    let first =
        serve(Router::new().route(
            "/",
            any(move || async move { Redirect::temporary(&format!("http://{other}/")) }),
        ))
        .await;
    let request = Request::post(&format!("http://{first}/"), "geheim").unwrap();
    let error = client().send(request).await.unwrap_err();
    assert!(matches!(error.reason, Reason::RedirectNotFollowed { .. }), "{error:?}");
}

#[rstest]
#[case("ftp://example.org/")]
#[case("file:///etc/passwd")]
#[case("example.org")]
#[case("http://")]
fn only_http_addresses_are_taken(#[case] url: &str) {
    assert!(matches!(Request::get(url), Err(RequestError::Url { .. })));
}

#[rstest]
#[case("Transfer-Encoding", "chunked")]
#[case("Content-Length", "5")]
#[case("X-Split", "a\r\nEvil: b")]
#[case("Bad Name", "x")]
fn headers_that_would_break_the_message_are_refused(#[case] name: &str, #[case] value: &str) {
    let request = Request::get("http://example.org/").unwrap();
    assert!(matches!(request.header(name, value), Err(RequestError::Header { .. })));
}
