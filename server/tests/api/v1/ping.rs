//! `GET, POST /ping/{uuid} and /ping/{uuid}/{word}`

use super::stage;

#[tokio::test]
async fn say_ok_or_that_nobody_listens() {
    let stage = stage().await;
    let ping = stage.heartbeat().await;
    insta::assert_snapshot!(stage.text("GET", &ping).await, @r#"
    200 text/plain; charset=utf-8
    OK
    "#);
    insta::assert_snapshot!(stage.text("POST", &format!("{ping}/fail")).await, @r#"
    200 text/plain; charset=utf-8
    OK
    "#);
    insta::assert_snapshot!(stage.text("GET", &format!("{ping}/soon")).await, @r#"
    404 application/problem+json
    {
      "type": "about:blank",
      "title": "Not Found",
      "status": 404,
      "detail": "A ping ends in nothing, /start, /fail, /log or an exit code of 0 to 255."
    }
    "#);
    insta::assert_snapshot!(stage.text("GET", &format!("/ping/{}", uuid::Uuid::nil())).await, @r#"
    404 application/problem+json
    {
      "type": "about:blank",
      "title": "Not Found",
      "status": 404,
      "detail": "There is no such heartbeat. Its address is among the service's heartbeats."
    }
    "#);
}
