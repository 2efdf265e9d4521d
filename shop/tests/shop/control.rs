//! The switches' own listener.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::harness::{Shop, browser, post};

#[tokio::test]
async fn switches_are_read_changed_and_reset() {
    let shop = Shop::start(&["--fault", "debug_on"]);
    let control = shop.url("control", "/control");
    let now: Value = browser().get(&control).send().await.unwrap().json().await.unwrap();
    assert_eq!(now["debug_on"], true);
    assert_eq!(now["release"], "1.4.0");
    for bad in [json!({"nonsense": true}), json!({"errors_percent": 101}), json!([1])] {
        let answer = browser().post(&control).json(&bad).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY, "{bad}");
        assert!(answer.json::<Value>().await.unwrap()["error"].is_string());
    }
    let now = shop.switch(json!({"slow_ms": 5})).await;
    assert_eq!((&now["slow_ms"], &now["debug_on"]), (&json!(5), &json!(true)));
    let reset = browser().post(shop.url("control", "/control/reset")).send().await.unwrap();
    let now: Value = reset.json().await.unwrap();
    assert_eq!((&now["slow_ms"], &now["debug_on"]), (&json!(0), &json!(false)));
    // Not on the shop's own listener.
    assert_eq!(shop.get("/control").await.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_page_throws_switches_without_javascript() {
    let shop = Shop::start(&[]);
    let control = shop.url("control", "/control");
    let form = [("slow_ms", "0"), ("errors_percent", "0"), ("debug_style", "django")];
    let with = [&form[..], &[("git_exposed", "on")]].concat();
    let url = shop.url("control", "/control/form");
    assert_eq!(post(&browser(), &url, &with).await.0, StatusCode::SEE_OTHER);
    assert_eq!(shop.get("/.git/HEAD").await.status(), StatusCode::OK);
    let page = browser().get(&control).header("accept", "text/html").send().await.unwrap();
    let page = page.text().await.unwrap();
    assert!(page.contains(r#"name="git_exposed" type="checkbox" value="on" checked"#));
    assert!(page.contains(r#"<option value="django" selected>"#));
    assert_eq!(post(&browser(), &url, &form).await.0, StatusCode::SEE_OTHER);
    assert_eq!(shop.get("/.git/HEAD").await.status(), StatusCode::NOT_FOUND);
    let bad = [("errors_percent", "300")];
    assert_eq!(post(&browser(), &url, &bad).await.0, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn a_release_is_deployed_and_seen_everywhere() {
    let shop = Shop::start(&["--release", "1.3.7"]);
    assert_eq!(shop.health().await.1["version"], "1.3.7");
    let url = shop.url("control", "/control/release");
    let deployed = browser().post(&url).json(&json!({"version": "1.4.0", "by": "hook"}));
    assert_eq!(deployed.send().await.unwrap().status(), StatusCode::OK);
    assert_eq!(shop.health().await.1["version"], "1.4.0");
    let page = shop.get("/").await.text().await.unwrap();
    assert!(page.contains(r#"release <span id="release">1.4.0</span>"#));
    assert_eq!(shop.metric(r#"shop_info{version="1.4.0"}"#).await, 1.0);
    assert_eq!(shop.metric(r#"shop_info{version="1.3.7"}"#).await, 0.0);
    // What a portal sends when it rolls back names both versions.
    let rollback = json!({
        "event": "rollback", "version": "1.4.0", "target_version": "1.3.7",
        "from_version": "1.4.0", "to_version": "1.3.7",
    });
    let restored = browser().post(&url).json(&rollback).send().await.unwrap();
    assert_eq!(restored.status(), 200);
    assert_eq!(shop.health().await.1["version"], "1.3.7");
    let again = browser().post(&url).json(&json!({"version": "1.4.0"})).send().await.unwrap();
    assert_eq!(again.status(), 200);
    for bad in [json!({"version": ""}), json!({"version": "<b>"}), json!({}), json!(7)] {
        let answer = browser().post(&url).json(&bad).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY, "{bad}");
    }
}

#[tokio::test]
async fn pages_of_elsewhere_cannot_throw_switches() {
    let shop = Shop::start(&[]);
    let control = shop.url("control", "/control");
    let rebound = browser().get(&control).header("host", "evil.example:80").send().await.unwrap();
    assert_eq!(rebound.status(), StatusCode::MISDIRECTED_REQUEST);
    let crossed = browser().post(shop.url("control", "/control/form"));
    let crossed = crossed.header("origin", "https://evil.example").form(&[("debug_on", "on")]);
    assert_eq!(crossed.send().await.unwrap().status(), StatusCode::FORBIDDEN);
    let crossed = browser().post(&control).header("sec-fetch-site", "cross-site");
    let crossed = crossed.json(&json!({"debug_on": true})).send().await.unwrap();
    assert_eq!(crossed.status(), StatusCode::FORBIDDEN);
    let now: Value = browser().get(&control).send().await.unwrap().json().await.unwrap();
    assert_eq!(now["debug_on"], false);
}
