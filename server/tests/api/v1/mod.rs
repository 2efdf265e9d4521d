//! Each route with the status and the body of its answers, as snapshots.

mod announce;
mod checks;
mod deployment;
mod deployments;
mod duties;
mod duty_reports;
mod duty_results;
mod gate;
mod health;
mod heartbeats;
mod indicators;
mod lessons;
mod measurements;
mod ping;
mod points;
mod reports;
mod results;
mod rollback;
mod services;

use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value;

use crate::common::{Api, Portal, admin_token, run};

const RUNBOOK: &str = "\
slug: small
title: Small
applies_to:
  kinds: [first, subsequent]
watch: 48h
sign_off:
  - role: approver
    count: 1
items:
  - key: smoke
    title: Smoke tests pass
    actor: human
    due: T+30m
    instructions: Click through.
  - key: mail
    title: Mail arrives
    actor: mixed
    instructions: Look into the inbox.
  - key: load
    title: Load holds
    actor: automated
    instructions: Run the load test.
";

const DRILL: &str = "\
slug: drill
title: Restore drill
applies_to:
  duty:
    cadence: monthly
watch: 7d
items:
  - key: restored
    title: A copy was restored
    actor: automated
    due: T+5d
    instructions: Restore it.
";

struct Stage {
    _data: tempfile::TempDir,
    _portal: Portal,
    api: Api,
}

/// A portal with two small runbooks beside those that ship, and the service `shop`.
async fn stage() -> Stage {
    let data = tempfile::tempdir().unwrap();
    let token = admin_token(data.path(), None);
    for (name, yaml) in [("small.yaml", RUNBOOK), ("drill.yaml", DRILL)] {
        let file = data.path().join(name);
        std::fs::write(&file, yaml).unwrap();
        run(data.path(), None, &["runbook", "apply", file.to_str().unwrap()], "");
    }
    let portal = Portal::start(data.path(), None);
    let api = Api::new(&portal.url, &token);
    api.put_shop().await;
    Stage { _data: data, _portal: portal, api }
}

impl Stage {
    async fn send(&self, method: &str, path: &str, body: &Value) -> String {
        show(self.api.request(method, path).json(body)).await
    }

    async fn get(&self, path: &str) -> String {
        show(self.api.request("GET", path)).await
    }

    async fn delete(&self, path: &str) -> String {
        show(self.api.request("DELETE", path)).await
    }

    async fn raw(&self, path: &str, kind: &str, body: &str) -> String {
        let request = self.api.request("POST", path).header("content-type", kind);
        show(request.body(body.to_owned())).await
    }

    /// What somebody without a token is answered.
    async fn text(&self, method: &str, path: &str) -> String {
        show(Api::new(&self.api.url, "").request(method, path)).await
    }

    /// Announces a version of the shop, to be worked by the small runbook; answers its id.
    async fn announce(&self, version: &str) -> String {
        let body = serde_json::json!({
            "service": "shop", "environment": "production", "version": version, "runbook": "small",
        });
        let (status, answer) = self.api.send("POST", "/api/v1/deployments", &body).await;
        assert_eq!(status, 201, "{answer}");
        answer["id"].as_str().unwrap().to_owned()
    }

    /// The open run of the duty `drill`.
    async fn duty_run(&self) -> String {
        let on = serde_json::json!({"environment": "production"});
        let (_, duty) = self.api.send("PUT", "/api/v1/services/shop/duties/drill", &on).await;
        duty["run"]["id"].as_str().unwrap().to_owned()
    }

    /// Where the pings of a heartbeat are sent.
    async fn heartbeat(&self) -> String {
        let asked = serde_json::json!({"environment": "production", "period_s": 60});
        let path = "/api/v1/services/shop/heartbeats/worker";
        let (_, heartbeat) = self.api.send("PUT", path, &asked).await;
        let url = heartbeat["ping_url"].as_str().unwrap();
        url[url.find("/ping/").unwrap()..].to_owned()
    }
}

/// The answer: its status, its type, its body; without what differs from run to run.
async fn show(request: reqwest::RequestBuilder) -> String {
    static DIFFERS: LazyLock<[(Regex, &str); 4]> = LazyLock::new(|| {
        [
            (r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "[id]"),
            (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", "[time]"),
            (r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)? UTC", "[time]"),
            (r"http://127\.0\.0\.1:\d+", "[portal]"),
        ]
        .map(|(pattern, name)| (Regex::new(pattern).unwrap(), name))
    });
    let answer = request.send().await.unwrap();
    let status = answer.status();
    let kind = answer.headers().get("content-type").map(|kind| kind.to_str().unwrap().to_owned());
    let body = answer.text().await.unwrap();
    let body = match serde_json::from_str::<Value>(&body) {
        Ok(json) => serde_json::to_string_pretty(&json).unwrap(),
        Err(_) => body,
    };
    let mut shown = format!("{} {}\n{body}", status.as_u16(), kind.as_deref().unwrap_or("-"));
    for (pattern, name) in DIFFERS.iter() {
        shown = pattern.replace_all(&shown, *name).into_owned();
    }
    shown
}
