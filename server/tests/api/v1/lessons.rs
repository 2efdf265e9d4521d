//! `GET /api/v1/lessons`

use super::stage;

#[tokio::test]
async fn are_a_page_and_empty_at_first() {
    let stage = stage().await;
    insta::assert_snapshot!(stage.get("/api/v1/lessons?q=login").await, @r#"
    200 application/json
    {
      "items": [],
      "next_cursor": null
    }
    "#);
    insta::assert_snapshot!(stage.get("/api/v1/lessons?service=nope").await, @r#"
    404 application/problem+json
    {
      "type": "about:blank",
      "title": "Not Found",
      "status": 404,
      "detail": "There is no service `nope`."
    }
    "#);
}
