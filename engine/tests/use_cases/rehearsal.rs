//! Rehearsals of the rollback, as they bear on the box that asks for one.

use chrono::Duration;
use engine::{Error, rollback::NewRehearsal, services::PlanRequest};
use rstest::rstest;

use crate::{
    common::{Portal, RUNBOOK, field, portal},
    harness::On,
};

async fn rehearse(p: &Portal, version: &str, worked: bool) {
    let new = rehearsal(p, version, worked);
    p.engine.rollback().record_rehearsal(&p.operator(), "shop", new).await.unwrap();
}

fn rehearsal(p: &Portal, version: &str, worked: bool) -> NewRehearsal {
    NewRehearsal {
        environment: "staging".into(),
        version: version.into(),
        at: p.engine.now(),
        duration_s: 41,
        worked,
        notes: String::new(),
    }
}

#[rstest]
#[tokio::test]
async fn closes_the_box_when_it_proves_the_version_that_would_be_restored(
    #[values(On::Sqlite, On::Postgres)] on: On,
) {
    portal(on, async |p| {
        p.signed_off("1.0.0").await;
        let runbook = format!(
            "{RUNBOOK}  - key: rehearsed\n    title: Rollback rehearsed\n    actor: automated\n    \
             machine: rollback_rehearsed\n    instructions: Do it.\n"
        );
        p.engine.runbooks().publish(&p.admin(), "small.yaml", &runbook).await.unwrap();
        let id = p.announce("1.1.0").await;
        let expect = async |state: &str, says: &str| {
            let (now, reason) = p.state(id, "rehearsed").await;
            assert_eq!(now, state, "{reason}");
            assert!(reason.contains(says), "{reason}");
            // Page and gate say the same.
            let page = p.engine.deployments().page(&p.viewer, id).await.unwrap();
            assert_eq!(page.rollback.word.as_str(), state);
            assert_eq!(p.gate(id).await.open.contains(&"rehearsed".to_owned()), state != "passed");
        };
        expect("undecided", "no rollback plan").await;
        let plan = PlanRequest { command: "undo".into(), ..PlanRequest::default() };
        p.engine
            .services()
            .put_rollback_plan(&p.operator(), "shop", "production", plan)
            .await
            .unwrap();
        expect("undecided", "never rehearsed").await;
        p.leaves(&["service.rehearse"], async || rehearse(p, "0.9.0", true).await).await;
        expect("undecided", "would restore 1.0.0").await;
        p.clock.advance(Duration::seconds(1));
        rehearse(p, "1.0.0", true).await;
        expect("passed", "to 1.0.0 in 41 s").await;
        p.clock.advance(Duration::seconds(1));
        rehearse(p, "1.0.0", false).await;
        expect("failed", "did not work").await;
        assert_eq!(p.view(id).await.verdict, "failed");
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn is_written_down_by_a_person_about_a_place_there_is(
    #[values(On::Sqlite, On::Postgres)] on: On,
) {
    portal(on, async |p| {
        p.leaves(&[], async || {
            let by_token = p
                .engine
                .rollback()
                .record_rehearsal(&p.ci(), "shop", rehearsal(p, "1", true))
                .await;
            assert!(matches!(by_token.unwrap_err(), Error::Forbidden(_)));
            let moon = NewRehearsal { environment: "moon".into(), ..rehearsal(p, "1", true) };
            let refused = p.engine.rollback().record_rehearsal(&p.operator(), "shop", moon).await;
            assert_eq!(field(refused.unwrap_err()), "/environment");
            let long = NewRehearsal { duration_s: -1, ..rehearsal(p, "1", true) };
            let refused = p.engine.rollback().record_rehearsal(&p.operator(), "shop", long).await;
            assert_eq!(field(refused.unwrap_err()), "/duration_s");
            let tomorrow = p.engine.now() + Duration::days(1);
            let future = NewRehearsal { at: tomorrow, ..rehearsal(p, "1", true) };
            let refused = p.engine.rollback().record_rehearsal(&p.operator(), "shop", future).await;
            assert_eq!(field(refused.unwrap_err()), "/at");
            let unknown = p
                .engine
                .rollback()
                .record_rehearsal(&p.operator(), "x", rehearsal(p, "1", true))
                .await;
            assert!(matches!(unknown.unwrap_err(), Error::NotFound { .. }));
        })
        .await;
    })
    .await;
}
