//! `POST /api/v1/deployments`

use serde_json::json;

use super::stage;

#[tokio::test]
async fn answers_the_deployment_with_its_run() {
    let stage = stage().await;
    let good = json!({"service": "shop", "environment": "production", "version": "1.0.0", "runbook": "small"});
    insta::assert_snapshot!(stage.send("POST", "/api/v1/deployments", &good).await, @r#"
    201 application/json
    {
      "id": "[id]",
      "url": "[portal]/deployments/[id]",
      "service": "shop",
      "environment": "production",
      "version": "1.0.0",
      "commit": null,
      "artifact_digest": null,
      "kind": "first",
      "strategy": "rolling",
      "state": "watching",
      "verdict": "undecided",
      "reason": "0 of 3 boxes are closed; nothing has failed. Open: smoke, mail, load.",
      "deployed_at": "[time]",
      "deployed_by": "ci",
      "deployer_known": false,
      "watch_ends_at": "[time]",
      "runbook": "small v1",
      "pipeline_url": null,
      "notes": "",
      "sign_offs": [],
      "sign_off_required": [
        {
          "role": "approver",
          "count": 1
        }
      ],
      "items": [
        {
          "key": "smoke",
          "title": "Smoke tests pass",
          "section": "",
          "actor": "human",
          "required": true,
          "state": "open",
          "reason": "Waiting for a person.",
          "due_at": "[time]",
          "overdue": false,
          "reports": [],
          "evidence": []
        },
        {
          "key": "mail",
          "title": "Mail arrives",
          "section": "",
          "actor": "mixed",
          "required": true,
          "state": "open",
          "reason": "Nothing has been measured yet.",
          "due_at": null,
          "overdue": false,
          "reports": [],
          "evidence": []
        },
        {
          "key": "load",
          "title": "Load holds",
          "section": "",
          "actor": "automated",
          "required": true,
          "state": "open",
          "reason": "Nothing has been measured yet.",
          "due_at": null,
          "overdue": false,
          "reports": [],
          "evidence": []
        }
      ],
      "baselines": []
    }
    "#);
    insta::assert_snapshot!(stage.send("POST", "/api/v1/deployments", &good).await, @r#"
    409 application/problem+json
    {
      "type": "about:blank",
      "title": "Conflict",
      "status": 409,
      "detail": "1.0.0 is being watched on production already, as deployment [id]. Sign it off or roll it back before announcing the same version again."
    }
    "#);
    let bad = json!({"service": "nope", "environment": "production", "version": "1.0.0"});
    insta::assert_snapshot!(stage.send("POST", "/api/v1/deployments", &bad).await, @r#"
    422 application/problem+json
    {
      "type": "about:blank",
      "title": "Unprocessable Entity",
      "status": 422,
      "detail": "`service` names no service here; create it with PUT /api/v1/services/{slug} or on the page Services.",
      "errors": [
        {
          "pointer": "/service",
          "message": "names no service here; create it with PUT /api/v1/services/{slug} or on the page Services"
        }
      ]
    }
    "#);
}
