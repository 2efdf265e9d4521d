//! `GET /api/v1/deployments`

use super::stage;

#[tokio::test]
async fn answers_a_page_of_them() {
    let stage = stage().await;
    insta::assert_snapshot!(stage.get("/api/v1/deployments").await, @r#"
    200 application/json
    {
      "items": [],
      "next_cursor": null
    }
    "#);
    stage.announce("1.0.0").await;
    stage.announce("1.1.0").await;
    insta::assert_snapshot!(stage.get("/api/v1/deployments?state=watching").await, @r#"
    200 application/json
    {
      "items": [
        {
          "id": "[id]",
          "url": "[portal]/deployments/[id]",
          "service": "shop",
          "environment": "production",
          "version": "1.1.0",
          "kind": "subsequent",
          "state": "watching",
          "verdict": "undecided",
          "reason": "0 of 3 boxes are closed; nothing has failed. Open: smoke, mail, load.",
          "deployed_at": "[time]",
          "watch_ends_at": "[time]"
        }
      ],
      "next_cursor": null
    }
    "#);
    insta::assert_snapshot!(stage.get("/api/v1/deployments?state=open").await, @r#"
    422 application/problem+json
    {
      "type": "about:blank",
      "title": "Unprocessable Entity",
      "status": 422,
      "detail": "`state` must be one of watching, signed_off, rolled_back, superseded.",
      "errors": [
        {
          "pointer": "/state",
          "message": "must be one of watching, signed_off, rolled_back, superseded"
        }
      ]
    }
    "#);
}
