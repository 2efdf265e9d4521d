//! `GET /api/v1/services/{slug}/checks/{key}/measurements`

use serde_json::json;

use super::stage;

#[tokio::test]
async fn are_a_page_and_empty_at_first() {
    let stage = stage().await;
    let asked = json!({
        "environment": "production", "kind": "http", "url": "http://127.0.0.1:9/", "interval_s": 3600,
    });
    stage.send("PUT", "/api/v1/services/shop/checks/home", &asked).await;
    insta::assert_snapshot!(stage.get("/api/v1/services/shop/checks/home/measurements").await, @r#"
    200 application/json
    {
      "items": [],
      "next_cursor": null
    }
    "#);
    insta::assert_snapshot!(stage.get("/api/v1/services/shop/checks/nope/measurements").await, @r#"
    404 application/problem+json
    {
      "type": "about:blank",
      "title": "Not Found",
      "status": 404,
      "detail": "There is no check `nope`."
    }
    "#);
}
