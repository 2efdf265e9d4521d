//! Who may close which box.

use engine::{
    Error,
    runs::{ManualAction, ResultStatus},
};
use rstest::rstest;

use crate::{common::portal, harness::On};

#[rstest]
#[tokio::test]
async fn a_token_never_closes_a_persons_box(#[values(On::Sqlite, On::Postgres)] on: On) {
    portal(on, async |p| {
        let id = p.announce("1.0.0").await;
        p.leaves(&[], async || {
            let refused = p.post(id, "smoke", ResultStatus::Passed).await.unwrap_err();
            assert!(matches!(refused, Error::Conflict { .. }), "{refused:?}");
            for act in [ManualAction::Tick, ManualAction::MarkFailed, ManualAction::Untick] {
                for key in ["smoke", "mail", "load"] {
                    let refused = p
                        .engine
                        .runs()
                        .set_manual_status(&p.ci(), id, key, act, "n")
                        .await
                        .unwrap_err();
                    assert!(matches!(refused, Error::Forbidden(_)), "{refused:?}");
                }
            }
        })
        .await;
        let smoke = p.item(id, "smoke").await;
        assert_eq!(smoke.state, "open");
        assert!(smoke.evidence.is_empty());
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn a_person_never_closes_a_machines_box(#[values(On::Sqlite, On::Postgres)] on: On) {
    portal(on, async |p| {
        let id = p.announce("1.0.0").await;
        let refused = p.tick(id, "load").await.unwrap_err();
        assert!(matches!(refused, Error::Conflict { .. }), "{refused:?}");
        assert_eq!(p.item(id, "load").await.state, "open");
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn a_viewer_ticks_nothing(#[values(On::Sqlite, On::Postgres)] on: On) {
    portal(on, async |p| {
        let id = p.announce("1.0.0").await;
        let viewer = domain::actor::Actor::Person(p.viewer.clone());
        let refused = p
            .engine
            .runs()
            .set_manual_status(&viewer, id, "smoke", ManualAction::Tick, "")
            .await
            .unwrap_err();
        assert!(matches!(refused, Error::Forbidden(_)), "{refused:?}");
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn a_mixed_box_takes_both_halves_in_either_order(
    #[values(On::Sqlite, On::Postgres)] on: On,
    #[values(true, false)] person_first: bool,
) {
    portal(on, async |p| {
        let id = p.announce("1.0.0").await;
        for person in [person_first, !person_first] {
            assert_ne!(p.item(id, "mail").await.state, "passed");
            if person {
                p.tick(id, "mail").await.unwrap();
            } else {
                p.post(id, "mail", ResultStatus::Passed).await.unwrap();
            }
        }
        let (state, reason) = p.state(id, "mail").await;
        assert_eq!(state, "passed");
        assert!(reason.contains("Confirmed by Olly"), "{reason}");
        // A machine that changes its mind opens it again, whatever the person said.
        p.post(id, "mail", ResultStatus::Failed).await.unwrap();
        assert_eq!(p.item(id, "mail").await.state, "failed");
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn unticking_keeps_the_history(#[values(On::Sqlite, On::Postgres)] on: On) {
    portal(on, async |p| {
        let id = p.announce("1.0.0").await;
        let nothing = p
            .engine
            .runs()
            .set_manual_status(&p.operator(), id, "smoke", ManualAction::Untick, "")
            .await;
        assert!(matches!(nothing, Err(Error::Conflict { .. })));
        p.leaves(&["item.tick", "item.untick", "item.mark_failed"], async || {
            p.tick(id, "smoke").await.unwrap();
            assert_eq!(p.item(id, "smoke").await.state, "passed");
            p.clock.advance(chrono::Duration::seconds(1));
            p.engine
                .runs()
                .set_manual_status(&p.ann(), id, "smoke", ManualAction::Untick, "Too early.")
                .await
                .unwrap();
            assert_eq!(p.item(id, "smoke").await.state, "open");
            p.clock.advance(chrono::Duration::seconds(1));
            let act = ManualAction::MarkFailed;
            let silent =
                p.engine.runs().set_manual_status(&p.operator(), id, "smoke", act, " ").await;
            assert_eq!(crate::common::field(silent.unwrap_err()), "/note");
            p.engine
                .runs()
                .set_manual_status(&p.operator(), id, "smoke", act, "Login fails.")
                .await
                .unwrap();
        })
        .await;
        let smoke = p.item(id, "smoke").await;
        assert_eq!(smoke.state, "failed");
        let told: Vec<_> = smoke
            .evidence
            .iter()
            .map(|kept| (kept.source.as_str(), kept.status.as_str(), kept.summary.as_str()))
            .collect();
        assert_eq!(
            told,
            [
                ("Olly", "failed", "Login fails."),
                ("Ann", "unticked", "Too early."),
                ("Olly", "passed", "Saw it."),
            ]
        );
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn an_unknown_box_or_deployment_is_not_found(#[values(On::Sqlite, On::Postgres)] on: On) {
    portal(on, async |p| {
        let id = p.announce("1.0.0").await;
        let no_box = p.tick(id, "none").await.unwrap_err();
        assert!(matches!(no_box, Error::NotFound { .. }));
        let nowhere = domain::ids::DeploymentId(uuid::Uuid::nil());
        let no_run = p.post(nowhere, "load", ResultStatus::Passed).await.unwrap_err();
        assert!(matches!(no_run, Error::NotFound { .. }));
    })
    .await;
}
