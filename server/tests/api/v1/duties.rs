//! `GET /api/v1/duties and PUT, DELETE /api/v1/services/{slug}/duties/{runbook}`

use serde_json::json;

use super::stage;

#[tokio::test]
async fn are_switched_on_listed_and_switched_off() {
    let stage = stage().await;
    let duty = "/api/v1/services/shop/duties/drill";
    let on = json!({"environment": "production", "starts_at": "2026-01-01T00:00:00Z"});
    insta::assert_snapshot!(stage.send("PUT", duty, &on).await, @r#"
    201 application/json
    {
      "service": "shop",
      "environment": "production",
      "runbook": "drill",
      "cadence": "monthly",
      "state": "overdue",
      "starts_at": "[time]",
      "next_at": "[time]",
      "run": {
        "id": "[id]",
        "opened_at": "[time]",
        "due_at": "[time]",
        "items": [
          {
            "key": "restored",
            "title": "A copy was restored",
            "section": "",
            "actor": "automated",
            "required": true,
            "state": "open",
            "reason": "Nothing has been measured yet.",
            "due_at": "[time]",
            "overdue": true,
            "reports": [],
            "evidence": []
          }
        ]
      }
    }
    "#);
    insta::assert_snapshot!(stage.send("PUT", duty, &json!({"environment": "moon"})).await, @r#"
    422 application/problem+json
    {
      "type": "about:blank",
      "title": "Unprocessable Entity",
      "status": 422,
      "detail": "`environment` names no environment of this service.",
      "errors": [
        {
          "pointer": "/environment",
          "message": "names no environment of this service"
        }
      ]
    }
    "#);
    insta::assert_snapshot!(stage.get("/api/v1/duties").await, @r#"
    200 application/json
    {
      "items": [
        {
          "service": "shop",
          "environment": "production",
          "runbook": "drill",
          "cadence": "monthly",
          "state": "overdue",
          "starts_at": "[time]",
          "next_at": "[time]",
          "run": {
            "id": "[id]",
            "opened_at": "[time]",
            "due_at": "[time]",
            "items": [
              {
                "key": "restored",
                "title": "A copy was restored",
                "section": "",
                "actor": "automated",
                "required": true,
                "state": "open",
                "reason": "Nothing has been measured yet.",
                "due_at": "[time]",
                "overdue": true,
                "reports": [],
                "evidence": []
              }
            ]
          }
        }
      ],
      "next_cursor": null
    }
    "#);
    insta::assert_snapshot!(stage.delete(&format!("{duty}?environment=production")).await, @"204 -");
    insta::assert_snapshot!(stage.delete(&format!("{duty}?environment=production")).await, @r#"
    404 application/problem+json
    {
      "type": "about:blank",
      "title": "Not Found",
      "status": 404,
      "detail": "There is no duty that is switched on `drill`."
    }
    "#);
}
