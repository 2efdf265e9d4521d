//! Questions to a real Prometheus that scrapes a real target.

mod support;

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
        at: support::now(),
        timeout: Duration::from_secs(2),
    };
    Prober::new(support::client()).ask_prometheus(&question).await
}

async fn scraped() -> Server {
    let target = support::serve(Router::new().route("/metrics", get(|| async { METRICS }))).await;
    let server = prometheus(target);
    for _ in 0..200 {
        if ask(&server, "queue_depth", None).await.said == Said::Value(7.0) {
            return server;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("nothing was scraped: {}", server.log());
}

#[tokio::test]
async fn what_a_server_says() {
    let mut server = scraped().await;
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
