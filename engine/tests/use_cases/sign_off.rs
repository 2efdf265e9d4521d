//! Signing off.

use domain::roles::Scope;
use engine::{
    Error,
    deployments::AnnounceRequest,
    runs::{ManualAction, ResultStatus, SignedOff},
};
use rstest::rstest;

use crate::{
    common::{Portal, RUNBOOK, announcement, begin, open_boxes, portal, report, token},
    harness::On,
};

async fn two_needed(p: &Portal) {
    let runbook = RUNBOOK.replace("count: 1", "count: 2");
    assert!(p.engine.runbooks().publish(&p.admin(), "small.yaml", &runbook).await.unwrap().new);
}

#[rstest]
#[tokio::test]
async fn names_what_is_open(#[values(On::Sqlite, On::Postgres)] on: On) {
    portal(on, async |p| {
        let id = p.announce("1.0.0").await;
        p.tick(id, "smoke").await.unwrap();
        p.leaves(&[], async || {
            let refused = p.engine.runs().sign_off(&p.ann(), id, "").await.unwrap_err();
            assert!(refused.to_string().contains("mail, load"), "{refused}");
            assert_eq!(open_boxes(refused), ["mail", "load"]);
        })
        .await;
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn closes_the_watch_and_freezes_the_run(#[values(On::Sqlite, On::Postgres)] on: On) {
    portal(on, async |p| {
        let id = p.announce("1.0.0").await;
        p.close_all(id).await;
        p.leaves(&["deployment.sign_off"], async || {
            assert_eq!(
                p.engine.runs().sign_off(&p.ann(), id, "Fine.").await.unwrap(),
                SignedOff::WatchClosed
            );
        })
        .await;
        let view = p.view(id).await;
        assert_eq!((view.state.as_str(), view.verdict.as_str()), ("signed_off", "passed"));
        assert_eq!(
            (view.sign_offs[0].person.as_str(), view.sign_offs[0].comment.as_str()),
            ("Ann", "Fine.")
        );
        p.leaves(&[], async || {
            let soon = begin() + chrono::Duration::days(1);
            p.tick(id, "cleanup").await.unwrap_err();
            p.engine
                .runs()
                .set_manual_status(&p.admin(), id, "smoke", ManualAction::Untick, "")
                .await
                .unwrap_err();
            p.post(id, "load", ResultStatus::Passed).await.unwrap_err();
            p.engine.runs().waive(&p.admin(), id, "cleanup", "Down.", soon).await.unwrap_err();
            p.engine.runs().end_waiver(&p.admin(), id, "load").await.unwrap_err();
            p.engine.checks().probe_item(&p.admin(), id, "load").await.unwrap_err();
            let good = report("<testsuite tests=\"1\"><testcase name=\"a\"/></testsuite>");
            for key in ["smoke", "mail", "load"] {
                let posted =
                    p.engine.runs().post_report(&p.ci(), id, key, good.clone(), None).await;
                posted.unwrap_err();
            }
            let again = p.engine.runs().sign_off(&p.ben(), id, "").await.unwrap_err();
            assert!(matches!(again, Error::Conflict { .. }));
        })
        .await;
        let after = p.view(id).await;
        assert_eq!(serde_json::to_value(&after).unwrap(), serde_json::to_value(&view).unwrap());
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn each_required_signature_takes_another_person(#[values(On::Sqlite, On::Postgres)] on: On) {
    portal(on, async |p| {
        two_needed(p).await;
        let id = p.announce("1.0.0").await;
        p.close_all(id).await;
        assert_eq!(p.engine.runs().sign_off(&p.ann(), id, "").await.unwrap(), SignedOff::Waiting);
        assert_eq!(p.view(id).await.state, "watching");
        let twice = p.engine.runs().sign_off(&p.ann(), id, "").await.unwrap_err();
        assert!(twice.to_string().contains("signed this off already"), "{twice}");
        assert_eq!(
            p.engine.runs().sign_off(&p.ben(), id, "").await.unwrap(),
            SignedOff::WatchClosed
        );
        assert_eq!(p.view(id).await.state, "signed_off");
    })
    .await;
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_same_person_at_the_same_instant_signs_once(
    #[values(On::Sqlite, On::Postgres)] on: On,
) {
    portal(on, async |p| {
        two_needed(p).await;
        let id = p.announce("1.0.0").await;
        p.close_all(id).await;
        let tasks: Vec<_> = (0..4)
            .map(|_| {
                let (engine, ann) = (p.engine.clone(), p.ann());
                tokio::spawn(async move { engine.runs().sign_off(&ann, id, "").await.is_ok() })
            })
            .collect();
        let mut signed = 0;
        for task in tasks {
            signed += u32::from(task.await.unwrap());
        }
        assert_eq!(signed, 1);
        assert_eq!(p.view(id).await.sign_offs.len(), 1);
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn the_deployer_does_not_stand_alone(#[values(On::Sqlite, On::Postgres)] on: On) {
    portal(on, async |p| {
        let by_ann = |version| AnnounceRequest {
            deployed_by: Some("ann@example.org".into()),
            ..announcement(version)
        };
        let id = p.engine.deployments().announce_by_hand(&p.ci(), by_ann("1.0.0")).await.unwrap();
        p.close_all(id).await;
        let alone = p.engine.runs().sign_off(&p.ann(), id, "").await.unwrap_err();
        assert!(alone.to_string().contains("cannot be the only one"), "{alone}");
        assert_eq!(
            p.engine.runs().sign_off(&p.ben(), id, "").await.unwrap(),
            SignedOff::WatchClosed
        );

        // Beside someone else they may.
        two_needed(p).await;
        let id = p.engine.deployments().announce_by_hand(&p.ci(), by_ann("1.1.0")).await.unwrap();
        p.close_all(id).await;
        assert_eq!(p.engine.runs().sign_off(&p.ann(), id, "").await.unwrap(), SignedOff::Waiting);
        assert_eq!(
            p.engine.runs().sign_off(&p.ben(), id, "").await.unwrap(),
            SignedOff::WatchClosed
        );
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn takes_a_person_and_an_approver(#[values(On::Sqlite, On::Postgres)] on: On) {
    portal(on, async |p| {
        let id = p.announce("1.0.0").await;
        p.close_all(id).await;
        p.leaves(&[], async || {
            let admin_token = token(&[Scope::Admin], &[]);
            for actor in [admin_token, p.operator(), domain::actor::Actor::CommandLine] {
                let refused = p.engine.runs().sign_off(&actor, id, "").await.unwrap_err();
                assert!(matches!(refused, Error::Forbidden(_)), "{actor:?}: {refused:?}");
            }
        })
        .await;
        assert_eq!(p.view(id).await.state, "watching");
    })
    .await;
}
