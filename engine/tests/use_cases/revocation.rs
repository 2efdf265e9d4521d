//! Proof taken back: what was signed off fails afterwards.

use chrono::Duration;
use domain::{ids::DeploymentId, measurement::Phase, verdict::Verdict, watch::WatchState};
use engine::{
    Error,
    heartbeats::{HeartbeatRequest, Ping, PingWord},
    rollback::RollbackRequest,
    runs::ResultStatus,
};
use rstest::rstest;
use serde_json::json;
use uuid::Uuid;

use crate::{
    common::{Portal, portal, report},
    harness::On,
};

async fn state(p: &Portal, id: DeploymentId) -> WatchState {
    p.engine.deployments().page(&p.viewer, id).await.unwrap().deployment.state
}

/// Whether its checks run.
async fn is_probed(p: &Portal, id: DeploymentId) -> bool {
    let mut link = p.store.read().await.unwrap();
    let all = store::checks::being_watched(&mut link, p.engine.now()).await.unwrap();
    all.iter().any(|(_, run)| run.0 == id.0)
}

/// Asserts that it was revoked, everywhere one looks, and that it can be signed off anew.
async fn is_revoked(p: &Portal, id: DeploymentId, because: &str) {
    let gate = p.gate(id).await;
    assert_eq!(gate.verdict, Verdict::Failed, "{}", gate.reason);
    assert!(gate.reason.starts_with("The sign-off was revoked on "), "{}", gate.reason);
    assert!(gate.reason.contains(because), "{}", gate.reason);
    let view = p.view(id).await;
    assert!(view.revoked.is_some_and(|revoked| revoked.because.contains(because)));
    assert!(
        view.sign_offs.iter().all(|one| one.voided_because.is_some()),
        "signatures count no more"
    );
    assert_eq!(state(p, id).await, WatchState::Watching);
    for person in [&p.ann, &p.ben] {
        let board = p.engine.board().page(person).await.unwrap();
        assert!(board.revoked.iter().any(|one| one.id == id), "{} is told", person.name);
    }
    let board = p.engine.board().page(&p.viewer).await.unwrap();
    assert!(board.revoked.is_empty(), "whoever can do nothing about it is not");
}

/// Whether what failed stands among the evidence of its box.
async fn is_kept(p: &Portal, id: DeploymentId, kind: &str, summary: &str) -> bool {
    let kept = p.item(id, "load").await.evidence;
    let failed = kept.iter().filter(|one| one.status == "failed" && one.source_kind == kind);
    failed.into_iter().any(|one| one.summary == summary)
}

#[rstest]
#[tokio::test]
async fn a_late_failure_revokes_the_sign_off_until_it_is_signed_again(
    #[values(On::Sqlite, On::Postgres)] on: On,
) {
    portal(on, async |p| {
        let id = p.signed_off("1.0.0").await;
        // That it goes on passing changes nothing, as before.
        let late = p.post(id, "load", ResultStatus::Passed).await.unwrap_err();
        assert!(matches!(late, Error::Conflict { .. }), "{late}");
        p.post(id, "load", ResultStatus::Failed).await.unwrap();
        is_revoked(p, id, "load failed").await;
        assert_eq!(p.item(id, "load").await.state, "failed");
        assert!(p.engine.runs().sign_off(&p.ann(), id, "").await.is_err());

        // Mended, the gate waits for a new signature.
        p.post(id, "load", ResultStatus::Passed).await.unwrap();
        let gate = p.gate(id).await;
        assert_eq!((gate.verdict, gate.may_be_signed), (Verdict::Failed, true));
        assert!(gate.reason.ends_with("it has to be signed off again."), "{}", gate.reason);
        p.engine.runs().sign_off(&p.ann(), id, "Rotated.").await.unwrap();
        assert_eq!(state(p, id).await, WatchState::SignedOff);
        assert_eq!(p.gate(id).await.verdict, Verdict::Passed);
        // Lists and metrics say what is written down.
        let mut link = p.store.read().await.unwrap();
        let kept = store::runs::by_id(&mut link, id.into()).await.unwrap().unwrap();
        assert_eq!(kept.verdict, Verdict::Passed, "{}", kept.reason);
        drop(link);
        assert!(p.view(id).await.revoked.is_none());
        assert!(p.actions().await.contains(&"deployment.revoke".to_owned()));
        p.verify().await;
    })
    .await;
}

