//! The gate believes neither a text nor a choice of the side it gates: who deployed, who waived, and
//! what a signature was given on.

use domain::{measurement::Phase, roles::Role, sign_off::Declared, verdict::Verdict};
use engine::{
    deployments::AnnounceRequest,
    people::Labels,
    runs::{ManualAction, ResultStatus, SignOffRequest, SignedOff},
};
use rstest::rstest;
use serde_json::json;

use crate::{
    common::{Portal, RUNBOOK, announcement, begin, portal},
    harness::On,
};

const SIGN_OFF: &str = "sign_off:\n  - role: approver\n    count: 1\n";

async fn asks_for(p: &Portal, sign_off: &str) {
    let runbook = RUNBOOK.replace(SIGN_OFF, sign_off);
    assert!(p.engine.runbooks().publish(&p.admin(), "small.yaml", &runbook).await.unwrap().new);
}

async fn asks_for_two(p: &Portal) {
    asks_for(p, &SIGN_OFF.replace("count: 1", "count: 2")).await;
}

fn deployed_by(text: &str) -> AnnounceRequest {
    AnnounceRequest { deployed_by: Some(text.into()), ..announcement("1.0.0") }
}

fn saying(declared: Declared) -> SignOffRequest {
    SignOffRequest { comment: String::new(), declared }
}

async fn set(p: &Portal, person: domain::ids::PersonId, role: Role, enabled: bool) {
    let labels = Labels::default();
    p.engine.people().change(&p.admin(), person, role, labels, enabled).await.unwrap();
}

