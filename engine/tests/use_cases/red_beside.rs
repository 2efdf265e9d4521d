//! Red evidence that closes no box: on a person's box, on a box this run lacks, on none.

use std::sync::Arc;

use domain::{
    check::{Check, ProbeSpec},
    ids::DeploymentId,
    measurement::{Measurement, Phase},
    verdict::Verdict,
};
use engine::{checks::CheckRequest, measurements::Observation};
use rstest::rstest;

use crate::{
    common::{Portal, RUNBOOK, portal},
    harness::On,
};

/// Puts a check of `item` and answers it as it is.
async fn check(p: &Portal, key: &str, item: Option<&str>, critical: bool) -> Arc<Check> {
    let request: CheckRequest = serde_json::from_value(serde_json::json!({
        "environment": "production", "kind": "http", "url": "http://127.0.0.1:9/",
        "interval_s": 60,
        "item": item, "critical": critical,
    }))
    .unwrap();
    p.engine.checks().put(&p.operator(), "shop", key, request).await.unwrap();
    let room = p.engine.services().checks(&p.viewer, "shop").await.unwrap();
    let found = room.checks.into_iter().find(|now| now.check.key == key).unwrap().check;
    assert!(matches!(found.spec, ProbeSpec::Http { .. }));
    Arc::new(found)
}

async fn sees(p: &Portal, check: &Arc<Check>, phase: Phase) {
    p.clock.advance(chrono::Duration::seconds(30));
    let measurement = Measurement {
        started_at: p.engine.now(),
        duration_ms: 3.0,
        phase,
        value: Some(3.0),
        sentence: format!("The worker was {}", phase.as_str()),
        short: "3 ms".into(),
        findings: Vec::new(),
        exchanges: Vec::new(),
        pictures: Vec::new(),
    };
    let seen = Observation { check: check.clone(), measurement, asked: false, slot: None };
    p.engine.measurements().record(Arc::new([seen])).await.unwrap();
}

/// What everyone is told: the gate, the API, and what is written down for lists.
async fn said(p: &Portal, id: DeploymentId) -> (Verdict, String) {
    let gate = p.gate(id).await;
    let view = p.view(id).await;
    assert_eq!((view.verdict.as_str(), &view.reason), (gate.verdict.as_str(), &gate.reason));
    let page = p.engine.deployments().page(&p.viewer, id).await.unwrap();
    assert_eq!((page.deployment.verdict, &page.deployment.reason), (gate.verdict, &gate.reason));
    assert_eq!(page.run.gate, gate);
    (gate.verdict, gate.reason)
}

#[rstest]
#[tokio::test]
async fn a_failing_check_stands_in_the_sentence_wherever_it_is_bound(
    #[values(On::Sqlite, On::Postgres)] on: On,
    #[values(None, Some("smoke"), Some("elsewhere"))] item: Option<&str>,
) {
    portal(on, async |p| {
        // A box of another runbook.
        let other = RUNBOOK
            .replace("slug: small", "slug: other")
            .replace("key: cleanup", "key: elsewhere")
            .replace("[first, subsequent, hotfix, vendor_sync, rollback]", "[hotfix]");
        p.engine.runbooks().publish(&p.admin(), "other.yaml", &other).await.unwrap();
        let id = p.announce("1.0.0").await;
        let worker = check(p, "worker", item, false).await;
        sees(p, &worker, Phase::Failed).await;
        let (verdict, reason) = said(p, id).await;
        assert_eq!(verdict, Verdict::Undecided);
        assert!(reason.contains("worker failed: The worker was failed."), "{reason}");
        assert!(!reason.contains("nothing has failed"), "{reason}");
        sees(p, &worker, Phase::Successful).await;
        assert!(said(p, id).await.1.contains("nothing has failed"));

        // Closed boxes pass with it, and say so.
        p.close_all(id).await;
        sees(p, &worker, Phase::Failed).await;
        let (verdict, reason) = said(p, id).await;
        assert_eq!(verdict, Verdict::Passed);
        assert!(reason.ends_with("Beside them, worker failed: The worker was failed."), "{reason}");
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn a_failing_critical_check_fails_the_release(#[values(On::Sqlite, On::Postgres)] on: On) {
    portal(on, async |p| {
        let id = p.announce("1.0.0").await;
        let worker = check(p, "worker", None, true).await;
        p.close_all(id).await;
        assert_eq!(said(p, id).await.0, Verdict::Passed);
        sees(p, &worker, Phase::Failed).await;
        let (verdict, reason) = said(p, id).await;
        assert_eq!(verdict, Verdict::Failed);
        assert!(reason.starts_with("worker, which is critical, failed"), "{reason}");
        let refused = p.engine.runs().sign_off(&p.ann(), id, "").await.unwrap_err().to_string();
        assert!(refused.contains("worker, which is critical, failed"), "{refused}");
        // Retired, it speaks no more.
        p.engine.checks().retire(&p.operator(), "shop", "worker").await.unwrap();
        assert_eq!(said(p, id).await.0, Verdict::Passed);
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn what_was_seen_of_another_release_or_on_trial_is_no_evidence(
    #[values(On::Sqlite, On::Postgres)] on: On,
) {
    portal(on, async |p| {
        let worker = check(p, "worker", None, true).await;
        let first = p.announce("1.0.0").await;
        sees(p, &worker, Phase::Failed).await;
        assert_eq!(said(p, first).await.0, Verdict::Failed);
        p.clock.advance(chrono::Duration::seconds(30));
        let second = p.announce("1.1.0").await;
        let (verdict, reason) = said(p, second).await;
        assert_eq!(verdict, Verdict::Undecided);
        assert!(reason.contains("nothing has failed"), "{reason}");
    })
    .await;
}
