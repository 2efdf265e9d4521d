//! Every call of the API without a token, with a mistyped one and with one that may nothing.

use crate::common::{Api, Portal, admin_token, run};
use serde_json::Value;

/// What needs no token.
const OPEN: [&str; 3] = ["/healthz", "/readyz", "/metrics"];

/// Each call of the document, with its parameters filled in.
fn calls(document: &Value) -> Vec<(String, String)> {
    let mut calls = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        let filled = path
            .replace("{id}", "01a1fdef-49d0-7337-b90f-b79f9e6e2986")
            .replace("{slug}", "shop")
            .replace("{key}", "home");
        for method in item.as_object().unwrap().keys() {
            calls.push((method.to_uppercase(), filled.clone()));
        }
    }
    calls
}

#[tokio::test]
async fn nothing_is_answered_to_nobody() {
    let data = tempfile::tempdir().unwrap();
    let portal = Portal::start(data.path(), None);
    let read =
        run(data.path(), None, &["token", "create", "--name", "reader", "--scope", "read"], "");
    let nobody = Api::new(&portal.url, "");
    let (status, document) = nobody.get("/api/v1/openapi.json").await;
    assert_eq!(status, 200);
    let calls = calls(&document);
    assert!(calls.len() >= 15, "{calls:?}");
    let mistyped = Api::new(&portal.url, "d2_0123456789");
    let reader = Api::new(&portal.url, &read);
    for (method, path) in calls {
        let body = serde_json::json!({});
        if OPEN.contains(&path.as_str()) {
            assert_eq!(nobody.get(&path).await.0, 200, "{path}");
            continue;
        }
        if path.starts_with("/ping/") {
            // The address itself is the secret; one that is no heartbeat's tells nothing.
            assert_eq!(nobody.send(&method, &path, &body).await.0, 404, "{path}");
            continue;
        }
        for api in [&nobody, &mistyped] {
            let (status, problem) = api.send(&method, &path, &body).await;
            assert_eq!(status, 401, "{method} {path}: {problem}");
            assert!(problem["detail"].as_str().is_some_and(|said| !said.is_empty()));
        }
        if method != "GET" {
            // The scope is looked at before the body, so that an error tells nothing.
            let (status, problem) = reader.send(&method, &path, &body).await;
            assert!(status == 403 || status == 422, "{method} {path}: {status} {problem}");
        }
    }
}

#[tokio::test]
async fn the_document_names_every_call_and_answer() {
    let data = tempfile::tempdir().unwrap();
    let token = admin_token(data.path(), None);
    let portal = Portal::start(data.path(), None);
    let (_, document) = Api::new(&portal.url, &token).get("/api/v1/openapi.json").await;
    assert_eq!(document["openapi"], "3.1.0");
    let mut lines = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let statuses: Vec<_> =
                operation["responses"].as_object().unwrap().keys().cloned().collect();
            lines.push(format!("{} {path}: {}", method.to_uppercase(), statuses.join(" ")));
        }
    }
    lines.sort();
    insta::assert_snapshot!(lines.join("\n"));
}