#[rstest]
#[tokio::test]
async fn whoever_announces_by_hand_deployed_it_whomever_they_name(
    #[values(On::Sqlite, On::Postgres)] on: On,
) {
    portal(on, async |p| {
        let request = deployed_by("Ben");
        let id = p.engine.deployments().announce_by_hand(&p.ann(), request).await.unwrap();
        p.close_all(id).await;
        for deployer in [p.ann(), p.ben()] {
            let refused = p.engine.runs().sign_off(&deployer, id, "").await.unwrap_err();
            assert!(refused.to_string().contains("You deployed this"), "{refused}");
        }
        let signed = p.engine.runs().sign_off(&p.admin(), id, "").await.unwrap();
        assert_eq!(signed, SignedOff::WatchClosed);
        assert_eq!(p.gate(id).await.four_eyes, Some(true));
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn a_deployer_nobody_knows_is_said_and_denied(#[values(On::Sqlite, On::Postgres)] on: On) {
    portal(on, async |p| {
        let request = deployed_by("deploy-bot");
        let id = p.engine.deployments().announce_by_hand(&p.ci(), request).await.unwrap();
        p.close_all(id).await;
        assert!(!p.view(id).await.deployer_known);
        let refused = p.engine.runs().sign_off(&p.ann(), id, "").await.unwrap_err();
        assert!(refused.to_string().contains("`deploy-bot`"), "{refused}");
        // A login that was noted since makes them known.
        let labels = Labels { logins: vec!["Deploy-Bot".into()], ..Labels::default() };
        let people = p.engine.people();
        people.change(&p.admin(), p.ann.id, Role::Approver, labels, true).await.unwrap();
        assert!(p.view(id).await.deployer_known);
        let refused = p.engine.runs().sign_off(&p.ann(), id, "").await.unwrap_err();
        assert!(refused.to_string().contains("You deployed this"), "{refused}");
        set(p, p.ann.id, Role::Approver, true).await;

        let said = saying(Declared { did_not_deploy: true, ..Declared::default() });
        p.engine.runs().sign_off(&p.ann(), id, said).await.unwrap();
        let view = p.view(id).await;
        assert_eq!(view.sign_offs[0].did_not_deploy.as_deref(), Some("deploy-bot"));
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn whoever_waived_does_not_sign_alone(#[values(On::Sqlite, On::Postgres)] on: On) {
    portal(on, async |p| {
        let id = p.announce("1.0.0").await;
        let runs = p.engine.runs();
        let soon = begin() + chrono::Duration::days(1);
        for key in p.gate(id).await.open {
            runs.waive(&p.ann(), id, &key, "Not today.", soon).await.unwrap();
        }
        let refused = runs.sign_off(&p.ann(), id, "").await.unwrap_err();
        assert!(refused.to_string().contains("You waived a required box"), "{refused}");
        let in_spite = p.in_spite(id).await;
        assert_eq!(runs.sign_off(&p.ben(), id, in_spite).await.unwrap(), SignedOff::WatchClosed);
    })
    .await;
}

/// What is waived is not what is shown to work: it is counted, and whoever signs accepts it by name.
#[rstest]
#[tokio::test]
async fn what_is_waived_is_counted_and_signed_in_spite_of(
    #[values(On::Sqlite, On::Postgres)] on: On,
) {
    portal(on, async |p| {
        asks_for_two(p).await;
        let worker = p.put_check("worker", json!({})).await;
        let id = p.announce("1.0.0").await;
        let runs = p.engine.runs();
        let soon = begin() + chrono::Duration::days(1);
        p.tick(id, "smoke").await.unwrap();
        p.tick(id, "mail").await.unwrap();
        p.post(id, "mail", ResultStatus::Passed).await.unwrap();
        runs.waive(&p.admin(), id, "load", "Not today.", soon).await.unwrap();
        let counts = async || {
            let one = p.engine.deployments().page(&p.viewer, id).await.unwrap().deployment;
            (one.open_items, one.waived_items, one.required_items)
        };
        assert_eq!(counts().await, (0, 1, 3));
        let gate = p.gate(id).await;
        assert_eq!((gate.verdict, gate.waived), (Verdict::Passed, vec!["load".to_owned()]));
        assert_eq!(gate.reason, "All 3 required boxes are closed, 1 of them waived: load.");

        let refused = runs.sign_off(&p.ann(), id, "").await.unwrap_err().to_string();
        assert!(refused.contains("in spite of this (waived: load)"), "{refused}");
        let read = p.in_spite(id).await;
        // Something begins to fail before it is sent: what was read is not what stands.
        p.sees(&worker, Phase::Failed).await;
        let refused = runs.sign_off(&p.ann(), id, read).await.unwrap_err().to_string();
        assert!(refused.contains("(waived: load; failing: worker)"), "{refused}");
        runs.sign_off(&p.ann(), id, p.in_spite(id).await).await.unwrap();
        p.sees(&worker, Phase::Successful).await;
        runs.sign_off(&p.ben(), id, p.in_spite(id).await).await.unwrap();
        let signed = p.view(id).await.sign_offs;
        let said: Vec<_> = signed.iter().map(|one| one.despite.as_deref()).collect();
        assert_eq!(said, [Some("waived: load; failing: worker"), Some("waived: load")]);
        assert_eq!(counts().await, (0, 1, 3), "it stays with the release");
        // Ended, it is neither counted nor asked for.
        let next = p.announce("1.1.0").await;
        runs.waive(&p.admin(), next, "load", "Not today.", soon).await.unwrap();
        runs.end_waiver(&p.admin(), next, "load").await.unwrap();
        let one = p.engine.deployments().page(&p.viewer, next).await.unwrap().deployment;
        assert_eq!((one.open_items, one.waived_items), (3, 0));
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn where_nobody_else_could_one_signs_alone_and_it_stays_with_the_release(
    #[values(On::Sqlite, On::Postgres)] on: On,
) {
    portal(on, async |p| {
        // Both who could sign may have deployed it; Ben can sign no more.
        set(p, p.ben.id, Role::Viewer, true).await;
        let request = deployed_by("Ada <ann@example.org>");
        let id = p.engine.deployments().announce_by_hand(&p.ci(), request).await.unwrap();
        p.close_all(id).await;
        let refused = p.engine.runs().sign_off(&p.ann(), id, "").await.unwrap_err();
        assert!(refused.to_string().contains("Nobody else here could"), "{refused}");
        let alone = saying(Declared { alone: true, ..Declared::default() });
        p.leaves(&["deployment.sign_off"], async || {
            p.engine.runs().sign_off(&p.ann(), id, alone).await.unwrap();
        })
        .await;
        assert_eq!(p.gate(id).await.four_eyes, Some(false));
        let page = p.engine.deployments().page(&p.viewer, id).await.unwrap();
        assert!(page.deployment.signed_alone);
        assert!(p.view(id).await.sign_offs[0].alone);
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn a_signature_is_void_once_a_box_it_was_given_on_reopens(
    #[values(On::Sqlite, On::Postgres)] on: On,
) {
    portal(on, async |p| {
        asks_for_two(p).await;
        let id = p.announce("1.0.0").await;
        p.close_all(id).await;
        let runs = p.engine.runs();
        assert_eq!(runs.sign_off(&p.ann(), id, "").await.unwrap(), SignedOff::Waiting);
        p.post(id, "load", engine::runs::ResultStatus::Failed).await.unwrap();
        p.post(id, "load", engine::runs::ResultStatus::Passed).await.unwrap();
        // Ann's no longer counts, so Ben's does not close it.
        assert_eq!(runs.sign_off(&p.ben(), id, "").await.unwrap(), SignedOff::Waiting);
        let given = p.view(id).await.sign_offs;
        let why = given[0].voided_because.as_deref().unwrap_or_default();
        assert!(why.contains("load became failed"), "{why}");
        assert!(given[0].voided_at.is_some() && given[1].voided_at.is_none());
        assert_eq!(runs.sign_off(&p.ann(), id, "").await.unwrap(), SignedOff::WatchClosed);
        assert!(p.actions().await.contains(&"deployment.sign_off_void".to_owned()));
    })
    .await;
}

/// Also where the run counts as failed until it is signed off again.
#[rstest]
#[tokio::test]
async fn a_signature_on_what_was_revoked_is_void_once_something_critical_fails(
    #[values(On::Sqlite, On::Postgres)] on: On,
) {
    portal(on, async |p| {
        asks_for_two(p).await;
        let worker = p.put_check("worker", json!({"item": null, "critical": true})).await;
        let id = p.announce("1.0.0").await;
        p.sees(&worker, Phase::Successful).await;
        p.close_all(id).await;
        let runs = p.engine.runs();
        runs.sign_off(&p.ann(), id, "").await.unwrap();
        assert_eq!(runs.sign_off(&p.ben(), id, "").await.unwrap(), SignedOff::WatchClosed);
        p.post(id, "load", engine::runs::ResultStatus::Failed).await.unwrap();
        p.post(id, "load", engine::runs::ResultStatus::Passed).await.unwrap();
        assert!(p.gate(id).await.may_be_signed);
        assert_eq!(runs.sign_off(&p.ann(), id, "").await.unwrap(), SignedOff::Waiting);
        p.sees(&worker, Phase::Failed).await;
        p.sees(&worker, Phase::Successful).await;
        assert!(p.gate(id).await.may_be_signed);
        assert_eq!(runs.sign_off(&p.ben(), id, "").await.unwrap(), SignedOff::Waiting);
        assert_eq!(runs.sign_off(&p.ann(), id, "").await.unwrap(), SignedOff::WatchClosed);
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn what_is_not_required_voids_nothing(#[values(On::Sqlite, On::Postgres)] on: On) {
    portal(on, async |p| {
        asks_for_two(p).await;
        let id = p.announce("1.0.0").await;
        p.close_all(id).await;
        p.tick(id, "cleanup").await.unwrap();
        let runs = p.engine.runs();
        assert_eq!(runs.sign_off(&p.ann(), id, "").await.unwrap(), SignedOff::Waiting);
        runs.set_manual_status(&p.ben(), id, "cleanup", ManualAction::Untick, "").await.unwrap();
        assert_eq!(runs.sign_off(&p.ben(), id, "").await.unwrap(), SignedOff::WatchClosed);
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn a_signature_goes_with_the_role_it_was_given_by(
    #[values(On::Sqlite, On::Postgres)] on: On,
    #[values(true, false)] disabled: bool,
) {
    portal(on, async |p| {
        asks_for_two(p).await;
        let id = p.announce("1.0.0").await;
        p.close_all(id).await;
        let runs = p.engine.runs();
        assert_eq!(runs.sign_off(&p.ann(), id, "").await.unwrap(), SignedOff::Waiting);
        let role = if disabled { Role::Approver } else { Role::Viewer };
        set(p, p.ann.id, role, !disabled).await;
        assert_eq!(runs.sign_off(&p.ben(), id, "").await.unwrap(), SignedOff::Waiting);
        assert_eq!(p.view(id).await.state, "watching");
        // Given back, she signs anew: what was void does not complete by itself.
        set(p, p.ann.id, Role::Approver, true).await;
        assert_eq!(runs.sign_off(&p.ann(), id, "").await.unwrap(), SignedOff::WatchClosed);
        assert_eq!(p.view(id).await.sign_offs.len(), 3);
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn where_nobody_has_to_sign_a_run_closes_when_its_time_has_come(
    #[values(On::Sqlite, On::Postgres)] on: On,
) {
    portal(on, async |p| {
        asks_for(p, "sign_off: []\n").await;
        let runs = p.engine.runs();
        let by_time = p.announce("1.0.0").await;
        p.close_all(by_time).await;
        assert_eq!(runs.close_unsigned().await.unwrap(), 0);
        assert_eq!(p.view(by_time).await.state, "watching", "its watch has not run its time");
        let ends = p.view(by_time).await.watch_ends_at;
        p.clock.advance(ends - p.engine.now());
        p.leaves(&["deployment.close"], async || {
            assert_eq!(runs.close_unsigned().await.unwrap(), 1);
        })
        .await;
        assert_eq!(p.view(by_time).await.state, "signed_off");

        // Before that an approver may close it, and what is open is not closed by time.
        let by_hand = p.announce("1.1.0").await;
        p.close_all(by_hand).await;
        assert_eq!(runs.sign_off(&p.ann(), by_hand, "").await.unwrap(), SignedOff::WatchClosed);
        let open = p.announce("1.2.0").await;
        p.clock.advance(chrono::Duration::days(9));
        assert_eq!(runs.close_unsigned().await.unwrap(), 0);
        assert_eq!(p.view(open).await.state, "watching");
    })
    .await;
}
