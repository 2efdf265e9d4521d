//! Red evidence that closes no box: on a person's box, on a box this run lacks, on none.

use domain::{ids::DeploymentId, measurement::Phase, verdict::Verdict};
use engine::{clock::Clock as _, runs::ResultStatus};
use rstest::rstest;
use serde_json::json;

use crate::{
    common::{Portal, RUNBOOK, portal},
    harness::On,
};

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
        let worker = p.put_check("worker", json!({"item": item, "critical": false})).await;
        p.sees(&worker, Phase::Failed).await;
        let (verdict, reason) = said(p, id).await;
        assert_eq!(verdict, Verdict::Undecided);
        assert!(reason.contains("worker failed: The worker was failed."), "{reason}");
        assert!(!reason.contains("nothing has failed"), "{reason}");
        p.sees(&worker, Phase::Successful).await;
        assert!(said(p, id).await.1.contains("nothing fails now"));

        // Closed boxes pass with it, and say so.
        p.close_all(id).await;
        p.sees(&worker, Phase::Failed).await;
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
        let worker = p.put_check("worker", json!({"item": null, "critical": true})).await;
        p.close_all(id).await;
        p.sees(&worker, Phase::Successful).await;
        assert_eq!(said(p, id).await.0, Verdict::Passed);
        p.sees(&worker, Phase::Failed).await;
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

