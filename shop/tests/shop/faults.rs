//! Each fault switch, seen from outside.

use std::time::{Duration, Instant};

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::harness::{GOOD_CARD, Shop, browser, charge, eventually, pay, post, ready_to_pay, text};

#[tokio::test]
async fn slow_delays_answers() {
    let shop = Shop::start(&["--fault", "slow=400"]);
    let started = Instant::now();
    assert_eq!(shop.get("/").await.status(), StatusCode::OK);
    assert!(started.elapsed() >= Duration::from_millis(400));
    let slow = r#"shop_http_request_duration_seconds_bucket{route="/",le="0.3"}"#;
    assert_eq!(shop.metric(slow).await, 0.0);
}

#[tokio::test]
async fn errors_fail_their_share_of_pages() {
    let shop = Shop::start(&[]);
    shop.switch(json!({"errors_percent": 20})).await;
    let mut failed = 0;
    for _ in 0..20 {
        let answer = shop.get("/").await;
        if answer.status() == StatusCode::INTERNAL_SERVER_ERROR {
            failed += 1;
            let page = answer.text().await.unwrap();
            assert!(page.contains("Something went wrong") && !page.contains("database"));
        }
    }
    assert_eq!(failed, 4);
    assert_eq!(shop.health().await.0, StatusCode::OK);
    let series = r#"shop_http_requests_total{method="GET",route="/",status="500"}"#;
    assert_eq!(shop.metric(series).await, 4.0);
    let log = shop.log();
    let errors: Vec<&Value> = log.iter().filter(|line| line["level"] == "ERROR").collect();
    assert_eq!(errors.len(), 4);
    assert!(errors[0]["error"].as_str().unwrap().contains("pool timed out"));
    assert_eq!(errors[0]["span"]["path"], "/");
}

#[tokio::test]
async fn exposed_files_are_there_only_when_exposed() {
    let shop = Shop::start(&[]);
    for (switch, path, content) in [
        ("env_exposed", "/.env", "DB_PASSWORD="),
        ("git_exposed", "/.git/config", "[remote \"origin\"]"),
        ("git_exposed", "/.git/HEAD", "ref: refs/heads/main"),
    ] {
        assert_eq!(shop.get(path).await.status(), StatusCode::NOT_FOUND, "{path}");
        shop.switch(json!({switch: true})).await;
        let answer = shop.get(path).await;
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        assert!(answer.text().await.unwrap().contains(content), "{path}");
        shop.switch(json!({switch: false})).await;
        assert_eq!(shop.get(path).await.status(), StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn debug_pages_tell_everything() {
    let shop = Shop::start(&[]);
    let page = shop.get("/nowhere").await.text().await.unwrap();
    assert!(page.contains("Page not found") && !page.contains("vendor/laravel"));
    for (style, missing, broken) in [
        ("laravel", "NotFoundHttpException", "Illuminate\\Database\\QueryException"),
        ("django", "DEBUG = True", "Traceback"),
    ] {
        shop.switch(json!({"debug_on": true, "debug_style": style})).await;
        let answer = shop.get("/nowhere").await;
        assert_eq!(answer.status(), StatusCode::NOT_FOUND);
        assert!(answer.text().await.unwrap().contains(missing), "{style}");
        shop.switch(json!({"errors": 100})).await;
        let answer = shop.get("/").await;
        assert_eq!(answer.status(), StatusCode::INTERNAL_SERVER_ERROR);
        let page = answer.text().await.unwrap();
        assert!(page.contains(broken) && page.contains("DB_PASSWORD"), "{style}");
        shop.switch(json!({"errors": 0})).await;
    }
}

#[tokio::test]
async fn refused_mail_waits_and_arrives_later() {
    let shop = Shop::start(&["--fault", "mail_broken"]);
    ready_to_pay(&shop, "anna@example.com").await;
    let retried = r#"shop_jobs_total{kind="send_mail",outcome="retried"}"#;
    eventually("a retry", async || (shop.metric(retried).await >= 1.0).then_some(())).await;
    assert!(shop.mail_to("anna@example.com").await.is_empty());
    assert_eq!(shop.health().await.1["queue_depth"], 1);
    let log = shop.log();
    let warning = log.iter().find(|line| line["message"] == "job failed, will be retried");
    assert!(warning.expect("a warning")["error"].as_str().unwrap().contains("rejected"));
    shop.switch(json!({"mail_broken": false})).await;
    shop.await_mail("anna@example.com", "Welcome to Harbour Goods").await;
}

#[tokio::test]
async fn lost_mail_looks_sent() {
    let shop = Shop::start(&["--fault", "mail_dropped"]);
    ready_to_pay(&shop, "anna@example.com").await;
    let done = r#"shop_jobs_total{kind="send_mail",outcome="done"}"#;
    eventually("the job", async || (shop.metric(done).await >= 1.0).then_some(())).await;
    assert!(shop.mail_to("anna@example.com").await.is_empty());
}

#[tokio::test]
async fn payment_down_stops_the_checkout_and_charges_nothing() {
    let shop = Shop::start(&[]);
    let anna = ready_to_pay(&shop, "anna@example.com").await;
    shop.switch(json!({"payment_down": true})).await;
    let charges = shop.url("gateway", "/charges");
    let answer = browser().post(&charges).json(&charge(GOOD_CARD)).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
    let (status, _, page) = pay(&shop, &anna, GOOD_CARD).await;
    assert_eq!(status, StatusCode::BAD_GATEWAY);
    assert!(page.contains("You have not been charged"));
    assert_eq!(shop.metric("shop_orders_total{outcome=\"gateway_error\"}").await, 1.0);
    assert!(text(&anna, &shop.url("http", "/cart")).await.contains("Storm kettle"));
    shop.switch(json!({"payment_down": false})).await;
    assert_eq!(pay(&shop, &anna, GOOD_CARD).await.1, "/orders/1001");
}

#[tokio::test]
async fn a_stopped_worker_lets_the_queue_grow() {
    let shop = Shop::start(&["--fault", "worker_stopped"]);
    let anna = ready_to_pay(&shop, "anna@example.com").await;
    let (_, order, _) = pay(&shop, &anna, GOOD_CARD).await;
    let (status, health) = shop.health().await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(health["status"], "degraded");
    assert_eq!(health["worker"], "stopped");
    assert_eq!(health["queue_depth"], 2);
    eventually("the gauge", async || (shop.metric("shop_queue_depth").await == 2.0).then_some(()))
        .await;
    assert!(text(&anna, &shop.url("http", &order)).await.contains("Paid, being packed"));
    shop.switch(json!({"worker_stopped": false})).await;
    shop.await_mail("anna@example.com", "Your order 1001").await;
    assert_eq!(shop.health().await.1["worker"], "running");
}

#[tokio::test]
async fn an_unreachable_database_is_503() {
    let shop = Shop::start(&[]);
    assert_eq!(shop.health().await.0, StatusCode::OK);
    shop.switch(json!({"health_down": true})).await;
    let (status, health) = shop.health().await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(health["status"], "down");
    assert_eq!(health["database"], "unreachable");
}

#[tokio::test]
async fn catch_all_answers_everything_with_the_home_page() {
    let shop = Shop::start(&["--fault", "catch_all"]);
    for path in ["/nowhere", "/.env", "/.git/config", "/health", "/admin/backup.zip"] {
        let answer = shop.get(path).await;
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        assert!(answer.text().await.unwrap().contains("Things that last a while"), "{path}");
    }
    let (status, ..) = post(&browser(), &shop.url("http", "/login"), &[]).await;
    assert_eq!(status, StatusCode::OK);
}
