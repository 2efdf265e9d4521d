//! `GET, PUT /api/v1/services/{slug} and GET /api/v1/services`

use serde_json::json;

use super::stage;

#[tokio::test]
async fn are_created_changed_and_listed() {
    let stage = stage().await;
    let bank = json!({
        "name": "Bank", "owners": "Team Money", "tier": "1",
        "environments": [{"slug": "production", "base_url": "https://bank.example/"}],
        "targets": [{"name": "home", "path": "/", "target_ms": 300}],
    });
    insta::assert_snapshot!(stage.send("PUT", "/api/v1/services/bank", &bank).await, @r#"
    201 application/json
    {
      "slug": "bank",
      "name": "Bank",
      "description": "",
      "owners": "Team Money",
      "tier": "1",
      "targets": [
        {
          "name": "home",
          "path": "/",
          "target_ms": 300
        }
      ],
      "environments": [
        {
          "slug": "production",
          "base_url": "https://bank.example",
          "running": null,
          "rolled_back": null
        }
      ]
    }
    "#);
    insta::assert_snapshot!(stage.send("PUT", "/api/v1/services/bank", &json!({"name": "The bank"})).await, @r#"
    200 application/json
    {
      "slug": "bank",
      "name": "The bank",
      "description": "",
      "owners": "Team Money",
      "tier": "1",
      "targets": [
        {
          "name": "home",
          "path": "/",
          "target_ms": 300
        }
      ],
      "environments": [
        {
          "slug": "production",
          "base_url": "https://bank.example",
          "running": null,
          "rolled_back": null
        }
      ]
    }
    "#);
    insta::assert_snapshot!(stage.send("PUT", "/api/v1/services/Bank", &bank).await, @r#"
    422 application/problem+json
    {
      "type": "about:blank",
      "title": "Unprocessable Entity",
      "status": 422,
      "detail": "`slug` must be 1 to 64 lower-case letters, digits and hyphens, such as `shop-web`.",
      "errors": [
        {
          "pointer": "/slug",
          "message": "must be 1 to 64 lower-case letters, digits and hyphens, such as `shop-web`"
        }
      ]
    }
    "#);
    insta::assert_snapshot!(stage.get("/api/v1/services/nope").await, @r#"
    404 application/problem+json
    {
      "type": "about:blank",
      "title": "Not Found",
      "status": 404,
      "detail": "There is no service `nope`."
    }
    "#);
    insta::assert_snapshot!(stage.get("/api/v1/services").await, @r#"
    200 application/json
    {
      "items": [
        {
          "slug": "bank",
          "name": "The bank",
          "description": "",
          "owners": "Team Money",
          "tier": "1",
          "targets": [
            {
              "name": "home",
              "path": "/",
              "target_ms": 300
            }
          ],
          "environments": [
            {
              "slug": "production",
              "base_url": "https://bank.example",
              "running": null,
              "rolled_back": null
            }
          ]
        },
        {
          "slug": "shop",
          "name": "Shop",
          "description": "",
          "owners": "",
          "tier": "",
          "targets": [
            {
              "name": "home",
              "path": "/",
              "target_ms": 500
            },
            {
              "name": "login",
              "path": "/login",
              "target_ms": 500
            },
            {
              "name": "health",
              "path": "/health",
              "target_ms": 300
            }
          ],
          "environments": [
            {
              "slug": "production",
              "base_url": null,
              "running": null,
              "rolled_back": null
            }
          ]
        }
      ],
      "next_cursor": null
    }
    "#);
}
