//! Questions to a real Prometheus that scrapes a real target.

mod support;

use std::collections::BTreeMap;
use std::time::Duration;

use axum::{Router, routing::get};
use probes::Prober;
use probes::prometheus::{Answered, Question, Said};
use support::servers::{Server, prometheus};

const METRICS: &str = "\
# TYPE requests_total counter
requests_total{code=\"200\"} 990
requests_total{code=\"500\"} 10
# TYPE queue_depth gauge
queue_depth 7
strange{what=\"nan\"} NaN
strange{what=\"inf\"} +Inf
";

async fn ask(server: &Server, query: &str, heartbeat: Option<&str>) -> Answered {
    let question = Question {
        server_url: &format!("http://{}/", server.address),
        query,
        heartbeat_query: heartbeat,
        headers: &BTreeMap::new(),
        at: support::now(),
        timeout: Duration::from_secs(2),
    };
    Prober::new(support::client()).ask_prometheus(&question).await
}

async fn scraped(more: &str) -> Server {
    let target = support::serve(Router::new().route("/metrics", get(|| async { METRICS }))).await;
    let server = prometheus(target, more);
    for _ in 0..200 {
        // What a store that does not answer leaves is partial, and there all the same.
        match ask(&server, "queue_depth", None).await.said {
            Said::Value(7.0) => return server,
            Said::Partial(why) if why.contains("found 7") => return server,
            _ => {}
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("nothing was scraped: {}", server.log());
}

#[tokio::test]
async fn what_a_server_says() {
    let mut server = scraped("").await;
    let said = async |query: &str, heartbeat| ask(&server, query, heartbeat).await.said;
    let rate = "100 * sum(requests_total{code=~\"5..\"}) / sum(requests_total)";
    assert_eq!(said(rate, None).await, Said::Value(1.0));
    assert_eq!(said("scalar(queue_depth)", None).await, Said::Value(7.0));

    let nothing = "sum(requests_total{code=\"418\"})";
    assert!(matches!(said(nothing, None).await, Said::Missing(_)));
    assert_eq!(said(nothing, Some("up{job=\"shop\"}")).await, Said::Zero);
    assert!(matches!(said(nothing, Some("up{job=\"bank\"}")).await, Said::Missing(_)));
    assert!(matches!(said(nothing, Some("up{job=\"shop\"} * 0")).await, Said::Missing(_)));
    assert!(matches!(said("strange{what=\"nan\"}", None).await, Said::Missing(_)));
    assert!(matches!(said("strange{what=\"inf\"}", None).await, Said::Trouble(_)));

    let trouble = async |query: &str| match said(query, None).await {
        Said::Trouble(why) => why,
        other => panic!("{query}: {other:?}"),
    };
    assert!(trouble("requests_total").await.contains("2 series"));
    assert!(trouble("queue_depth[1m]").await.contains("matrix"));
    assert!(trouble("\"text\"").await.contains("string"));
    assert!(trouble("sum(").await.contains("refused the query"));
    server.freeze();
    assert!(trouble("queue_depth").await.contains("within 2 s"));
    server.kill();
    let Said::Trouble(why) = ask(&server, "queue_depth", None).await.said else { panic!() };
    assert!(why.contains("refused the connection"), "{why}");
}

#[tokio::test]
async fn a_store_that_does_not_answer_makes_nothing_zero() {
    // Nothing listens on port 1.
    let remote = "remote_read: [{url: 'http://127.0.0.1:1/api/v1/read', read_recent: true}]\n";
    let server = scraped(remote).await;
    let nothing = ask(&server, "sum(nothing_at_all)", Some("up{job=\"shop\"}")).await;
    assert!(matches!(nothing.said, Said::Partial(_)), "{:?}", nothing.said);
    assert!(nothing.warnings.iter().any(|said| said.contains("remote")), "{:?}", nothing.warnings);
    let value = ask(&server, "queue_depth", None).await;
    assert!(matches!(value.said, Said::Partial(_)), "{:?}", value.said);
}

/// Answers as servers give them that speak Prometheus's query API and are not it.
async fn said_of(answer: &'static str, heartbeat: Option<&str>) -> Answered {
    let always = Router::new()
        .fallback(move || async move { ([("content-type", "application/json")], answer) });
    let address = support::serve(always).await;
    let question = Question {
        server_url: &format!("http://{address}"),
        query: "anything",
        heartbeat_query: heartbeat,
        headers: &BTreeMap::new(),
        at: support::now(),
        timeout: Duration::from_secs(5),
    };
    Prober::new(support::client()).ask_prometheus(&question).await
}

#[tokio::test]
async fn other_servers_answer_in_their_ways() {
    // VictoriaMetrics with a storage node gone.
    let partial = r#"{"status": "success", "isPartial": true, "data":
        {"resultType": "vector", "result": []}, "stats": {"seriesFetched": "0"}}"#;
    assert!(matches!(said_of(partial, Some("up")).await.said, Said::Partial(_)));
    // Thanos with partial responses on.
    let warned = r#"{"status": "success", "data": {"resultType": "vector", "result": []},
        "warnings": ["No StoreAPIs matched for this query"]}"#;
    assert!(matches!(said_of(warned, None).await.said, Said::Partial(_)));
    // What is said of how the query is written takes nothing back.
    let annotated = r#"{"status": "success", "data": {"resultType": "vector", "result":
        [{"metric": {}, "value": [1, "3"]}]}, "infos": ["PromQL info: name: \"storage\""]}"#;
    let annotated = said_of(annotated, None).await;
    assert_eq!((annotated.said, annotated.warnings.len()), (Said::Value(3.0), 1));
    // Not written in Go.
    let nulls = r#"{"status": "success", "warnings": null, "infos": null, "isPartial": null,
        "data": {"resultType": "vector", "result": [{"metric": {}, "value": [1, 3]}]}}"#;
    assert_eq!(said_of(nulls, None).await.said, Said::Value(3.0));
    let histogram = r#"{"status": "success", "data": {"resultType": "vector", "result":
        [{"metric": {}, "histogram": [1, {"count": "10", "sum": "2", "buckets": []}]}]}}"#;
    let Said::Trouble(why) = said_of(histogram, None).await.said else { panic!("no number") };
    assert!(why.contains("native histogram"), "{why}");
}

