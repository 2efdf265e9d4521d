//! What the gate must not be talked round by: what says nothing, what was said elsewhere or before, and
//! what one may choose.

use chrono::Duration;
use domain::{actor::Actor, deployment::DeploymentKind, measurement::Phase, verdict::Verdict};
use engine::{
    Error,
    clock::Clock as _,
    deployments::AnnounceRequest,
    rollback::RollbackRequest,
    runs::{ManualAction, ResultStatus, SignedOff},
};
use rstest::rstest;
use serde_json::json;

use crate::{
    common::{RUNBOOK, announcement, begin, field, portal, report, result},
    harness::On,
};

const RED: &str = r#"<testsuite name="s"><testcase name="a"><failure/></testcase></testsuite>"#;

#[rstest]
#[tokio::test]
async fn what_is_critical_has_to_have_spoken(#[values(On::Sqlite, On::Postgres)] on: On) {
    portal(on, async |p| {
        let worker = p.put_check("worker", json!({"critical": true})).await;
        let id = p.announce("1.0.0").await;
        p.close_all(id).await;
        let gate = p.gate(id).await;
        assert_eq!((gate.verdict, gate.may_be_signed), (Verdict::Undecided, false));
        assert!(gate.reason.contains("worker, which is critical, says nothing"), "{}", gate.reason);
        p.sees(&worker, Phase::Failed).await;
        assert_eq!(p.gate(id).await.verdict, Verdict::Failed);
        // Changing it wipes nothing away.
        p.clock.advance(Duration::seconds(1));
        let worker = p.put_check("worker", json!({"critical": true, "timeout_s": 4})).await;
        assert_eq!(p.gate(id).await.verdict, Verdict::Undecided);
        p.sees(&worker, Phase::Inconclusive).await;
        assert_eq!(p.gate(id).await.verdict, Verdict::Undecided);
        p.sees(&worker, Phase::Successful).await;
        assert_eq!(p.gate(id).await.verdict, Verdict::Passed);
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn a_waiver_of_an_optional_box_hides_nothing_critical(
    #[values(On::Sqlite, On::Postgres)] on: On,
) {
    portal(on, async |p| {
        let worker = p.put_check("worker", json!({"item": "cleanup", "critical": true})).await;
        let id = p.announce("1.0.0").await;
        p.close_all(id).await;
        p.sees(&worker, Phase::Failed).await;
        assert_eq!(p.gate(id).await.verdict, Verdict::Failed);
        let soon = begin() + Duration::days(1);
        p.engine.runs().waive(&p.ann(), id, "cleanup", "It is optional.", soon).await.unwrap();
        assert_eq!(p.gate(id).await.verdict, Verdict::Failed);
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn a_red_report_on_a_person_s_box_is_said_and_signed_in_spite_of(
    #[values(On::Sqlite, On::Postgres)] on: On,
) {
    portal(on, async |p| {
        let id = p.announce("1.0.0").await;
        p.close_all(id).await;
        let runs = p.engine.runs();
        runs.post_report(&p.ci(), id, "smoke", report(RED), None).await.unwrap();
        let gate = p.gate(id).await;
        assert!(gate.reason.contains("failed: 1 failed"), "{}", gate.reason);
        assert_eq!(gate.failing_beside.len(), 1);
        let refused = runs.sign_off(&p.ann(), id, "").await.unwrap_err().to_string();
        assert!(refused.contains("in spite of this (failing:"), "{refused}");
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn a_waived_box_that_fails_is_said(#[values(On::Sqlite, On::Postgres)] on: On) {
    portal(on, async |p| {
        let id = p.announce("1.0.0").await;
        p.tick(id, "smoke").await.unwrap();
        p.tick(id, "mail").await.unwrap();
        p.post(id, "mail", ResultStatus::Passed).await.unwrap();
        let soon = begin() + Duration::days(1);
        p.engine.runs().waive(&p.ann(), id, "load", "No runner today.", soon).await.unwrap();
        p.post(id, "load", ResultStatus::Failed).await.unwrap();
        let gate = p.gate(id).await;
        assert_eq!(gate.verdict, Verdict::Passed);
        assert!(gate.reason.contains("Beside them, load failed:"), "{}", gate.reason);
        let refused = p.engine.runs().sign_off(&p.ben(), id, "").await.unwrap_err().to_string();
        assert!(refused.contains("(waived: load; failing: load)"), "{refused}");
    })
    .await;
}

/// A failure in between voids what was signed before it, also where it closes no box.
#[rstest]
#[tokio::test]
async fn a_signature_from_before_a_failure_is_void(#[values(On::Sqlite, On::Postgres)] on: On) {
    portal(on, async |p| {
        let two = RUNBOOK.replace("count: 1", "count: 2");
        p.engine.runbooks().publish(&p.admin(), "small.yaml", &two).await.unwrap();
        let worker = p.put_check("worker", json!({"critical": true})).await;
        let id = p.announce("1.0.0").await;
        p.close_all(id).await;
        p.sees(&worker, Phase::Successful).await;
        p.engine.runs().sign_off(&p.ann(), id, "").await.unwrap();
        p.sees(&worker, Phase::Failed).await;
        p.sees(&worker, Phase::Successful).await;
        let given = p.view(id).await.sign_offs;
        assert!(given[0].voided_because.as_ref().unwrap().contains("did not pass any more"));
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn what_was_measured_before_it_was_announced_is_not_claimed(
    #[values(On::Sqlite, On::Postgres)] on: On,
) {
    portal(on, async |p| {
        p.announce("1.0.0").await;
        p.clock.advance(Duration::hours(50));
        let at = |hours| AnnounceRequest {
            deployed_at: Some(p.clock.now() - Duration::hours(hours)),
            ..announcement("1.1.0")
        };
        let deployments = p.engine.deployments();
        let refused = deployments.announce_by_hand(&p.ci(), at(49)).await.unwrap_err();
        assert_eq!(field(refused), "/deployed_at");
        deployments.announce_by_hand(&p.ci(), at(1)).await.unwrap();
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn what_ran_before_it_was_rolled_back_is_not_claimed(
    #[values(On::Sqlite, On::Postgres)] on: On,
) {
    portal(on, async |p| {
        let id = p.announce("1.0.0").await;
        let deployed = p.clock.now();
        p.clock.advance(Duration::hours(50));
        let request = RollbackRequest { reason: "Errors.".into() };
        p.engine.rollback().trigger(&p.ci(), id, request, None).await.unwrap();
        let at = |deployed_at| AnnounceRequest {
            deployed_at: Some(deployed_at),
            ..announcement("1.1.0")
        };
        let deployments = p.engine.deployments();
        for claimed in [deployed - Duration::seconds(1), deployed + Duration::hours(1)] {
            let refused = deployments.announce_by_hand(&p.ci(), at(claimed)).await.unwrap_err();
            assert_eq!(field(refused), "/deployed_at");
        }
        let lately = p.clock.now() - Duration::minutes(5);
        deployments.announce_by_hand(&p.ci(), at(lately)).await.unwrap();
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn nobody_chooses_another_environment_s_runbook(#[values(On::Sqlite, On::Postgres)] on: On) {
    portal(on, async |p| {
        let easy = RUNBOOK.replace("slug: small", "slug: easy").replace(
            "kinds: [first, subsequent, hotfix, vendor_sync, rollback]",
            "kinds: [first]\n  environments: [staging]",
        );
        assert!(easy.contains("environments: [staging]"));
        p.engine.runbooks().publish(&p.admin(), "easy.yaml", &easy).await.unwrap();
        let chosen = |environment: &str| AnnounceRequest {
            environment: environment.into(),
            runbook: Some("easy".into()),
            ..announcement("1.0.0")
        };
        let deployments = p.engine.deployments();
        let refused =
            deployments.announce_by_hand(&p.ci(), chosen("production")).await.unwrap_err();
        assert_eq!(field(refused), "/runbook");
        deployments.announce_by_hand(&p.ci(), chosen("staging")).await.unwrap();
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn a_result_from_before_the_deployment_is_refused(
    #[values(On::Sqlite, On::Postgres)] on: On,
) {
    portal(on, async |p| {
        let id = p.announce("1.0.0").await;
        let mut stale = result(ResultStatus::Passed);
        stale.finished_at = Some(begin() - Duration::days(28));
        let refused = p.engine.runs().post_result(&p.ci(), id, "load", stale, None).await;
        assert_eq!(field(refused.unwrap_err()), "/finished_at");
    })
    .await;
}

/// Two jobs of one pipeline run side by side, and the slow one posts last.
#[rstest]
#[tokio::test]
async fn a_result_of_work_that_ended_before_does_not_take_the_place_of_a_newer_one(
    #[values(On::Sqlite, On::Postgres)] on: On,
) {
    portal(on, async |p| {
        let id = p.announce("1.0.0").await;
        p.clock.advance(Duration::minutes(10));
        let post = async |status, minute| {
            let mut new = result(status);
            new.finished_at = Some(begin() + Duration::minutes(minute));
            p.engine.runs().post_result(&p.ci(), id, "load", new, None).await.unwrap();
            p.state(id, "load").await.0
        };
        assert_eq!(post(ResultStatus::Failed, 5).await, "failed");
        assert_eq!(post(ResultStatus::Passed, 3).await, "failed");
        assert_eq!(post(ResultStatus::Passed, 6).await, "passed");
        assert_eq!(post(ResultStatus::Failed, 4).await, "passed");
        let page = p.engine.deployments().page(&p.viewer, id).await.unwrap();
        let load = page.run.items.iter().find(|now| now.item.key == "load").unwrap();
        assert_eq!(load.evidence.len(), 4, "each is kept");
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn a_box_for_an_approver_is_an_approver_s(#[values(On::Sqlite, On::Postgres)] on: On) {
    portal(on, async |p| {
        let strict = RUNBOOK.replace("key: smoke\n", "key: smoke\n    role: approver\n");
        assert_ne!(strict, RUNBOOK);
        p.engine.runbooks().publish(&p.admin(), "small.yaml", &strict).await.unwrap();
        let id = p.announce("1.0.0").await;
        let refused = p.tick(id, "smoke").await.unwrap_err();
        assert!(refused.to_string().contains("takes the role approver"), "{refused}");
        let page = p.engine.deployments().page(&p.operator, id).await.unwrap();
        let smoke = page.run.items.iter().find(|now| now.item.key == "smoke").unwrap();
        assert!(!smoke.allowed.tick && !smoke.allowed.mark_failed);
        let runs = p.engine.runs();
        runs.set_manual_status(&p.ann(), id, "smoke", ManualAction::Tick, "").await.unwrap();
        assert!(matches!(refused, Error::Forbidden(_)), "{refused:?}");
    })
    .await;
}

/// A report of the same name that shows less takes no failure away.
#[rstest]
#[tokio::test]
async fn a_run_that_ended_early_or_skipped_it_takes_no_failure_away(
    #[values(On::Sqlite, On::Postgres)] on: On,
    #[values(
        r#"<testsuite name="s" tests="0"/>"#,
        r#"<testsuite name="s"><testcase name="a"><skipped/></testcase><testcase name="b"/></testsuite>"#
    )]
    less: &str,
) {
    portal(on, async |p| {
        let id = p.announce("1.0.0").await;
        let red = r#"<testsuite name="s"><testcase name="a"><failure/></testcase><testcase name="b"/></testsuite>"#;
        let good = r#"<testsuite name="s"><testcase name="a"/><testcase name="b"/></testsuite>"#;
        let post = async |text: &str| {
            p.engine.runs().post_report(&p.ci(), id, "load", report(text), None).await.unwrap();
            p.state(id, "load").await.0
        };
        assert_eq!(post(red).await, "failed");
        assert_eq!(post(less).await, "failed");
        // What ran nothing is known by no test, so nothing takes its place but its own name.
        let ran_nothing = !less.contains("<testcase");
        assert_eq!(post(good).await, if ran_nothing { "undecided" } else { "passed" });
    })
    .await;
}

/// Each script takes back its own word alone.
#[rstest]
#[tokio::test]
async fn one_script_s_result_takes_no_other_s_failure_away(
    #[values(On::Sqlite, On::Postgres)] on: On,
) {
    portal(on, async |p| {
        let id = p.announce("1.0.0").await;
        let named = |name: &str| match p.ci() {
            Actor::Token { id, scopes, services, .. } => {
                Actor::Token { id, name: name.into(), scopes, services }
            }
            other => other,
        };
        let post = async |by: &str, status| {
            let runs = p.engine.runs();
            runs.post_result(&named(by), id, "load", result(status), None).await.unwrap();
            p.state(id, "load").await.0
        };
        assert_eq!(post("e2e", ResultStatus::Failed).await, "failed");
        assert_eq!(post("unit", ResultStatus::Passed).await, "failed");
        assert_eq!(post("unit", ResultStatus::Passed).await, "failed");
        assert_eq!(post("e2e", ResultStatus::Passed).await, "passed");
        assert_eq!(p.item(id, "load").await.reports.len(), 0);
    })
    .await;
}

/// A sender's clock that is ahead locks nobody out, and of two at one moment the later one is later.
#[rstest]
#[tokio::test]
async fn each_announcement_is_later_than_the_one_before(
    #[values(On::Sqlite, On::Postgres)] on: On,
) {
    portal(on, async |p| {
        let deployments = p.engine.deployments();
        let at = |version: &str, minutes| AnnounceRequest {
            deployed_at: Some(p.clock.now() + Duration::minutes(minutes)),
            ..announcement(version)
        };
        let first = deployments.announce_by_hand(&p.ci(), at("1.0.0", 4)).await.unwrap();
        assert_eq!(p.view(first).await.deployed_at, p.clock.now());
        let second = p.announce("1.0.1").await;
        assert!(p.view(second).await.deployed_at > p.view(first).await.deployed_at);
        // Our own clock was ahead, and was put back.
        p.clock.advance(-Duration::minutes(30));
        let third = p.announce("1.0.2").await;
        assert!(p.view(third).await.deployed_at > p.view(second).await.deployed_at);
    })
    .await;
}

/// What is announced long after it was deployed is watched for as long as anything else.
#[rstest]
#[tokio::test]
async fn nobody_announces_a_watch_that_is_over(#[values(On::Sqlite, On::Postgres)] on: On) {
    portal(on, async |p| {
        let request = AnnounceRequest {
            deployed_at: Some(p.clock.now() - Duration::days(29)),
            ..announcement("1.0.0")
        };
        let id = p.engine.deployments().announce_by_hand(&p.ci(), request).await.unwrap();
        assert_eq!(p.view(id).await.watch_ends_at, p.clock.now() + Duration::hours(47));
    })
    .await;
}

/// What is put back is an earlier version that was not taken off itself.
#[rstest]
#[tokio::test]
async fn what_was_taken_off_is_no_rollback(#[values(On::Sqlite, On::Postgres)] on: On) {
    portal(on, async |p| {
        p.signed_off("1.0.0").await;
        let bad = p.announce("1.1.0").await;
        let request = RollbackRequest { reason: "Errors.".into() };
        p.engine.rollback().trigger(&p.operator(), bad, request, None).await.unwrap();
        p.clock.advance(Duration::minutes(1));
        let back = |version: &str| AnnounceRequest {
            kind: Some(DeploymentKind::Rollback),
            ..announcement(version)
        };
        let deployments = p.engine.deployments();
        for version in ["1.1.0", "0.9.0"] {
            let refused = deployments.announce_by_hand(&p.ci(), back(version)).await.unwrap_err();
            assert_eq!(field(refused), "/kind");
        }
        deployments.announce_by_hand(&p.ci(), back("1.0.0")).await.unwrap();
        p.clock.advance(Duration::minutes(1));
        let again = deployments.announce_by_hand(&p.ci(), back("1.0.0")).await;
        assert!(again.is_err(), "it runs already");
    })
    .await;
}

/// A signature counts for what it was given on: not for what was waived or failed after it.
#[rstest]
#[tokio::test]
async fn the_first_of_two_signatures_is_not_given_on_what_came_after_it(
    #[values(On::Sqlite, On::Postgres)] on: On,
) {
    portal(on, async |p| {
        let two = RUNBOOK.replace("    count: 1\n", "    count: 2\n");
        p.engine.runbooks().publish(&p.admin(), "small.yaml", &two).await.unwrap();
        let id = p.announce("1.0.0").await;
        p.close_all(id).await;
        let runs = p.engine.runs();
        runs.sign_off(&p.ben(), id, "").await.unwrap();
        let mut e2e = report(RED);
        e2e.name = Some("e2e".into());
        runs.post_report(&p.ci(), id, "smoke", e2e, None).await.unwrap();
        let given = p.view(id).await.sign_offs;
        let why = given[0].voided_because.as_deref().unwrap_or_default();
        assert!(why.contains("failing: e2e"), "{why}");
        let spite = p.in_spite(id).await;
        assert_eq!(runs.sign_off(&p.ann(), id, spite).await.unwrap(), SignedOff::Waiting);
        let spite = p.in_spite(id).await;
        assert_eq!(runs.sign_off(&p.ben(), id, spite).await.unwrap(), SignedOff::WatchClosed);
    })
    .await;
}

/// What fails after the sign-off takes it back, whatever box it is said of.
#[rstest]
#[tokio::test]
async fn a_late_failure_of_any_box_revokes(#[values(On::Sqlite, On::Postgres)] on: On) {
    portal(on, async |p| {
        let optional = RUNBOOK.replace(
            "    actor: human\n    required: false\n",
            "    actor: automated\n    required: false\n",
        );
        assert_ne!(optional, RUNBOOK);
        p.engine.runbooks().publish(&p.admin(), "small.yaml", &optional).await.unwrap();
        let id = p.announce("1.0.0").await;
        p.close_all(id).await;
        let runs = p.engine.runs();
        let sign = async || {
            let spite = p.in_spite(id).await;
            runs.sign_off(&p.ann(), id, spite).await.unwrap();
            assert_eq!(p.view(id).await.state, "signed_off");
        };
        let green = || report(r#"<testsuite name="s"><testcase name="a"/></testsuite>"#);
        let revoked = async |named: &str| {
            let view = p.view(id).await;
            assert_eq!(view.state, "watching");
            assert!(view.reason.contains(named), "{}", view.reason);
        };
        sign().await;
        assert!(
            runs.post_report(&p.ci(), id, "smoke", green(), None).await.is_err(),
            "it is closed"
        );
        runs.post_report(&p.ci(), id, "smoke", report(RED), None).await.unwrap();
        revoked("failed on smoke").await;
        sign().await;
        // What it was signed in spite of is no news.
        runs.post_report(&p.ci(), id, "smoke", report(RED), None).await.unwrap();
        assert_eq!(p.view(id).await.state, "signed_off");
        p.post(id, "cleanup", ResultStatus::Failed).await.unwrap();
        revoked("cleanup failed").await;
        sign().await;
        p.post(id, "cleanup", ResultStatus::Failed).await.unwrap();
        assert_eq!(p.view(id).await.state, "signed_off");
    })
    .await;
}
