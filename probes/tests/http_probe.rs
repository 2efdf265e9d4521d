//! The `http` probe against real servers.

mod support;

use std::collections::BTreeMap;
use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use axum::response::{AppendHeaders, Json};
use axum::routing::{get, post};
use domain::check::ProbeSpec;
use domain::measurement::Phase;
use probes::guard::LookupError;
use support::{
    PATIENCE, Scripted, client, client_with, closed_port, finding, http, probe, probe_with, raw,
    raw_bytes, serve,
};

async fn service() -> String {
    let app = Router::new()
        .route("/", get(|| async { "<html>fine</html>" }))
        .route("/down", get(|| async { (StatusCode::SERVICE_UNAVAILABLE, "no") }))
        .route("/health", get(|| async { Json(serde_json::json!({"status": "ok", "queue": 3})) }))
        .route("/echo", post(|body: String| async move { format!("got {body}") }))
        .route(
            "/cookie",
            get(|| async {
                let headers = [
                    ("set-cookie", "sid=geheim; HttpOnly; Path=/"),
                    ("set-cookie", "lang=geheim; Secure"),
                    ("x-api-key", "geheim"),
                ];
                (
                    AppendHeaders(headers),
                    "DB_PASSWORD=geheim\nname: \"x\"\u{7}\n{\"token\": \"geheim\"}",
                )
            }),
        )
        .route("/big", get(|| async { "x".repeat(2 * 1024 * 1024) }));
    format!("http://{}", serve(app).await)
}

#[tokio::test]
async fn without_conditions_a_status_below_400_is_a_success() {
    let base = service().await;
    let up = probe(http(format!("{base}/")), &[]).await;
    assert_eq!(up.phase, Phase::Successful, "{up:#?}");
    assert!(up.short.ends_with(" ms"), "{}", up.short);
    assert!(up.value.is_some_and(|ms| ms > 0.0 && ms <= up.duration_ms));
    assert!(
        up.sentence.contains("answered 200") && up.sentence.ends_with("expected status < 400.")
    );

    let down = probe(http(format!("{base}/down")), &[]).await;
    assert_eq!((down.phase, down.short.as_str()), (Phase::Failed, "503"));
    assert!(down.sentence.contains("expected status < 400: was 503"), "{}", down.sentence);
    assert_eq!(probe(http(format!("{base}/missing")), &[]).await.phase, Phase::Failed);
}

/// A last answer that no browser could show is none that works.
#[tokio::test]
async fn an_answer_that_shows_no_page_is_a_failure() {
    let answered = async |head: &str, body: &[u8], conditions: &[&str]| {
        let mut bytes = format!("HTTP/1.1 {head}\r\ncontent-length: {}\r\n\r\n", body.len());
        bytes = bytes.replace(" | ", "\r\n");
        let address = raw_bytes([bytes.as_bytes(), body].concat()).await;
        probe(http(format!("http://{address}/")), conditions).await
    };
    for head in ["302 Found", "300 Multiple Choices", "304 Not Modified"] {
        let seen = answered(head, b"", &[]).await;
        assert_eq!(seen.phase, Phase::Failed, "{head}: {seen:#?}");
        assert!(seen.sentence.contains("which leads to no page"), "{}", seen.sentence);
    }
    assert_eq!(
        answered("304 Not Modified", b"", &["status == 304"]).await.phase,
        Phase::Successful
    );
    let broken = answered("200 OK | content-encoding: gzip", b"hello", &["status == 200"]).await;
    assert_eq!(broken.phase, Phase::Failed, "{broken:#?}");
    assert!(broken.sentence.contains("a body that can be read"), "{}", broken.sentence);
    // Others may know how to read it.
    let unknown = answered("200 OK | content-encoding: zstd", b"hello", &[]).await;
    assert_eq!(unknown.phase, Phase::Successful, "{unknown:#?}");
}