#[tokio::test]
async fn what_is_no_metric_server() {
    let page = Router::new().fallback(|| async { axum::response::Html("<h1>Welcome</h1>") });
    let address = support::serve(page).await;
    let endless = Router::new().fallback(|| async { "[".repeat(2_000_000) });
    let endless = support::serve(endless).await;
    let ask = async |address: std::net::SocketAddr| {
        let question = Question {
            server_url: &format!("http://{address}"),
            query: "up",
            heartbeat_query: None,
            headers: &BTreeMap::new(),
            at: support::now(),
            timeout: Duration::from_secs(5),
        };
        Prober::new(support::client()).ask_prometheus(&question).await.said
    };
    let Said::Trouble(why) = ask(address).await else { panic!("HTML is no answer") };
    assert!(why.contains("other than Prometheus's JSON"), "{why}");
    let Said::Trouble(why) = ask(endless).await else { panic!("endless is no answer") };
    assert!(why.contains("longer than 256 KiB"), "{why}");
}

#[tokio::test]
async fn headers_let_in_where_a_tenant_or_a_password_is_asked_for() {
    let guarded = Router::new().fallback(|headers: axum::http::HeaderMap| async move {
        let is = |name: &str, value: &str| headers.get(name).is_some_and(|sent| sent == value);
        if is("x-scope-orgid", "shop") && is("authorization", "Basic cmVhZGVyOnBhc3M=") {
            let answer = r#"{"status": "success", "data":
                {"resultType": "scalar", "result": [1, "3"]}}"#;
            (axum::http::StatusCode::OK, answer)
        } else {
            (axum::http::StatusCode::UNAUTHORIZED, "no org id\n")
        }
    });
    let address = support::serve(guarded).await;
    let ask = async |headers: &BTreeMap<String, String>| {
        let question = Question {
            server_url: &format!("http://{address}/mimir/prometheus"),
            query: "up",
            heartbeat_query: None,
            headers,
            at: support::now(),
            timeout: Duration::from_secs(5),
        };
        Prober::new(support::client()).ask_prometheus(&question).await
    };
    let Said::Trouble(why) = ask(&BTreeMap::new()).await.said else { panic!("it is guarded") };
    assert!(why.contains("401") && why.contains("headers"), "{why}");
    let headers = [("X-Scope-OrgID", "shop"), ("Authorization", "Basic cmVhZGVyOnBhc3M=")];
    let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    let answered = ask(&headers).await;
    assert_eq!(answered.said, Said::Value(3.0));
    let shown = format!("{:?}", answered.exchanges);
    assert!(!shown.contains("cmVhZGVyOnBhc3M"), "a secret is never kept as evidence");
}

/// What others write is kept beside what was measured: it must be short, and such that every database
/// takes it.
#[tokio::test]
async fn what_a_server_warns_of_is_kept_short_and_without_control_characters() {
    let long = "x".repeat(20_000);
    let body = format!(
        r#"{{"status": "success", "warnings": ["PromQL warning: odd \u0000 label", "PromQL info: {long}",
        "PromQL info: a", "PromQL info: b", "PromQL info: c", "PromQL info: d"],
        "data": {{"resultType": "scalar", "result": [1, "9"]}}}}"#
    );
    let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len());
    let address = support::raw_bytes(answer).await;
    let spec = domain::check::ProbeSpec::Prometheus {
        url: format!("http://{address}/"),
        query: "queue_depth".into(),
        heartbeat_query: None,
        headers: BTreeMap::new(),
    };
    let seen = support::probe(spec, &["value < 5.0"]).await;
    assert_eq!(seen.phase, domain::measurement::Phase::Failed, "{seen:#?}");
    assert!(seen.sentence.starts_with("The query says 9, but expected value < 5"), "{seen:#?}");
    assert!(!seen.sentence.contains('\0') && seen.sentence.len() < 1_000, "{}", seen.sentence);
    // Any other warning is about the data, whatever words it uses.
    let warned = r#"{"status": "success", "warnings": ["error in servergroup ord=1: 502"],
        "data": {"resultType": "scalar", "result": [1, "3"]}}"#;
    assert!(matches!(said_of(warned, None).await.said, Said::Partial(_)));
}
