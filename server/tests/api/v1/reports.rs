//! `POST /api/v1/deployments/{id}/items/{key}/reports`

use super::stage;

const GOOD: &str = r#"<testsuites><testsuite name="shop"><testcase name="pays" classname="shop" time="0.1"/></testsuite></testsuites>"#;

#[tokio::test]
async fn answers_what_was_read_and_the_item() {
    let stage = stage().await;
    let id = stage.announce("1.0.0").await;
    let path = format!("/api/v1/deployments/{id}/items/load/reports");
    insta::assert_snapshot!(stage.raw(&path, "application/xml", GOOD).await, @r#"
    200 application/json
    {
      "name": "shop 1f5c086e",
      "report": {
        "format": "junit",
        "verdict": "passed",
        "tests": 1,
        "passed": 1,
        "failed": 0,
        "errored": 0,
        "skipped": 0,
        "flaky": 0,
        "duration_ms": null,
        "sentence": "1 passed.",
        "short": "1 passed",
        "failures": [],
        "warnings": []
      },
      "item": {
        "key": "load",
        "title": "Load holds",
        "section": "",
        "actor": "automated",
        "required": true,
        "state": "passed",
        "reason": "1 passed.",
        "due_at": null,
        "overdue": false,
        "reports": [
          {
            "name": "shop 1f5c086e",
            "status": "passed",
            "summary": "1 passed.",
            "source": "ci",
            "at": "[time]"
          }
        ],
        "evidence": []
      }
    }
    "#);
    insta::assert_snapshot!(stage.raw(&path, "application/xml", "<html/>").await, @r#"
    422 application/problem+json
    {
      "type": "about:blank",
      "title": "Unprocessable Entity",
      "status": 422,
      "detail": "The JUnit XML cannot be read: it begins with `<html>`; JUnit's begins with `<testsuites>` or `<testsuite>`.",
      "errors": [
        {
          "pointer": "",
          "message": "The JUnit XML cannot be read: it begins with `<html>`; JUnit's begins with `<testsuites>` or `<testsuite>`."
        }
      ]
    }
    "#);
}

#[tokio::test]
async fn an_exit_status_that_is_none_is_named() {
    let stage = stage().await;
    let id = stage.announce("1.0.0").await;
    let path = format!("/api/v1/deployments/{id}/items/load/reports?exit_status=");
    let answer = stage.raw(&path, "application/xml", GOOD).await;
    assert!(answer.starts_with("422"), "{answer}");
    assert!(answer.contains("/exit_status") && answer.contains("leave it out"), "{answer}");
}
