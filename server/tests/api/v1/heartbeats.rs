//! `GET /api/v1/services/{slug}/heartbeats and PUT, DELETE …/{key}`

use serde_json::json;

use super::stage;

#[tokio::test]
async fn are_created_listed_and_retired() {
    let stage = stage().await;
    let path = "/api/v1/services/shop/heartbeats/worker";
    let asked = json!({"environment": "production", "cron": "*/5 * * * *", "grace_s": 60});
    insta::assert_snapshot!(stage.send("PUT", path, &asked).await, @r#"
    201 application/json
    {
      "key": "worker",
      "label": "worker",
      "environment": "production",
      "ping_url": "[portal]/ping/[id]",
      "period_s": null,
      "cron": "*/5 * * * *",
      "time_zone": "UTC",
      "grace_s": 60,
      "item": null,
      "state": "new",
      "last_ping_at": null,
      "expected_at": null
    }
    "#);
    let bad = json!({"environment": "production", "cron": "* * *"});
    insta::assert_snapshot!(stage.send("PUT", path, &bad).await, @r#"
    422 application/problem+json
    {
      "type": "about:blank",
      "title": "Unprocessable Entity",
      "status": 422,
      "detail": "`cron` is not a cron expression of five fields such as `30 2 * * *`: Invalid pattern: Pattern must have 5 fields when seconds are disallowed.",
      "errors": [
        {
          "pointer": "/cron",
          "message": "is not a cron expression of five fields such as `30 2 * * *`: Invalid pattern: Pattern must have 5 fields when seconds are disallowed."
        }
      ]
    }
    "#);
    insta::assert_snapshot!(stage.get("/api/v1/services/shop/heartbeats").await, @r#"
    200 application/json
    {
      "items": [
        {
          "key": "worker",
          "label": "worker",
          "environment": "production",
          "ping_url": "[portal]/ping/[id]",
          "period_s": null,
          "cron": "*/5 * * * *",
          "time_zone": "UTC",
          "grace_s": 60,
          "item": null,
          "state": "new",
          "last_ping_at": null,
          "expected_at": null
        }
      ],
      "next_cursor": null
    }
    "#);
    insta::assert_snapshot!(stage.delete(path).await, @"204 -");
    insta::assert_snapshot!(stage.delete(path).await, @r#"
    404 application/problem+json
    {
      "type": "about:blank",
      "title": "Not Found",
      "status": 404,
      "detail": "There is no heartbeat in use with the key `worker`."
    }
    "#);
}
