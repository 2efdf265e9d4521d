//! `POST /api/v1/duties/runs/{id}/items/{key}/results`

use serde_json::json;

use super::stage;

#[tokio::test]
async fn answers_the_item_as_it_is_now() {
    let stage = stage().await;
    let run = stage.duty_run().await;
    let path = format!("/api/v1/duties/runs/{run}/items/restored/results");
    let passed = json!({"status": "passed", "summary": "12,004 rows restored"});
    insta::assert_snapshot!(stage.send("POST", &path, &passed).await, @r#"
    200 application/json
    {
      "key": "restored",
      "title": "A copy was restored",
      "section": "",
      "actor": "automated",
      "required": true,
      "state": "passed",
      "reason": "12,004 rows restored",
      "due_at": "[time]",
      "overdue": false,
      "reports": [],
      "evidence": []
    }
    "#);
}
