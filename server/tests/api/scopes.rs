//! Every call of the API by a token of each scope, and by tokens that are limited to another
//! service. A call this does not know fails it.

use serde_json::{Value, json};

use crate::common::{Api, Portal, run};

const SCOPES: [&str; 6] = [
    "read",
    "deployments:write",
    "results:write",
    "measurements:write",
    "logs:write",
    "config:write",
];

/// What a call takes: nothing, any scope, or this one.
enum Takes {
    Nothing,
    AnyScope,
    Scope(&'static str),
}

/// What each call of the document takes; a call that is not here has nobody decided about.
fn takes(method: &str, path: &str) -> Takes {
    match (method, path) {
        ("GET", "/healthz" | "/readyz" | "/metrics") => Takes::Nothing,
        (_, "/ping/{uuid}" | "/ping/{uuid}/{word}") => Takes::Nothing,
        (
            "GET",
            "/api/v1/deployments"
            | "/api/v1/deployments/{id}"
            | "/api/v1/deployments/{id}/gate"
            | "/api/v1/duties"
            | "/api/v1/lessons"
            | "/api/v1/services"
            | "/api/v1/services/{slug}"
            | "/api/v1/services/{slug}/heartbeats"
            | "/api/v1/services/{slug}/indicators"
            | "/api/v1/services/{slug}/checks/{key}/measurements",
        ) => Takes::AnyScope,
        ("POST", "/api/v1/deployments" | "/api/v1/deployments/{id}/rollback") => {
            Takes::Scope("deployments:write")
        }
        (
            "POST",
            "/api/v1/deployments/{id}/items/{key}/reports"
            | "/api/v1/deployments/{id}/items/{key}/results"
            | "/api/v1/duties/runs/{id}/items/{key}/reports"
            | "/api/v1/duties/runs/{id}/items/{key}/results",
        ) => Takes::Scope("results:write"),
        ("POST", "/api/v1/measurements") => Takes::Scope("measurements:write"),
        (
            "PUT" | "DELETE",
            "/api/v1/services/{slug}"
            | "/api/v1/services/{slug}/checks/{key}"
            | "/api/v1/services/{slug}/duties/{runbook}"
            | "/api/v1/services/{slug}/heartbeats/{key}"
            | "/api/v1/services/{slug}/indicators/{key}",
        ) => Takes::Scope("config:write"),
        _ => panic!("nobody has said what {method} {path} takes"),
    }
}

/// What a call is sent, good enough to be done by whoever may.
fn body(path: &str) -> Value {
    let at = "2026-01-01T00:00:00Z";
    match path {
        "/api/v1/deployments" => {
            json!({"service": "shop", "environment": "production", "version": "9.9.9"})
        }
        "/api/v1/deployments/{id}/rollback" => json!({"reason": "Errors."}),
        "/api/v1/measurements" => json!({"points": [{
            "service": "shop", "environment": "production", "indicator": "errors", "at": at,
            "value": 1,
        }]}),
        "/api/v1/services/{slug}" => {
            json!({"name": "Shop", "environments": [{"slug": "production"}]})
        }
        "/api/v1/services/{slug}/checks/{key}" => {
            json!({
                "environment": "production", "kind": "http", "url": "http://127.0.0.1:9/",
                "interval_s": 60,
            })
        }
        "/api/v1/services/{slug}/heartbeats/{key}" => {
            json!({"environment": "production", "period_s": 60})
        }
        "/api/v1/services/{slug}/indicators/{key}" => {
            json!({"family": "error_rate", "source": "pushed", "unit": "%"})
        }
        "/api/v1/services/{slug}/duties/{runbook}" => json!({"environment": "production"}),
        path if path.ends_with("/results") => json!({"status": "passed"}),
        _ => json!({}),
    }
}

/// A portal where `shop` has one of everything; answers the deployment and the run of its duty.
async fn fill(admin: &Api) -> (String, String) {
    for service in ["shop", "other"] {
        let asked = json!({"name": service, "environments": [{"slug": "production"}]});
        assert_eq!(admin.send("PUT", &format!("/api/v1/services/{service}"), &asked).await.0, 201);
    }
    for of in ["checks", "heartbeats", "indicators"] {
        let path = format!("/api/v1/services/shop/{of}/errors");
        let asked = body(&format!("/api/v1/services/{{slug}}/{of}/{{key}}"));
        let (status, answer) = admin.send("PUT", &path, &asked).await;
        assert_eq!(status, 201, "{of}: {answer}");
    }
    let duty = "/api/v1/services/shop/duties/backup-restore-drill";
    let (status, answer) = admin.send("PUT", duty, &json!({"environment": "production"})).await;
    assert_eq!(status, 201, "{answer}");
    let deployment = admin.announce("1.0.0").await;
    let (_, duties) = admin.get("/api/v1/duties").await;
    let run = duties["items"][0]["run"]["id"].as_str().unwrap().to_owned();
    (deployment, run)
}

/// Each call of the document with its parameters filled in: method, template, path.
fn calls(document: &Value, deployment: &str, run: &str) -> Vec<(String, String, String)> {
    let mut calls = Vec::new();
    for (template, item) in document["paths"].as_object().unwrap() {
        let id = if template.contains("/duties/runs/") { run } else { deployment };
        let path = template
            .replace("{id}", id)
            .replace("{slug}", "shop")
            .replace("{runbook}", "backup-restore-drill");
        let path = if template.contains("/items/") {
            path.replace("{key}", "logs-triaged")
        } else {
            path.replace("{key}", "errors")
        };
        let path = if template.contains("/duties/{runbook}") {
            format!("{path}?environment=production")
        } else {
            path
        };
        for method in item.as_object().unwrap().keys() {
            let (method, template) = (method.to_uppercase(), template.clone());
            calls.push((method, template, path.clone()));
        }
    }
    // What takes something away comes last.
    calls.sort_by_key(|(method, template, _)| (method == "DELETE", template.ends_with("rollback")));
    calls
}

fn token(data: &std::path::Path, scope: &str, service: Option<&str>) -> String {
    let mut args = vec!["token", "create", "--name", scope, "--scope", scope];
    args.extend(service.iter().flat_map(|service| ["--service", service]));
    run(data, None, &args, "")
}

#[tokio::test]
async fn each_scope_does_what_it_says_and_no_more() {
    let data = tempfile::tempdir().unwrap();
    let admin = token(data.path(), "admin", None);
    let tokens: Vec<_> =
        SCOPES.iter().map(|scope| (*scope, token(data.path(), scope, None))).collect();
    let portal = Portal::start(data.path(), None);
    let admin = Api::new(&portal.url, &admin);
    let (deployment, duty_run) = fill(&admin).await;
    let (_, document) = admin.get("/api/v1/openapi.json").await;
    let calls = calls(&document, &deployment, &duty_run);
    assert!(calls.len() > 25, "{}", calls.len());
    for (method, template, path) in calls {
        let takes = takes(&method, &template);
        for (scope, token) in &tokens {
            let api = Api::new(&portal.url, token);
            let (status, answer) = api.send(&method, &path, &body(&template)).await;
            let said = format!("{method} {path} with {scope}: {status} {answer}");
            assert_ne!(status, 401, "{said}");
            match takes {
                Takes::Nothing | Takes::AnyScope => assert_ne!(status, 403, "{said}"),
                Takes::Scope(needed) if needed == *scope => assert_ne!(status, 403, "{said}"),
                Takes::Scope(needed) => {
                    assert_eq!(status, 403, "{said}");
                    assert!(answer["detail"].to_string().contains(needed), "{said}");
                }
            }
        }
    }
}

#[tokio::test]
async fn a_token_of_another_service_sees_and_changes_nothing_of_this_one() {
    let data = tempfile::tempdir().unwrap();
    let admin = token(data.path(), "admin", None);
    let portal = Portal::start(data.path(), None);
    let admin = Api::new(&portal.url, &admin);
    let (deployment, duty_run) = fill(&admin).await;
    let other = token(data.path(), "admin", Some("other"));
    let (_, before) = admin.get(&format!("/api/v1/deployments/{deployment}")).await;
    let other = Api::new(&portal.url, &other);
    let (_, document) = admin.get("/api/v1/openapi.json").await;
    for (method, template, path) in calls(&document, &deployment, &duty_run) {
        if matches!(takes(&method, &template), Takes::Nothing) {
            continue;
        }
        let (status, answer) = other.send(&method, &path, &body(&template)).await;
        let said = format!("{method} {path}: {status} {answer}");
        let is_list = method == "GET"
            && matches!(
                template.as_str(),
                "/api/v1/deployments" | "/api/v1/duties" | "/api/v1/lessons" | "/api/v1/services"
            );
        if is_list {
            assert_eq!(status, 200, "{said}");
            let none = answer["items"]
                .as_array()
                .is_some_and(|items| items.iter().all(|item| !item.to_string().contains("shop")));
            assert!(none && answer["next_cursor"].is_null(), "{said}");
        } else {
            assert!(matches!(status, 403 | 404 | 422), "{said}");
            assert!(!answer.to_string().contains(&duty_run), "{said}");
        }
    }
    let (_, after) = admin.get(&format!("/api/v1/deployments/{deployment}")).await;
    // Its checks run meanwhile, so that its sentence may be another.
    for part in ["items", "state", "sign_offs", "version"] {
        assert_eq!(after[part], before[part], "{part}");
    }
    let (status, _) = admin.get("/api/v1/services/shop/heartbeats").await;
    assert_eq!(status, 200);
}