/// What a rollback went back to is there again.
#[rstest]
#[tokio::test]
async fn a_late_failure_of_what_was_restored_is_heard(#[values(On::Sqlite, On::Postgres)] on: On) {
    portal(on, async |p| {
        let first = p.signed_off("1.0.0").await;
        let second = p.announce("1.1.0").await;
        let refused = p.post(first, "load", ResultStatus::Failed).await;
        assert!(matches!(refused, Err(Error::Conflict { .. })), "another runs there");
        let request = RollbackRequest { reason: "Errors.".into() };
        p.engine.rollback().trigger(&p.ci(), second, request, None).await.unwrap();
        p.post(first, "load", ResultStatus::Failed).await.unwrap();
        is_revoked(p, first, "load failed").await;
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn a_late_report_revokes_it(#[values(On::Sqlite, On::Postgres)] on: On) {
    portal(on, async |p| {
        let id = p.signed_off("1.0.0").await;
        let post = async |body: &str| {
            p.engine.runs().post_report(&p.ci(), id, "load", report(body), None).await.map(drop)
        };
        let suite = |inner: &str| {
            format!("<testsuite name=\"s\"><testcase name=\"t\">{inner}</testcase></testsuite>")
        };
        assert!(matches!(post(&suite("")).await, Err(Error::Conflict { .. })));
        post(&suite("<failure message=\"no\"/>")).await.unwrap();
        is_revoked(p, id, "load failed").await;
    })
    .await;
}

#[rstest]
#[case::of_a_box(Some("load"), false, "load failed")]
#[case::critical_beside(None, true, "home, which is critical, failed")]
#[tokio::test]
async fn a_check_that_fails_before_the_watch_has_run_its_time_revokes_it(
    #[values(On::Sqlite, On::Postgres)] on: On,
    #[case] item: Option<&str>,
    #[case] critical: bool,
    #[case] because: &str,
) {
    portal(on, async |p| {
        let home = p.put_check("home", json!({"item": item, "critical": critical})).await;
        let id = p.announce("1.0.0").await;
        p.sees(&home, Phase::Successful).await;
        p.close_all(id).await;
        p.engine.runs().sign_off(&p.ann(), id, "").await.unwrap();
        assert!(is_probed(p, id).await, "its checks go on");
        p.sees(&home, Phase::Successful).await;
        assert_eq!(p.gate(id).await.verdict, Verdict::Passed);
        p.sees(&home, Phase::Failed).await;
        is_revoked(p, id, because).await;
        assert_eq!(is_kept(p, id, "check", "The home was failed").await, item.is_some());
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn what_fails_later_or_of_another_release_or_beside_it_revokes_nothing(
    #[values(On::Sqlite, On::Postgres)] on: On,
) {
    portal(on, async |p| {
        // Neither critical nor of a box.
        let home = p.put_check("home", json!({"item": null, "critical": false})).await;
        let first = p.signed_off("1.0.0").await;
        p.sees(&home, Phase::Failed).await;
        assert_eq!(state(p, first).await, WatchState::SignedOff);
        p.sees(&home, Phase::Successful).await;

        // Of the release that took its place.
        let home = p.put_check("home", json!({"item": "load", "critical": true})).await;
        let second = p.announce("1.1.0").await;
        p.sees(&home, Phase::Failed).await;
        assert_eq!(state(p, first).await, WatchState::SignedOff);
        assert!(matches!(
            p.post(first, "load", ResultStatus::Failed).await,
            Err(Error::Conflict { .. })
        ));
        assert!(!is_probed(p, first).await && is_probed(p, second).await);

        // After its time.
        p.sees(&home, Phase::Successful).await;
        p.close_all(second).await;
        p.engine.runs().sign_off(&p.ann(), second, "").await.unwrap();
        p.clock.advance(Duration::days(3));
        assert!(!is_probed(p, second).await);
        p.sees(&home, Phase::Failed).await;
        assert_eq!(state(p, second).await, WatchState::SignedOff);
        // A script that says so is believed all the same.
        p.post(second, "load", ResultStatus::Failed).await.unwrap();
        is_revoked(p, second, "load failed").await;
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn a_heartbeat_that_fails_revokes_it(#[values(On::Sqlite, On::Postgres)] on: On) {
    portal(on, async |p| {
        let request: HeartbeatRequest = serde_json::from_value(serde_json::json!({
            "environment": "production", "period_s": 3600, "grace_s": 600, "item": "load",
        }))
        .unwrap();
        let put =
            p.engine.heartbeats().put(&p.operator(), "shop", "backup", request).await.unwrap();
        let url = put.value.ping_url.unwrap();
        let heartbeat: Uuid = url.rsplit('/').next().unwrap().parse().unwrap();
        let id = p.announce("1.0.0").await;
        let ping = async |word| {
            p.clock.advance(Duration::seconds(10));
            let ping = Ping { word, rid: None, source: "192.0.2.1".into(), body: Vec::new() };
            p.engine.heartbeats().ping(heartbeat, ping).await.unwrap();
        };
        ping(PingWord::Success).await;
        p.close_all(id).await;
        p.engine.runs().sign_off(&p.ann(), id, "").await.unwrap();
        ping(PingWord::Success).await;
        assert_eq!(state(p, id).await, WatchState::SignedOff);
        ping(PingWord::Fail).await;
        is_revoked(p, id, "load failed").await;
        assert!(is_kept(p, id, "heartbeat", "It said that it went wrong.").await);
    })
    .await;
}
