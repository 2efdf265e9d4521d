//! `GET /api/v1/deployments/{id}/gate`

use super::stage;

#[tokio::test]
async fn answers_409_until_nothing_is_open() {
    let stage = stage().await;
    let id = stage.announce("1.0.0").await;
    let gate = format!("/api/v1/deployments/{id}/gate");
    insta::assert_snapshot!(stage.get(&gate).await, @r#"
    409 application/json
    {
      "verdict": "undecided",
      "open": [
        "smoke",
        "mail",
        "load"
      ],
      "waived": [],
      "reason": "0 of 3 boxes are closed; nothing has failed. Open: smoke, mail, load."
    }
    "#);
    insta::assert_snapshot!(stage.get(&format!("{gate}?wait_s=999")).await, @r#"
    422 application/problem+json
    {
      "type": "about:blank",
      "title": "Unprocessable Entity",
      "status": 422,
      "detail": "`wait_s` must be 0 to 60.",
      "errors": [
        {
          "pointer": "/wait_s",
          "message": "must be 0 to 60"
        }
      ]
    }
    "#);
}
