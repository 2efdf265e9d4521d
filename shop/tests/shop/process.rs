//! Starting, stopping, restarting; the heartbeat and the built-in visitor.

use std::{
    os::unix::fs::PermissionsExt,
    process::{Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{Router, routing::get};
use reqwest::StatusCode;
use serde_json::json;

use crate::harness::{GOOD_CARD, Shop, eventually, pay, ready_to_pay, text};

#[tokio::test]
async fn a_restart_keeps_accounts_sessions_carts_orders_and_jobs() {
    let dir = tempfile::tempdir().unwrap();
    let mut shop = Shop::start_in(dir.path(), &["--fault", "worker_stopped"]);
    let anna = ready_to_pay(&shop, "anna@example.com").await;
    let (_, order, _) = pay(&shop, &anna, GOOD_CARD).await;
    assert!(shop.terminate().success());
    let mode = std::fs::metadata(dir.path().join("shop.json")).unwrap().permissions().mode();
    assert_eq!(mode & 0o077, 0, "only the owner reads the data");

    // The same place with another release: a deployment.
    let shop = Shop::start_in(dir.path(), &["--release", "1.5.0"]);
    assert_eq!(shop.health().await.1["version"], "1.5.0");
    shop.await_mail("anna@example.com", "Your order 1001").await;
    // Cookies know no ports: the browser is still logged in.
    let page = text(&anna, &shop.url("http", &order)).await;
    assert!(page.contains("Processed") && page.contains("Anna"));
}

#[test]
fn it_never_outlives_its_parent_if_told_so() {
    let mut shop = Shop::start(&["--exit-with-parent"]);
    assert!(shop.child.try_wait().unwrap().is_none());
    drop(shop.stdin.take());
    assert!(shop.await_exit().success());
}

#[tokio::test]
async fn without_being_told_so_it_stays() {
    let mut shop = Shop::start(&[]);
    drop(shop.stdin.take());
    assert_eq!(shop.health().await.0, StatusCode::OK);
    assert_eq!(shop.health().await.0, StatusCode::OK);
    assert!(shop.terminate().success());
    let last = shop.log().pop().expect("a log");
    assert_eq!(last["message"], "shop stops");
}

#[test]
fn what_cannot_start_says_why_and_fails() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("shop.json"), "not JSON").unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_daytwo-shop"));
    for listener in ["", "control-", "mail-", "smtp-", "gateway-"] {
        command.args([&format!("--{listener}listen"), "127.0.0.1:0"]);
    }
    let output = command.arg("--data-dir").arg(dir.path()).stdin(Stdio::null()).output().unwrap();
    assert!(!output.status.success());
    assert!(output.stdout.is_empty());
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(error.contains("shop.json"), "{error}");
    let kept = std::fs::read_to_string(dir.path().join("shop.json")).unwrap();
    assert_eq!(kept, "not JSON", "what could not be read is not overwritten");
}

#[tokio::test]
async fn the_heartbeat_beats_only_while_the_worker_works() {
    let beats = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&beats);
    let count = move || async move {
        counter.fetch_add(1, Ordering::SeqCst);
        "OK"
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/ping/secret-uuid", listener.local_addr().unwrap());
    let router = Router::new().route("/ping/secret-uuid", get(count));
    let monitor = tokio::spawn(async move { axum::serve(listener, router).await });

    let shop = Shop::start(&["--heartbeat-url", &url, "--heartbeat-every-s", "1"]);
    let seen = async |least: usize| {
        eventually("a beat", async || (beats.load(Ordering::SeqCst) >= least).then_some(())).await;
    };
    seen(2).await;
    shop.switch(json!({"worker_stopped": true})).await;
    eventually("the log line", async || {
        shop.log()
            .iter()
            .any(|line| line["message"] == "queue worker changed" && line["running"] == false)
            .then_some(())
    })
    .await;
    // One may have been under way.
    let stopped_at = beats.load(Ordering::SeqCst) + 1;
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert!(beats.load(Ordering::SeqCst) <= stopped_at);
    shop.switch(json!({"worker_stopped": false})).await;
    seen(stopped_at + 2).await;
    let log = shop.log().iter().map(ToString::to_string).collect::<String>();
    assert!(!log.contains("secret-uuid"));
    monitor.abort();
}

#[tokio::test]
async fn the_visitor_looks_around_and_buys() {
    let shop =
        Shop::start(&["--traffic", "6000", "--tls-listen", "127.0.0.1:0", "--redirect-to-https"]);
    eventually("an order by the visitor", async || {
        shop.log().iter().any(|line| line["message"] == "order placed").then_some(())
    })
    .await;
    let log = shop.log();
    assert!(log.iter().all(|line| line["level"] != "ERROR"));
}
