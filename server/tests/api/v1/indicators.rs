//! `GET /api/v1/services/{slug}/indicators and PUT, DELETE …/{key}`

use serde_json::json;

use super::stage;

#[tokio::test]
async fn are_created_listed_and_retired() {
    let stage = stage().await;
    let path = "/api/v1/services/shop/indicators/errors";
    let asked = json!({
        "family": "error_rate", "source": "pushed", "unit": "%", "thresholds": {"pass": ["< 1%"]},
    });
    insta::assert_snapshot!(stage.send("PUT", path, &asked).await, @r#"
    201 application/json
    {
      "key": "errors",
      "label": "errors",
      "family": "error_rate",
      "source": "pushed",
      "unit": "%",
      "direction": "lower_is_better",
      "server_url": null,
      "query": null,
      "heartbeat_query": null,
      "headers": {},
      "interval_s": 60,
      "thresholds": {
        "pass": [
          "< 1%"
        ],
        "warn": [],
        "rollback": [],
        "critical": false
      }
    }
    "#);
    let bad = json!({"family": "speed", "source": "pushed", "unit": "%"});
    insta::assert_snapshot!(stage.send("PUT", path, &bad).await, @r#"
    422 application/problem+json
    {
      "type": "about:blank",
      "title": "Unprocessable Entity",
      "status": 422,
      "detail": "`family` must be one of error_rate, latency, uptime, saturation, dependency_health, business_signal.",
      "errors": [
        {
          "pointer": "/family",
          "message": "must be one of error_rate, latency, uptime, saturation, dependency_health, business_signal"
        }
      ]
    }
    "#);
    insta::assert_snapshot!(stage.get("/api/v1/services/shop/indicators").await, @r#"
    200 application/json
    {
      "items": [
        {
          "key": "errors",
          "label": "errors",
          "family": "error_rate",
          "source": "pushed",
          "unit": "%",
          "direction": "lower_is_better",
          "server_url": null,
          "query": null,
          "heartbeat_query": null,
          "headers": {},
          "interval_s": 60,
          "thresholds": {
            "pass": [
              "< 1%"
            ],
            "warn": [],
            "rollback": [],
            "critical": false
          }
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
      "detail": "There is no indicator in use with the key `errors`."
    }
    "#);
}
