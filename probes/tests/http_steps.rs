//! Several requests in turn: a log-in whose token and cookie the next requests need.

mod support;

use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use domain::check::{HttpStep, ProbeSpec};
use domain::measurement::{Measurement, Phase};
use serde_json::{Value, json};
use support::probe;

async fn shop() -> String {
    let login = post(async |Json(asked): Json<Value>| -> Response {
        if asked["password"] != "s3cret" {
            return (StatusCode::FORBIDDEN, "no").into_response();
        }
        let cookie = [(header::SET_COOKIE, "session=abc; Path=/; HttpOnly")];
        (cookie, Redirect::to("/token")).into_response()
    });
    let token = get(async |headers: HeaderMap| -> Response {
        let cookie = headers.get(header::COOKIE).and_then(|value| value.to_str().ok());
        if cookie == Some("session=abc") {
            Json(json!({ "token": "t-42", "user": { "id": 7 } })).into_response()
        } else {
            (StatusCode::UNAUTHORIZED, "who are you?").into_response()
        }
    });
    let orders = get(async |headers: HeaderMap| -> Response {
        let right = headers.get(header::AUTHORIZATION).is_some_and(|v| v == "Bearer t-42");
        if right {
            Json(json!([1, 2, 3])).into_response()
        } else {
            StatusCode::FORBIDDEN.into_response()
        }
    });
    let app = Router::new()
        .route("/login", login)
        .route("/token", token)
        .route("/users/7/orders", orders);
    format!("http://{}", support::serve(app).await)
}

fn step(name: &str, url: String) -> HttpStep {
    HttpStep { name: name.into(), url, ..HttpStep::default() }
}

async fn walk(base: &str, password: &str, capture: &str) -> Measurement {
    let login = HttpStep {
        method: Some("POST".into()),
        headers: [("content-type".into(), "application/json".into())].into(),
        body: Some(json!({ "password": password }).to_string()),
        conditions: vec!["status == 200".into()],
        capture: [("token".into(), capture.into()), ("user".into(), "json.user.id".into())].into(),
        ..step("log in", format!("{base}/login"))
    };
    let orders = HttpStep {
        headers: [("authorization".into(), "Bearer {{token}}".into())].into(),
        conditions: vec!["size(json) == 3".into()],
        ..step("orders", format!("{base}/users/{{{{user}}}}/orders"))
    };
    probe(ProbeSpec::HttpSteps { steps: vec![login, orders] }, &[]).await
}

#[tokio::test]
async fn a_token_and_a_cookie_are_carried_on() {
    let base = shop().await;
    let seen = walk(&base, "s3cret", "json.token").await;
    assert_eq!(seen.phase, Phase::Successful, "{}", seen.sentence);
    assert!(seen.sentence.contains("all 2 steps went through"), "{}", seen.sentence);
    assert_eq!(seen.exchanges.len(), 3, "the redirect is shown too");
    let evidence = format!("{:?}", seen.exchanges);
    assert!(!evidence.contains("session=abc"), "{evidence}");
}

#[tokio::test]
async fn the_step_that_broke_is_named() {
    let base = shop().await;
    let seen = walk(&base, "wrong", "json.token").await;
    assert_eq!(seen.phase, Phase::Failed);
    assert!(
        seen.sentence.starts_with("step 1 (log in), but expected status == 200"),
        "{}",
        seen.sentence
    );
    let seen = walk(&base, "s3cret", "json.tokn").await;
    assert_eq!(seen.phase, Phase::Failed);
    assert!(seen.sentence.contains("`token` could not be captured"), "{}", seen.sentence);
    let closed = support::closed_port().await;
    let seen = walk(&format!("http://{closed}"), "s3cret", "json.token").await;
    assert_eq!(seen.phase, Phase::Failed);
    assert!(
        seen.sentence.contains("step 1 (log in)") && seen.sentence.contains("refused"),
        "{}",
        seen.sentence
    );
}

/// The service writes what is captured, and a body may hold it thousands of times.
#[tokio::test]
async fn what_is_captured_is_bounded() {
    let long = get(async || "x".repeat(9_000));
    let short = get(async || "x".repeat(8_000));
    let app = Router::new().route("/long", long).route("/short", short);
    let base = format!("http://{}", support::serve(app).await);
    let walk = async |path: &str, times: usize| {
        let first = HttpStep {
            capture: [("x".into(), "body".into())].into(),
            ..step("read", format!("{base}/{path}"))
        };
        let second = HttpStep {
            method: Some("POST".into()),
            body: Some("{{x}}".repeat(times)),
            ..step("send", format!("{base}/short"))
        };
        probe(ProbeSpec::HttpSteps { steps: vec![first, second] }, &[]).await
    };
    let seen = walk("long", 1).await;
    assert_eq!(seen.phase, Phase::Failed, "{}", seen.sentence);
    assert!(seen.sentence.contains("9000 bytes long, more than 8192"), "{}", seen.sentence);
    let seen = walk("short", 1).await;
    assert!(seen.sentence.contains("405"), "it is sent: {}", seen.sentence);
    let seen = walk("short", 200).await;
    assert_eq!(seen.phase, Phase::Error, "{}", seen.sentence);
    assert!(seen.sentence.contains("longer than 1048576 bytes"), "{}", seen.sentence);
}