#[tokio::test]
async fn a_body_is_read_in_the_encoding_it_is_in() {
    let page = |kind: &str, body: &[u8]| {
        let head = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        raw_bytes([head.as_bytes(), body].concat())
    };
    let address = page("text/html; charset=iso-8859-1", b"<p>St\xf6rung").await;
    let seen = probe(http(format!("http://{address}/")), &["!body.contains('Störung')"]).await;
    assert_eq!(seen.phase, Phase::Failed, "{seen:#?}");
    let address = page("application/json", b"\xef\xbb\xbf{\"ok\": true}").await;
    let seen = probe(http(format!("http://{address}/")), &["json.ok == true"]).await;
    assert_eq!(seen.phase, Phase::Successful, "{seen:#?}");
}

#[tokio::test]
async fn each_condition_is_kept_with_what_was_seen() {
    let base = service().await;
    let conditions = ["status == 200", "json.status == 'ok'", "json.queue < 2"];
    let seen = probe(http(format!("{base}/health")), &conditions).await;
    assert_eq!(seen.phase, Phase::Failed);
    assert_eq!(finding(&seen, "status == 200").phase, Phase::Successful);
    assert_eq!(finding(&seen, "json.status == 'ok'").phase, Phase::Successful);
    assert_eq!(finding(&seen, "json.queue < 2").detail, "json.queue < 2: was 3");
    assert!(seen.sentence.contains("json.queue < 2: was 3"), "{}", seen.sentence);
}

#[tokio::test]
async fn a_condition_replaces_the_default() {
    let base = service().await;
    let seen = probe(http(format!("{base}/down")), &["status == 503"]).await;
    assert_eq!(seen.phase, Phase::Successful, "{seen:#?}");
}

#[tokio::test]
async fn method_headers_and_body_are_sent() {
    let base = service().await;
    let spec = ProbeSpec::Http {
        url: format!("{base}/echo"),
        method: Some("post".to_owned()),
        headers: BTreeMap::from([("content-type".to_owned(), "text/plain".to_owned())]),
        body: Some("ping".to_owned()),
    };
    let seen = probe(spec, &["status == 200 && body == 'got ping'"]).await;
    assert_eq!(seen.phase, Phase::Successful, "{seen:#?}");
}

#[tokio::test]
async fn evidence_carries_no_secrets_and_no_control_characters() {
    let base = service().await;
    let spec = ProbeSpec::Http {
        url: format!("{base}/cookie?access_token=geheim&page=2"),
        method: None,
        headers: BTreeMap::from([("Authorization".to_owned(), "Bearer geheim".to_owned())]),
        body: None,
    };
    let seen = probe(spec, &[]).await;
    let all = format!("{seen:?}");
    assert!(!all.contains("geheim"), "{all}");
    let exchange = &seen.exchanges[0];
    assert!(
        exchange.request.contains("page=2")
            && exchange.request.contains("authorization: [redacted]")
    );
    assert!(exchange.response_head.contains("set-cookie: sid=[redacted]; HttpOnly; Path=/"));
    assert!(exchange.excerpt.contains("DB_PASSWORD=[redacted]"), "{}", exchange.excerpt);
    assert!(!exchange.excerpt.contains('\u{7}'));
}

#[tokio::test]
async fn a_cut_body_leaves_its_conditions_undecided() {
    let base = service().await;
    let seen = probe(http(format!("{base}/big")), &["!body.contains('error')"]).await;
    assert_eq!(seen.phase, Phase::Inconclusive, "{seen:#?}");
    assert!(seen.exchanges[0].excerpt.len() < 3_000);
}

#[tokio::test]
async fn a_service_that_cannot_be_reached_has_failed() {
    let refused = probe(http(format!("http://{}/", closed_port().await)), &[]).await;
    assert_eq!((refused.phase, refused.short.as_str()), (Phase::Failed, "refused"));

    let silent = raw(|stream, _| async move {
        std::future::pending::<()>().await;
        drop(stream);
    })
    .await;
    let spec = http(format!("http://{silent}/"));
    let late = probe_with(client(), spec, &[], Duration::from_millis(300)).await;
    assert_eq!((late.phase, late.short.as_str()), (Phase::Failed, "timeout"));
    assert!(late.duration_ms >= 300.0);

    let garbage = raw_bytes("hello\r\n\r\n").await;
    let garbage = probe(http(format!("http://{garbage}/")), &[]).await;
    assert_eq!(garbage.phase, Phase::Failed, "{garbage:#?}");

    let nameless = client_with(Scripted::new(vec![Err(LookupError::NoSuchName)]));
    let nameless = probe_with(nameless, http("http://gone.example/"), &[], PATIENCE).await;
    assert_eq!((nameless.phase, nameless.short.as_str()), (Phase::Failed, "no such name"));
    assert_eq!(nameless.sentence, "The name gone.example does not exist.");
}

