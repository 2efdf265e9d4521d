//! `POST /api/v1/deployments/{id}/rollback`

use serde_json::json;

use super::stage;

#[tokio::test]
async fn answers_what_to_do_and_refuses_a_second() {
    let stage = stage().await;
    let id = stage.announce("1.0.0").await;
    let path = format!("/api/v1/deployments/{id}/rollback");
    insta::assert_snapshot!(stage.send("POST", &path, &json!({"reason": ""})).await, @r#"
    422 application/problem+json
    {
      "type": "about:blank",
      "title": "Unprocessable Entity",
      "status": 422,
      "detail": "`reason` must not be empty.",
      "errors": [
        {
          "pointer": "/reason",
          "message": "must not be empty"
        }
      ]
    }
    "#);
    let why = json!({"reason": "Orders fail"});
    insta::assert_snapshot!(stage.send("POST", &path, &why).await, @r#"
    202 application/json
    {
      "deployment": "[id]",
      "target_version": null,
      "command": null,
      "hook": "none",
      "delivery": null,
      "message": "There is no rollback plan here: restore the version before by hand and announce it."
    }
    "#);
    insta::assert_snapshot!(stage.send("POST", &path, &why).await, @r#"
    409 application/problem+json
    {
      "type": "about:blank",
      "title": "Conflict",
      "status": 409,
      "detail": "This deployment is rolled back already, so it cannot be rolled back."
    }
    "#);
}
