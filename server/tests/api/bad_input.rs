//! What people and scripts get wrong: each gets a clear problem and changes nothing.

use crate::common::{Api, Portal, admin_token, run};
use serde_json::{Value, json};

struct Stage {
    _data: tempfile::TempDir,
    _portal: Portal,
    api: Api,
    other: Api,
    deployment: String,
}

/// A portal with `shop` (1.0.0 being watched in production) and a token limited to `bank`.
async fn stage() -> Stage {
    let data = tempfile::tempdir().unwrap();
    let token = admin_token(data.path(), None);
    let portal = Portal::start(data.path(), None);
    let api = Api::new(&portal.url, &token);
    api.put_shop().await;
    let bank = json!({"name": "Bank", "environments": [{"slug": "production"}]});
    assert_eq!(api.send("PUT", "/api/v1/services/bank", &bank).await.0, 201);
    let scopes = ["deployments:write", "results:write", "config:write"];
    let mut args = vec!["token", "create", "--name", "bank-ci", "--service", "bank"];
    for scope in &scopes {
        args.extend(["--scope", scope]);
    }
    let other = Api::new(&portal.url, &run(data.path(), None, &args, ""));
    let deployment = api.announce("1.0.0").await;
    Stage { _data: data, _portal: portal, api, other, deployment }
}

/// How many deployments and pieces of evidence there are.
async fn everything(api: &Api) -> (usize, String) {
    let (_, list) = api.get("/api/v1/deployments?limit=200").await;
    let mut all = String::new();
    let items = list["items"].as_array().unwrap();
    for item in items {
        let (_, one) =
            api.get(&format!("/api/v1/deployments/{}", item["id"].as_str().unwrap())).await;
        all.push_str(&one.to_string());
    }
    (items.len(), all)
}

fn says(problem: &Value, words: &str) {
    let detail = problem["detail"].as_str().unwrap_or_default();
    assert!(detail.contains(words), "expected {words:?} in {problem}");
}

#[tokio::test]
async fn announcements_that_cannot_be() {
    let stage = stage().await;
    let before = everything(&stage.api).await;
    let good = json!({"service": "shop", "environment": "production", "version": "2.0.0"});
    let with = |field: &str, value: Value| {
        let mut body = good.clone();
        body[field] = value;
        body
    };
    let cases = [
        (with("service", json!("nope")), 422, "names no service here"),
        (with("environment", json!("moon")), 422, "it has production"),
        (with("kind", json!("soon")), 422, "unknown variant `soon`"),
        (with("versoin", json!("2.0.0")), 422, "unknown field `versoin`"),
        (with("version", json!("")), 422, "must not be empty"),
        (with("version", json!("1".repeat(10_000))), 422, "at most 128 characters"),
        (with("version", json!("2\u{7}0")), 422, "U+0007"),
        (with("version", json!("2\u{202e}0")), 422, "U+202E"),
        (with("version", json!("<img src=x onerror=alert(1)>")), 422, "`<`"),
        (with("version", json!(2)), 422, "expected a string"),
        (with("deployed_at", json!("2999-01-01T00:00:00Z")), 422, "lies in the future"),
        (with("deployed_at", json!("yesterday")), 422, "deployed_at"),
        (with("url", json!("javascript:alert(1)")), 422, "absolute address"),
        (with("notes", json!("x".repeat(10_001))), 422, "at most 10000 characters"),
        (with("runbook", json!("nope")), 422, "names no published runbook"),
        (with("version", json!("1.0.0")), 409, "is being watched on production already"),
    ];
    for (body, status, words) in cases {
        let (answered, problem) = stage.api.send("POST", "/api/v1/deployments", &body).await;
        assert_eq!(answered, status, "{body} {problem}");
        says(&problem, words);
    }
    for (text, status) in [("{", 400), ("", 400), ("[]", 422), ("null", 422), ("{} {}", 422)] {
        let sent = stage.api.request("POST", "/api/v1/deployments");
        let answer =
            sent.header("content-type", "application/json").body(text).send().await.unwrap();
        assert_eq!(answer.status().as_u16(), status, "{text:?}");
    }
    let sent = stage.api.request("POST", "/api/v1/deployments").body("{}");
    assert_eq!(sent.send().await.unwrap().status().as_u16(), 415);
    assert_eq!(everything(&stage.api).await, before);
}

