//! `GET /healthz and /readyz`

use super::stage;

#[tokio::test]
async fn say_ok() {
    let stage = stage().await;
    insta::assert_snapshot!(stage.text("GET", "/healthz").await, @r#"
    200 application/json
    {
      "status": "ok",
      "version": "0.1.0"
    }
    "#);
    insta::assert_snapshot!(stage.text("GET", "/readyz").await, @r#"
    200 application/json
    {
      "status": "ok",
      "version": "0.1.0"
    }
    "#);
}
