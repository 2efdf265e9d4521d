//! Test reports on boxes.

use domain::ids::DeploymentId;
use engine::{
    Error,
    runs::{ReportRequest, ResultStatus},
};
use rstest::rstest;

use crate::{
    common::{Portal, field, portal, report},
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
                p.engine.runs().post_report(&p.ci(), id, "smoke", report(GOOD), None).await;
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
    #[case] body: &str,
    #[case] expected: &str,
) {
    portal(on, async |p| {
        let id = p.announce("1").await;
        let answer =
            p.engine.runs().post_report(&p.ci(), id, "load", report(body), None).await.unwrap();
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
        p.engine.runs().post_report(&p.ci(), id, "load", report(EMPTY), None).await.unwrap();
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
                    p.engine.runs().post_report(&p.ci(), id, "load", report(body), None).await;
                assert_eq!(field(posted.unwrap_err()), "", "{body}");
            }
        })
        .await;
        assert_eq!(p.item(id, "load").await.state, "open");
    })
    .await;
}

/// Sends a report; answers the name it stands under and the box's state.
async fn send(p: &Portal, id: DeploymentId, request: ReportRequest) -> (String, String) {
    let sent = p.engine.runs().post_report(&p.ci(), id, "load", request, None).await;
    let answer = sent.unwrap().now().unwrap();
    (answer.name, answer.item.state)
}

fn named(name: &str, body: &str) -> ReportRequest {
    ReportRequest { name: Some(name.into()), ..report(body) }
}

#[rstest]
#[tokio::test]
async fn several_stand_beside_each_other(#[values(On::Sqlite, On::Postgres)] on: On) {
    portal(on, async |p| {
        let id = p.announce("1").await;
        let other = GOOD.replace("\"a\"", "\"c\"");
        let (red, state) = send(p, id, report(BAD)).await;
        assert_eq!(state, "failed");
        // The usual case: a file a class, a shard or a tool.
        assert_eq!(send(p, id, report(&other)).await.1, "failed", "the red one stands");
        let item = p.item(id, "load").await;
        let stand: Vec<_> = item.reports.iter().map(|one| one.status.as_str()).collect();
        assert_eq!(stand, ["failed", "passed"]);
        assert!(item.reason.contains(&red), "{}", item.reason);
        // The same tests again take its place.
        assert_eq!(send(p, id, report(GOOD)).await, (red, "passed".into()));
        assert_eq!(p.item(id, "load").await.reports.len(), 2);
        // More tests than before do too; fewer do not.
        let more = BAD.replace("</testsuite>", "<testcase name=\"d\"/></testsuite>");
        assert_eq!(send(p, id, report(&more)).await.1, "failed");
        assert_eq!(p.item(id, "load").await.reports.len(), 2);
        assert_eq!(send(p, id, report(GOOD)).await.1, "failed");
        assert_eq!(p.item(id, "load").await.reports.len(), 3);
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn a_name_tells_which_one_it_replaces(#[values(On::Sqlite, On::Postgres)] on: On) {
    portal(on, async |p| {
        let id = p.announce("1").await;
        send(p, id, named("chromium", BAD)).await;
        assert_eq!(send(p, id, named("firefox", GOOD)).await.1, "failed");
        assert_eq!(send(p, id, named("chromium", GOOD)).await.1, "passed");
        // One that came without a name has one all the same.
        let (name, state) = send(p, id, report(BAD)).await;
        assert_eq!(state, "failed");
        assert_eq!(send(p, id, named(&name, GOOD)).await.1, "passed");
        // Under another name the same tests stand beside it.
        let (unnamed, _) = send(p, id, report(&BAD.replace("shop", "till"))).await;
        let same = named("opera", &GOOD.replace("shop", "till"));
        assert_eq!(send(p, id, same).await.1, "failed", "{unnamed} stands");
        assert_eq!(send(p, id, named(&unnamed, GOOD)).await.1, "passed");
        let empty = named("empty", EMPTY);
        assert_eq!(send(p, id, empty).await.1, "undecided", "no data never passes");
        let wrong =
            p.engine.runs().post_report(&p.ci(), id, "load", named("a\nb", GOOD), None).await;
        assert_eq!(field(wrong.unwrap_err()), "/name");
        // Under such names results of other scripts stand, which they alone take back.
        let taken = named("result of ci", GOOD);
        let taken = p.engine.runs().post_report(&p.ci(), id, "load", taken, None).await;
        assert_eq!(field(taken.unwrap_err()), "/name");
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn an_empty_one_is_replaced_by_no_other(#[values(On::Sqlite, On::Postgres)] on: On) {
    portal(on, async |p| {
        let id = p.announce("1").await;
        let (name, _) = send(p, id, report(EMPTY)).await;
        assert_eq!(send(p, id, report(GOOD)).await.1, "undecided");
        assert_eq!(send(p, id, named(&name, GOOD)).await.1, "passed");
    })
    .await;
}

#[rstest]
#[case(GOOD, 0, "passed")]
#[case(GOOD, 1, "failed")]
#[case(GOOD, 137, "undecided")]
#[case(BAD, 0, "failed")]
#[case(BAD, 137, "failed")]
#[case(EMPTY, 0, "undecided")]
#[case(EMPTY, 5, "failed")]
#[tokio::test]
async fn an_exit_status_only_makes_it_worse(
    #[case] body: &str,
    #[case] exit_status: u32,
    #[case] expected: &str,
) {
    portal(On::Sqlite, async |p| {
        let id = p.announce("1").await;
        let request = ReportRequest { exit_status: Some(exit_status), ..report(body) };
        assert_eq!(send(p, id, request).await.1, expected);
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn a_box_holds_so_many_and_no_more(#[values(On::Sqlite, On::Postgres)] on: On) {
    portal(on, async |p| {
        let id = p.announce("1").await;
        for n in 0..100 {
            send(p, id, named(&format!("shard {n}"), GOOD)).await;
        }
        let refused =
            p.engine.runs().post_report(&p.ci(), id, "load", named("x", GOOD), None).await;
        assert!(matches!(refused, Err(Error::Conflict { .. })));
        // Whoever has filled the box has not deafened it.
        assert_eq!(send(p, id, named("late", BAD)).await.1, "failed");
        let refused = p.engine.runs().post_report(&p.ci(), id, "load", named("x", BAD), None).await;
        assert!(matches!(refused, Err(Error::Conflict { .. })), "it fails already");
        assert_eq!(send(p, id, named("late", GOOD)).await.1, "passed");
        assert_eq!(send(p, id, named("shard 7", BAD)).await.1, "failed", "replacing is no more");
    })
    .await;
}
