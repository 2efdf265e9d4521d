//! `POST /api/v1/deployments/{id}/items/{key}/results`

use serde_json::json;

use super::stage;

#[tokio::test]
async fn answers_the_item_as_it_is_now() {
    let stage = stage().await;
    let id = stage.announce("1.0.0").await;
    let path = |key: &str| format!("/api/v1/deployments/{id}/items/{key}/results");
    let passed = json!({"status": "passed", "summary": "42 tests passed"});
    insta::assert_snapshot!(stage.send("POST", &path("load"), &passed).await, @r#"
    200 application/json
    {
      "key": "load",
      "title": "Load holds",
      "section": "",
      "actor": "automated",
      "required": true,
      "state": "passed",
      "reason": "42 tests passed",
      "due_at": null,
      "overdue": false,
      "reports": [],
      "evidence": []
    }
    "#);
    let failed = json!({"status": "failed", "evidence_url": "https://ci.example/7"});
    insta::assert_snapshot!(stage.send("POST", &path("mail"), &failed).await, @r#"
    200 application/json
    {
      "key": "mail",
      "title": "Mail arrives",
      "section": "",
      "actor": "mixed",
      "required": true,
      "state": "failed",
      "reason": "ci: ci says it failed.",
      "due_at": null,
      "overdue": false,
      "reports": [],
      "evidence": []
    }
    "#);
    insta::assert_snapshot!(stage.send("POST", &path("smoke"), &passed).await, @r#"
    409 application/problem+json
    {
      "type": "about:blank",
      "title": "Conflict",
      "status": 409,
      "detail": "`smoke` is closed by a person; a result from a machine cannot close it. Send a report as evidence, or make the item `mixed` or `automated` in the runbook."
    }
    "#);
    insta::assert_snapshot!(stage.send("POST", &path("nope"), &passed).await, @r#"
    404 application/problem+json
    {
      "type": "about:blank",
      "title": "Not Found",
      "status": 404,
      "detail": "There is no item in this run with the key `nope`."
    }
    "#);
}
