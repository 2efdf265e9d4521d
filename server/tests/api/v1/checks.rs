//! `PUT, DELETE /api/v1/services/{slug}/checks/{key}`

use serde_json::json;

use super::stage;

#[tokio::test]
async fn are_created_changed_and_retired() {
    let stage = stage().await;
    let check = "/api/v1/services/shop/checks/home";
    let asked = json!({
        "environment": "production", "kind": "http", "url": "http://127.0.0.1:9/",
        "interval_s": 300, "conditions": ["status == 200"], "item": "load",
    });
    insta::assert_snapshot!(stage.send("PUT", check, &asked).await, @r#"
    201 application/json
    {
      "key": "home",
      "environment": "production",
      "kind": "http",
      "url": "[portal]/",
      "interval_s": 300,
      "timeout_s": 10,
      "item": "load",
      "critical": false,
      "dry_run": false,
      "no_data": "undecided",
      "conditions": [
        "status == 200"
      ]
    }
    "#);
    insta::assert_snapshot!(stage.send("PUT", check, &asked).await, @r#"
    200 application/json
    {
      "key": "home",
      "environment": "production",
      "kind": "http",
      "url": "[portal]/",
      "interval_s": 300,
      "timeout_s": 10,
      "item": "load",
      "critical": false,
      "dry_run": false,
      "no_data": "undecided",
      "conditions": [
        "status == 200"
      ]
    }
    "#);
    let mut bad = asked.clone();
    bad["conditions"] = json!(["status = 200"]);
    insta::assert_snapshot!(stage.send("PUT", check, &bad).await, @r#"
    422 application/problem+json
    {
      "type": "about:blank",
      "title": "Unprocessable Entity",
      "status": 422,
      "detail": "`conditions/0` `status = 200` is not an expression: at character 8: token recognition error at: '= '.",
      "errors": [
        {
          "pointer": "/conditions/0",
          "message": "`status = 200` is not an expression: at character 8: token recognition error at: '= '"
        }
      ]
    }
    "#);
    insta::assert_snapshot!(stage.delete(check).await, @"204 -");
    insta::assert_snapshot!(stage.delete(check).await, @r#"
    404 application/problem+json
    {
      "type": "about:blank",
      "title": "Not Found",
      "status": 404,
      "detail": "There is no check in use with the key `home`."
    }
    "#);
}