#[tokio::test]
async fn trouble_of_ours_is_an_error_and_never_a_failure() {
    let silent = vec![Err(LookupError::NoAnswer("server failure".to_owned()))];
    let dns =
        probe_with(client_with(Scripted::new(silent)), http("http://a.example/"), &[], PATIENCE)
            .await;
    assert_eq!((dns.phase, dns.short.as_str()), (Phase::Error, "DNS"));

    let refused = probe(http("http://169.254.169.254/"), &[]).await;
    assert_eq!((refused.phase, refused.short.as_str()), (Phase::Error, "not allowed"));
    assert!(refused.sentence.contains("DAYTWO_PROBE_ALLOW"), "{}", refused.sentence);

    for url in ["ftp://example.org/", "nonsense", "http://"] {
        let bad = probe(http(url), &[]).await;
        assert_eq!((bad.phase, bad.short.as_str()), (Phase::Error, "bad check"), "{url}");
    }
}

/// A look-up that hangs is a time-out too, but not one of the service's.
#[tokio::test]
async fn a_hanging_look_up_is_an_error() {
    struct Hanging;
    #[async_trait::async_trait]
    impl probes::guard::NameResolver for Hanging {
        async fn lookup(&self, _: &str) -> Result<Vec<std::net::IpAddr>, LookupError> {
            std::future::pending().await
        }
    }
    let client =
        probes::GuardedClient::builder().resolver(std::sync::Arc::new(Hanging)).build().unwrap();
    let spec = http("http://slow.example/");
    let seen = probe_with(client, spec, &[], Duration::from_millis(200)).await;
    assert_eq!((seen.phase, seen.short.as_str()), (Phase::Error, "DNS"), "{seen:#?}");
}

/// The scheduler spawns probes, so what `run` returns must be able to move between threads.
#[tokio::test]
async fn a_probe_can_be_spawned() {
    let url = format!("{}/", service().await);
    for spec in [
        http(&url),
        ProbeSpec::ExposedFiles { url: url.clone() },
        ProbeSpec::DebugMode { url: url.clone() },
        ProbeSpec::HttpsRedirect { url: url.clone() },
        ProbeSpec::Hsts { url: url.clone(), min_max_age_s: None },
        ProbeSpec::Tls { url, min_days: None },
    ] {
        tokio::spawn(async move { probe(spec, &[]).await }).await.unwrap();
    }
}

#[tokio::test]
async fn a_catch_all_is_told_from_a_page() {
    let page = |body: &'static str| axum::response::Html(body);
    let shell =
        "<!doctype html><title>App</title><div id=app>Loading the application, please wait</div>";
    let app = axum::Router::new()
        .route(
            "/login",
            axum::routing::get(move || async move {
                page("<title>Log in</title><form>Your address and your password</form>")
            }),
        )
        .route(
            "/app/{*path}",
            axum::routing::get(move || async move { axum::response::Redirect::to("/login") }),
        )
        .route("/gone", axum::routing::get(|| async { http::StatusCode::NOT_FOUND }))
        .fallback(move || async move { page(shell) });
    let address = support::serve(app).await;
    let prober = probes::Prober::new(support::client());
    let as_any = async |path: &str| {
        prober
            .answers_as_any(&format!("http://{address}{path}"), std::time::Duration::from_secs(5))
            .await
    };
    assert_eq!(as_any("/health").await, Some(true));
    assert_eq!(as_any("/login").await, Some(false));
    assert_eq!(as_any("/gone").await, Some(false));
    assert_eq!(as_any("/app/start").await, Some(false), "strangers are sent to log in");
    let closed = support::closed_port().await;
    let url = format!("http://{closed}/health");
    assert_eq!(prober.answers_as_any(&url, std::time::Duration::from_secs(5)).await, None);
}