/// A box that need not be closed keeps nothing open: what is critical must not hide in it.
#[rstest]
#[tokio::test]
async fn a_critical_check_speaks_in_an_optional_box_as_well(
    #[values(On::Sqlite, On::Postgres)] on: On,
) {
    portal(on, async |p| {
        let optional = RUNBOOK.replace(
            "  - key: cleanup\n    title: Cleaned up\n    actor: human\n",
            "  - key: cleanup\n    title: Cleaned up\n    actor: automated\n",
        );
        p.engine.runbooks().publish(&p.admin(), "small.yaml", &optional).await.unwrap();
        let worker = p.put_check("worker", json!({"item": "cleanup", "critical": true})).await;
        let id = p.announce("1.0.0").await;
        p.close_all(id).await;
        let (verdict, reason) = said(p, id).await;
        assert_eq!(verdict, Verdict::Undecided, "{reason}");
        assert!(reason.contains("it has not been measured yet"), "{reason}");
        p.sees(&worker, Phase::Inconclusive).await;
        assert_eq!(said(p, id).await.0, Verdict::Undecided);
        p.sees(&worker, Phase::Successful).await;
        assert_eq!(said(p, id).await.0, Verdict::Passed);
        p.sees(&worker, Phase::Failed).await;
        assert_eq!(said(p, id).await.0, Verdict::Failed);
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn what_was_seen_of_another_release_or_on_trial_is_no_evidence(
    #[values(On::Sqlite, On::Postgres)] on: On,
) {
    portal(on, async |p| {
        let worker = p.put_check("worker", json!({"item": null, "critical": true})).await;
        let first = p.announce("1.0.0").await;
        p.sees(&worker, Phase::Failed).await;
        assert_eq!(said(p, first).await.0, Verdict::Failed);
        p.clock.advance(chrono::Duration::seconds(30));
        let second = p.announce("1.1.0").await;
        let (verdict, reason) = said(p, second).await;
        assert_eq!(verdict, Verdict::Undecided);
        assert!(reason.contains("nothing has failed"), "{reason}");
    })
    .await;
}

/// What failed and passes now is told of, in the box and before whoever signs.
#[rstest]
#[tokio::test]
async fn what_failed_and_went_away_is_not_forgotten(#[values(On::Sqlite, On::Postgres)] on: On) {
    portal(on, async |p| {
        let worker = p.put_check("worker", json!({"item": "load"})).await;
        p.announce("0.9.0").await;
        p.sees(&worker, Phase::Failed).await;
        let id = p.announce("1.0.0").await;
        let recovered = async || {
            let page = p.engine.deployments().page(&p.viewer, id).await.unwrap();
            let load = page.run.items.iter().find(|now| now.item.key == "load").unwrap();
            page.run.recovered(&load.checks[0])
        };
        p.sees(&worker, Phase::Successful).await;
        assert_eq!(recovered().await, None, "it failed for another release");
        for phase in [Phase::Failed, Phase::Failed] {
            p.sees(&worker, phase).await;
            assert_eq!(recovered().await, None, "it fails now");
        }
        p.sees(&worker, Phase::Error).await;
        p.sees(&worker, Phase::Successful).await;
        let said = recovered().await.unwrap();
        assert!(said.starts_with("worker failed 2 times, from "), "{said}");
        p.sees(&worker, Phase::Failed).await;
        p.sees(&worker, Phase::Successful).await;
        let said = recovered().await.unwrap();
        assert!(said.starts_with("worker fails intermittently: 3 times, in 2 spells"), "{said}");
        let run = p.engine.deployments().page(&p.viewer, id).await.unwrap().run;
        let words = "nothing fails now, but worker fails intermittently: 3 times, in 2 spells";
        assert!(run.gate.reason.contains(words), "{}", run.gate.reason);
        assert_eq!(run.record.reason, run.gate.reason, "it is written down as it is said");
        // A check that asks for something else now has not failed at it.
        p.clock.advance(chrono::Duration::seconds(1));
        let worker = p.put_check("worker", json!({"item": "load", "timeout_s": 4})).await;
        p.sees(&worker, Phase::Successful).await;
        assert_eq!(recovered().await, None);
        p.sees(&worker, Phase::Failed).await;
        p.sees(&worker, Phase::Successful).await;
        assert!(recovered().await.unwrap().starts_with("worker failed once, at "));
    })
    .await;
}

/// A waiver speaks for a box that shows nothing, and what does not apply here was chosen by whoever
/// announced it: neither hides what fails.
#[rstest]
#[tokio::test]
async fn what_fails_is_said_behind_a_waiver_and_in_a_box_that_does_not_apply(
    #[values(On::Sqlite, On::Postgres)] on: On,
) {
    portal(on, async |p| {
        let sometimes = RUNBOOK.replace(
            "  - key: cleanup\n",
            "  - key: migrated\n    title: Migrated\n    actor: automated\n    when:\n      kinds: \
             [first]\n    instructions: Look.\n  - key: cleanup\n",
        );
        assert_ne!(sometimes, RUNBOOK);
        p.engine.runbooks().publish(&p.admin(), "small.yaml", &sometimes).await.unwrap();
        let first = p.announce("1.0.0").await;
        p.close_all(first).await;
        p.post(first, "migrated", ResultStatus::Passed).await.unwrap();
        p.engine.runs().sign_off(&p.ann(), first, "").await.unwrap();
        p.clock.advance(chrono::Duration::hours(1));
        let id = p.announce("1.1.0").await;
        assert_eq!(p.state(id, "migrated").await.0, "not_required");
        let waived = p.put_check("waived", json!({"item": "smoke", "critical": true})).await;
        let elsewhere = p.put_check("elsewhere", json!({"item": "migrated"})).await;
        let until = p.clock.now() + chrono::Duration::hours(90);
        p.engine.runs().waive(&p.ben(), id, "smoke", "No browser here.", until).await.unwrap();
        p.tick(id, "mail").await.unwrap();
        p.post(id, "mail", ResultStatus::Passed).await.unwrap();
        p.post(id, "load", ResultStatus::Passed).await.unwrap();
        assert_eq!(said(p, id).await.0, Verdict::Passed, "a waiver speaks for what is silent");
        p.sees(&waived, Phase::Failed).await;
        let (verdict, reason) = said(p, id).await;
        assert_eq!(verdict, Verdict::Passed);
        assert!(reason.ends_with("Beside them, waived failed: The waived was failed."), "{reason}");
        p.sees(&elsewhere, Phase::Failed).await;
        assert!(said(p, id).await.1.ends_with("1 more failed."));
        let refused = p.engine.runs().sign_off(&p.ann(), id, "").await.unwrap_err().to_string();
        assert!(refused.contains("waived") && refused.contains("elsewhere"), "{refused}");
        p.clock.advance(chrono::Duration::seconds(1));
        let critical = json!({"item": "migrated", "critical": true});
        let elsewhere = p.put_check("elsewhere", critical).await;
        p.sees(&elsewhere, Phase::Failed).await;
        let (verdict, reason) = said(p, id).await;
        assert_eq!(verdict, Verdict::Failed);
        assert!(reason.starts_with("elsewhere, which is critical, failed"), "{reason}");
    })
    .await;
}

/// What was signed stays as it was read, whatever is configured later, also where it is signed again.
#[rstest]
#[tokio::test]
async fn what_was_signed_in_spite_of_stands_for_good(#[values(On::Sqlite, On::Postgres)] on: On) {
    portal(on, async |p| {
        let worker = p.put_check("worker", json!({"item": null})).await;
        let id = p.announce("1.0.0").await;
        p.close_all(id).await;
        p.sees(&worker, Phase::Failed).await;
        let sign = async || {
            let in_spite = p.in_spite(id).await;
            p.engine.runs().sign_off(&p.ann(), id, in_spite).await.unwrap()
        };
        sign().await;
        let said = async || {
            let (gate, view) = (p.gate(id).await, p.view(id).await);
            assert_eq!(view.reason, gate.reason);
            let page = p.engine.deployments().page(&p.viewer, id).await.unwrap();
            assert_eq!(
                (&page.deployment.reason, &page.run.gate.reason),
                (&gate.reason, &gate.reason)
            );
            gate.reason
        };
        let signed = said().await;
        assert!(signed.contains("Beside them, worker failed"), "{signed}");
        p.post(id, "load", ResultStatus::Failed).await.unwrap();
        assert_eq!(p.view(id).await.state, "watching");
        p.post(id, "load", ResultStatus::Passed).await.unwrap();
        sign().await;
        assert_eq!(said().await, signed, "signed again in spite of the same");
        p.put_check("worker", json!({"item": "cleanup", "dry_run": true, "timeout_s": 4})).await;
        assert_eq!(said().await, signed);
    })
    .await;
}

/// Taking away what measures takes away no failure: whoever signs accepts it by name, until it passes.
#[rstest]
#[tokio::test]
async fn what_failed_and_was_taken_out_of_the_way_is_said(
    #[values(On::Sqlite, On::Postgres)] on: On,
) {
    portal(on, async |p| {
        let id = p.announce("1.0.0").await;
        let other = p.put_check("other", json!({"item": null})).await;
        p.sees(&other, Phase::Failed).await;
        p.sees(&other, Phase::Successful).await;
        let worker = p.put_check("worker", json!({"item": null, "critical": true})).await;
        p.close_all(id).await;
        p.sees(&worker, Phase::Failed).await;
        assert_eq!(said(p, id).await.0, Verdict::Failed);
        let expect = async |what: &str| {
            let (verdict, reason) = said(p, id).await;
            assert_eq!(verdict, Verdict::Passed);
            let words = format!(
                "Beside them, worker failed: The worker was failed. Since then the check {what}."
            );
            assert!(reason.contains(&words), "{reason}");
            let refused = p.engine.runs().sign_off(&p.ann(), id, "").await.unwrap_err();
            assert!(refused.to_string().contains("worker"), "{refused}");
        };
        p.engine.checks().retire(&p.operator(), "shop", "other").await.unwrap();
        p.clock.advance(chrono::Duration::seconds(1));
        p.put_check("worker", json!({"item": null, "dry_run": true})).await;
        expect("was set on trial").await;
        p.clock.advance(chrono::Duration::seconds(1));
        p.put_check("worker", json!({"item": null, "critical": false})).await;
        expect("was changed, and has not been measured as it is now").await;
        p.engine.checks().retire(&p.operator(), "shop", "worker").await.unwrap();
        expect("was retired").await;
        p.put_check("worker", json!({"item": null, "environment": "staging"})).await;
        expect("was moved to staging").await;
        let worker = p.put_check("worker", json!({"item": null})).await;
        p.sees(&worker, Phase::Successful).await;
        let (verdict, reason) = said(p, id).await;
        assert_eq!(verdict, Verdict::Passed);
        assert!(!reason.contains("worker"), "{reason}");
    })
    .await;
}