#[tokio::test]
async fn two_announcements_at_the_same_instant_open_one_watch() {
    let stage = stage().await;
    let body = json!({"service": "shop", "environment": "production", "version": "2.0.0"});
    let both: Vec<_> = (0..8)
        .map(|_| {
            let (api, body) = (stage.api.clone(), body.clone());
            tokio::spawn(async move { api.send("POST", "/api/v1/deployments", &body).await.0 })
        })
        .collect();
    let mut statuses = Vec::new();
    for one in both {
        statuses.push(one.await.unwrap());
    }
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409, 409, 409, 409, 409, 409, 409]);
    let (_, list) = stage.api.get("/api/v1/deployments?service=shop&state=watching").await;
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn results_that_cannot_be() {
    let stage = stage().await;
    let before = everything(&stage.api).await;
    let path =
        |item: &str| format!("/api/v1/deployments/{}/items/{item}/results", stage.deployment);
    let passed = json!({"status": "passed"});
    let cases = [
        (path("smoke-tests"), passed.clone(), 409, "is closed by a person"),
        (path("nope"), passed.clone(), 404, "`nope`"),
        (path("logs-triaged"), json!({"status": "great"}), 422, "unknown variant `great`"),
        (path("logs-triaged"), json!({"status": "passed", "sumary": "x"}), 422, "unknown field"),
        (
            path("logs-triaged"),
            json!({"status": "passed", "finished_at": "2999-01-01T00:00:00Z"}),
            422,
            "lies in the future",
        ),
        (
            "/api/v1/deployments/01a1fdef-49d0-7337-b90f-b79f9e6e2986/items/x/results".into(),
            passed.clone(),
            404,
            "There is no deployment",
        ),
        (
            "/api/v1/deployments/nonsense/items/x/results".into(),
            passed.clone(),
            404,
            "nothing at this address",
        ),
    ];
    for (path, body, status, words) in cases {
        let (answered, problem) = stage.api.send("POST", &path, &body).await;
        assert_eq!(answered, status, "{path} {body} {problem}");
        says(&problem, words);
    }
    let (status, problem) = stage.other.send("POST", &path("logs-triaged"), &passed).await;
    assert_eq!(status, 403, "{problem}");
    says(&problem, "limited to other services");
    assert_eq!(everything(&stage.api).await, before);
}

#[tokio::test]
async fn results_on_a_superseded_run_are_refused() {
    let stage = stage().await;
    stage.api.announce("2.0.0").await;
    let path = format!("/api/v1/deployments/{}/items/logs-triaged/results", stage.deployment);
    let (status, problem) = stage.api.send("POST", &path, &json!({"status": "passed"})).await;
    assert_eq!(status, 409, "{problem}");
    says(&problem, "superseded");
}

#[tokio::test]
async fn reports_that_are_none() {
    let stage = stage().await;
    let path = format!("/api/v1/deployments/{}/items/integrations/reports", stage.deployment);
    let bomb = "<?xml version=\"1.0\"?><!DOCTYPE l [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;\">]>\
                <testsuite><testcase name=\"&b;\"/></testsuite>";
    for (body, status) in [
        ("not a report".to_owned(), 422),
        (String::new(), 422),
        ("{\"hello\": 1}".to_owned(), 422),
        ("<html></html>".to_owned(), 422),
        (bomb.to_owned(), 422),
        (format!("<testsuite>{}</testsuite>", " ".repeat(11 * 1024 * 1024)), 413),
        (format!("<testsuite>{}</testsuite>", " ".repeat(100 * 1000 * 1000)), 413),
    ] {
        let length = body.len();
        let sent = stage.api.request("POST", &path).header("content-type", "application/xml");
        let answer = sent.body(body).send().await.unwrap();
        assert_eq!(answer.status().as_u16(), status, "{length} bytes");
        let problem: Value = answer.json().await.unwrap();
        assert!(problem["detail"].as_str().is_some_and(|said| said.len() > 20), "{problem}");
    }
    let sent = stage.api.request("POST", &path).header("content-type", "application/xml");
    let answer = sent.body("<testsuite name=\"none\"/>").send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 200);
    let kept: Value = answer.json().await.unwrap();
    assert_eq!(kept["report"]["verdict"], "undecided");
    assert_ne!(kept["item"]["state"], "passed");
}

