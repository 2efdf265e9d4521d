//! Test reports on boxes.

use engine::runs::ResultStatus;
use rstest::rstest;

use crate::{
    common::{field, portal},
    harness::On,
};

const GOOD: &str = r#"<testsuites><testsuite name="shop" tests="2">
<testcase name="a" time="0.1"/><testcase name="b" time="0.1"/></testsuite></testsuites>"#;
const BAD: &str = r#"<testsuites><testsuite name="shop" tests="2" failures="1">
<testcase name="a"/><testcase name="b"><failure message="no button"/></testcase>
</testsuite></testsuites>"#;
const EMPTY: &str = r#"<testsuites><testsuite name="shop" tests="0"/></testsuites>"#;

#[rstest]
#[tokio::test]
async fn on_a_persons_box_is_evidence_and_no_more(#[values(On::Sqlite, On::Postgres)] on: On) {
    portal(on, async |p| {
        let id = p.announce("1").await;
        p.leaves(&["item.report"], async || {
            let posted =
                p.engine.runs().post_report(&p.ci(), id, "smoke", GOOD.into(), None, None).await;
            posted.unwrap().now().unwrap();
        })
        .await;
        let smoke = p.item(id, "smoke").await;
        assert_eq!(smoke.state, "open");
        assert_eq!(smoke.evidence.len(), 1);
        assert_eq!(
            (smoke.evidence[0].source_kind.as_str(), smoke.evidence[0].status.as_str()),
            ("report", "passed")
        );
        p.tick(id, "smoke").await.unwrap();
        assert_eq!(p.item(id, "smoke").await.state, "passed");
    })
    .await;
}

#[rstest]
#[case(GOOD, "passed")]
#[case(BAD, "failed")]
#[case(EMPTY, "undecided")]
#[tokio::test]
async fn speaks_for_a_machines_box(
    #[values(On::Sqlite, On::Postgres)] on: On,
    #[case] report: &str,
    #[case] expected: &str,
) {
    portal(on, async |p| {
        let id = p.announce("1").await;
        let answer = p
            .engine
            .runs()
            .post_report(&p.ci(), id, "load", report.into(), None, None)
            .await
            .unwrap();
        assert_eq!(answer.now().unwrap().item.state, expected);
        assert_eq!(p.item(id, "load").await.state, expected);
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn an_empty_one_takes_a_good_word_back(#[values(On::Sqlite, On::Postgres)] on: On) {
    portal(on, async |p| {
        let id = p.announce("1").await;
        p.post(id, "load", ResultStatus::Passed).await.unwrap();
        p.engine.runs().post_report(&p.ci(), id, "load", EMPTY.into(), None, None).await.unwrap();
        assert_eq!(p.item(id, "load").await.state, "undecided");
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn what_is_no_report_is_refused(#[values(On::Sqlite, On::Postgres)] on: On) {
    portal(on, async |p| {
        let id = p.announce("1").await;
        p.leaves(&[], async || {
            for body in ["", "hello", "{}", "<html></html>", "\u{0}\u{1}"] {
                let posted =
                    p.engine.runs().post_report(&p.ci(), id, "load", body.into(), None, None).await;
                assert_eq!(field(posted.unwrap_err()), "", "{body}");
            }
        })
        .await;
        assert_eq!(p.item(id, "load").await.state, "open");
    })
    .await;
}
