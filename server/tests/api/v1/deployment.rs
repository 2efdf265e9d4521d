//! `GET /api/v1/deployments/{id}`

use super::stage;

#[tokio::test]
async fn answers_one_or_says_there_is_none() {
    let stage = stage().await;
    let id = stage.announce("1.0.0").await;
    insta::assert_snapshot!(stage.get(&format!("/api/v1/deployments/{id}")).await, @r#"
    200 application/json
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
    insta::assert_snapshot!(stage.get(&format!("/api/v1/deployments/{}", uuid::Uuid::nil())).await, @r#"
    404 application/problem+json
    {
      "type": "about:blank",
      "title": "Not Found",
      "status": 404,
      "detail": "There is no deployment `[id]`."
    }
    "#);
    insta::assert_snapshot!(stage.get("/api/v1/deployments/first").await, @r#"
    404 application/problem+json
    {
      "type": "about:blank",
      "title": "Not Found",
      "status": 404,
      "detail": "There is nothing at this address. Check the ids in it."
    }
    "#);
}
