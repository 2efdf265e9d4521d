//! `POST /api/v1/duties/runs/{id}/items/{key}/reports`

use super::stage;

const BAD: &str = r#"<testsuites><testsuite name="copy"><testcase name="opens" classname="copy"><failure message="no such file"/></testcase></testsuite></testsuites>"#;

#[tokio::test]
async fn answers_what_was_read_and_the_item() {
    let stage = stage().await;
    let run = stage.duty_run().await;
    let path = format!("/api/v1/duties/runs/{run}/items/restored/reports");
    insta::assert_snapshot!(stage.raw(&path, "application/xml", BAD).await, @r#"
    200 application/json
    {
      "name": "copy e2a6865c",
      "report": {
        "format": "junit",
        "verdict": "failed",
        "tests": 1,
        "passed": 0,
        "failed": 1,
        "errored": 0,
        "skipped": 0,
        "flaky": 0,
        "duration_ms": null,
        "sentence": "1 failed; first: opens.",
        "short": "1 failed",
        "failures": [
          {
            "suite": "copy",
            "name": "opens",
            "message": "no such file"
          }
        ],
        "warnings": []
      },
      "item": {
        "key": "restored",
        "title": "A copy was restored",
        "section": "",
        "actor": "automated",
        "required": true,
        "state": "failed",
        "reason": "copy e2a6865c: 1 failed; first: opens.",
        "due_at": "[time]",
        "overdue": false,
        "reports": [
          {
            "name": "copy e2a6865c",
            "status": "failed",
            "summary": "1 failed; first: opens.",
            "source": "ci",
            "at": "[time]"
          }
        ],
        "evidence": []
      }
    }
    "#);
}

#[tokio::test]
async fn may_be_as_large_as_those_of_a_deployment() {
    let stage = stage().await;
    let run = stage.duty_run().await;
    let path = format!("/api/v1/duties/runs/{run}/items/restored/reports");
    let log = "a line of a log\n".repeat(200_000);
    let report = format!(
        "<testsuites><testsuite name=\"copy\"><testcase name=\"opens\" classname=\"copy\"/>\
         <system-out>{log}</system-out></testsuite></testsuites>"
    );
    let answer = stage.raw(&path, "application/xml", &report).await;
    assert!(answer.starts_with("200 application/json"), "{answer}");
}