#[tokio::test]
async fn a_key_answers_the_same_again_and_refuses_another_body() {
    let stage = stage().await;
    let path = format!("/api/v1/deployments/{}/items/logs-triaged/results", stage.deployment);
    let send = async |body: Value, key: &str| {
        let sent = stage.api.request("POST", &path).header("idempotency-key", key).json(&body);
        let answer = sent.send().await.unwrap();
        let replayed = answer.headers().contains_key("idempotent-replayed");
        (answer.status().as_u16(), replayed, answer.text().await.unwrap())
    };
    let body = json!({"status": "failed", "summary": "one"});
    let first = send(body.clone(), "run 17").await;
    assert_eq!((first.0, first.1), (200, false));
    let again = send(body.clone(), "run 17").await;
    assert_eq!((again.0, again.1, &again.2), (200, true, &first.2));
    let other = send(json!({"status": "passed"}), "run 17").await;
    assert_eq!(other.0, 422);
    assert!(other.2.contains("use a new key"), "{}", other.2);
    assert_eq!(send(body, &"k".repeat(300)).await.0, 400);
    let (_, one) = stage.api.get(&format!("/api/v1/deployments/{}", stage.deployment)).await;
    let item =
        one["items"].as_array().unwrap().iter().find(|i| i["key"] == "logs-triaged").unwrap();
    assert_eq!(item["evidence"].as_array().unwrap().len(), 1, "done once");
    assert_eq!(item["state"], "failed");
}

#[tokio::test]
async fn checks_that_cannot_be_and_addresses_that_must_not() {
    let stage = stage().await;
    let put =
        async |body: Value| stage.api.send("PUT", "/api/v1/services/shop/checks/c", &body).await;
    let good = json!({"environment": "production", "kind": "http", "interval_s": 60,
        "url": "http://169.254.169.254/latest/meta-data/", "item": "integrations"});
    let with = |field: &str, value: Value| {
        let mut body = good.clone();
        body[field] = value;
        body
    };
    for (body, words) in [
        (with("kind", json!("ping")), "must be one of http"),
        (with("interval_s", json!(1)), "10 to 86400"),
        (with("conditions", json!(["statsu == 200"])), "statsu"),
        (with("conditions", json!(["status =="])), "conditions/0"),
        (with("url", json!("file:///etc/passwd")), "absolute address"),
        (with("url", json!("https://user:secret@shop.example.org")), "name or password"),
        (with("min_days", json!(3)), "kind `tls` only"),
        (with("environment", json!("moon")), "names no environment"),
    ] {
        let (status, problem) = put(body.clone()).await;
        assert_eq!(status, 422, "{body} {problem}");
        says(&problem, words);
    }
    // The address may be written down, and is refused where it would be connected to.
    assert_eq!(put(good).await.0, 201);
    let path = "/api/v1/services/shop/checks/c/measurements";
    let mut seen = Value::Null;
    for _ in 0..100 {
        let (_, found) = stage.api.get(path).await;
        if !found["items"].as_array().unwrap().is_empty() {
            seen = found["items"][0].clone();
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    assert_eq!(seen["phase"], "error", "{seen}");
    assert!(seen["sentence"].as_str().unwrap().to_lowercase().contains("refused"), "{seen}");
}

/// A list with too many members is one fault, and what is behind the most is not looked at.
#[tokio::test]
async fn lists_that_are_too_long_are_not_walked_to_their_end() {
    let stage = stage().await;
    let many = |text: &'static str| vec![text; 20_000];
    let check = json!({
        "environment": "production", "kind": "http", "url": "http://shop.example/",
        "interval_s": 60, "conditions": many("status ="),
    });
    let captures: serde_json::Map<_, _> =
        (0..5_000).map(|n| (format!("name-{n}"), json!("json ="))).collect();
    let steps = json!({
        "environment": "production", "kind": "http_steps", "interval_s": 60,
        "steps": [{"name": "one", "url": "http://shop.example/", "capture": captures}],
    });
    let indicator = json!({
        "family": "latency", "source": "pushed", "unit": "ms", "thresholds": {"pass": many("fast")},
    });
    let environments: Vec<_> = (0..20_000).map(|_| json!({"slug": "A"})).collect();
    let targets: Vec<_> =
        (0..9_000).map(|_| json!({"name": "A", "path": "/", "target_ms": 1})).collect();
    for (path, body, list, most) in [
        ("checks/many", check, "/conditions", 20),
        ("checks/many", steps, "/steps/0/capture", 50),
        ("indicators/many", indicator, "/thresholds/pass", 8),
        ("", json!({"name": "Shop", "environments": environments}), "/environments", 50),
        ("", json!({"name": "Shop", "environments": [], "targets": targets}), "/targets", 20),
    ] {
        let path = format!("/api/v1/services/shop/{path}");
        let (status, problem) = stage.api.send("PUT", path.trim_end_matches('/'), &body).await;
        assert_eq!(status, 422, "{path}: {problem}");
        let errors = problem["errors"].as_array().unwrap();
        let said = format!("must be at most {most}");
        let told = errors.iter().any(|one| one["pointer"] == list && one["message"] == said);
        assert!(told, "{path}: {errors:?}");
        // The list's own, and at most two of each member that was looked at.
        assert!(errors.len() <= 2 * most + 1, "{path}: {} errors", errors.len());
    }
}
