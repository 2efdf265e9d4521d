//! `POST /api/v1/measurements`

use serde_json::json;

use super::stage;

#[tokio::test]
async fn are_counted_and_the_bad_named() {
    let stage = stage().await;
    let asked = json!({"family": "error_rate", "source": "pushed", "unit": "%"});
    stage.send("PUT", "/api/v1/services/shop/indicators/errors", &asked).await;
    let point = |indicator: &str| json!({"service": "shop", "environment": "production", "indicator": indicator, "value": 0.5});
    let both = json!({"points": [point("errors"), point("nope")]});
    insta::assert_snapshot!(stage.send("POST", "/api/v1/measurements", &both).await, @r#"
    422 application/problem+json
    {
      "type": "about:blank",
      "title": "Unprocessable Entity",
      "status": 422,
      "detail": "`points/0` missing field `at`; `points/1` missing field `at`.",
      "errors": [
        {
          "pointer": "/points/0",
          "message": "missing field `at`"
        },
        {
          "pointer": "/points/1",
          "message": "missing field `at`"
        }
      ]
    }
    "#);
    let none = json!({"points": [point("nope")]});
    insta::assert_snapshot!(stage.send("POST", "/api/v1/measurements", &none).await, @r#"
    422 application/problem+json
    {
      "type": "about:blank",
      "title": "Unprocessable Entity",
      "status": 422,
      "detail": "`points/0` missing field `at`.",
      "errors": [
        {
          "pointer": "/points/0",
          "message": "missing field `at`"
        }
      ]
    }
    "#);
}
