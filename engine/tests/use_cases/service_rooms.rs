//! The rooms of a service: what each shows, and to whom.

use axum::{Router, http::StatusCode, routing::get};
use chrono::Duration;
use domain::item::AutomatedStatus;
use engine::{
    Error,
    checks::CheckRequest,
    heartbeats::HeartbeatRequest,
    indicators::{IndicatorRequest, ThresholdsRequest},
    rollback::{NewRehearsal, RollbackRequest},
    services::{CheckCounts, HeartbeatCounts, IndicatorCounts, PlanRequest},
};
use rstest::rstest;

use crate::{
    common::{Portal, portal, serve},
    harness::On,
};

fn check(url: String) -> CheckRequest {
    CheckRequest {
        environment: "production".into(),
        kind: "http".into(),
        interval_s: 60,
        timeout_s: Some(5),
        conditions: vec!["status == 200".into()],
        url: Some(url),
        ..CheckRequest::default()
    }
}

async fn rehearse(p: &Portal, version: &str) {
    let new = NewRehearsal {
        environment: "staging".into(),
        version: version.into(),
        at: p.engine.now(),
        duration_s: 41,
        worked: true,
        notes: String::new(),
    };
    p.engine.rollback().record_rehearsal(&p.operator(), "shop", new).await.unwrap();
}

#[rstest]
#[tokio::test]
async fn the_overview_counts_what_the_other_rooms_hold(#[values(On::Sqlite, On::Postgres)] on: On) {
    portal(on, async |p| {
        let before = p.engine.services().overview(&p.viewer, "shop").await.unwrap();
        assert_eq!(before.rooms.checks, CheckCounts::default());
        assert_eq!(before.rooms.rollback.written, 0);
        assert!(before.deployments.is_empty() && before.runbooks.is_empty());

        let app = Router::new()
            .route("/", get(async || "Welcome"))
            .route("/broken", get(async || StatusCode::INTERNAL_SERVER_ERROR));
        let shop = format!("http://{}", serve(app).await);
        for (key, path) in [("home", "/"), ("broken", "/broken"), ("later", "/")] {
            let new = check(format!("{shop}{path}"));
            p.engine.checks().put(&p.operator(), "shop", key, new).await.unwrap();
        }
        for key in ["home", "broken"] {
            p.engine.checks().test(&p.operator(), "shop", key).await.unwrap();
        }
        let beat = HeartbeatRequest {
            environment: "production".into(),
            period_s: Some(60),
            ..HeartbeatRequest::default()
        };
        p.engine.heartbeats().put(&p.operator(), "shop", "worker", beat).await.unwrap();
        let indicator = IndicatorRequest {
            family: "error_rate".into(),
            source: "pushed".into(),
            unit: "%".into(),
            thresholds: Some(ThresholdsRequest {
                pass: vec!["< 0.1%".into()],
                ..ThresholdsRequest::default()
            }),
            ..IndicatorRequest::default()
        };
        p.engine.indicators().put(&p.operator(), "shop", "error_rate", indicator).await.unwrap();
        let plan = PlanRequest { command: "undo".into(), ..PlanRequest::default() };
        p.engine
            .services()
            .put_rollback_plan(&p.operator(), "shop", "production", plan)
            .await
            .unwrap();
        rehearse(p, "1.0.0").await;

        let rooms = p.engine.services().overview(&p.viewer, "shop").await.unwrap().rooms;
        let checks = CheckCounts { all: 3, failing: 1, undecided: 0, unmeasured: 1 };
        assert_eq!(rooms.checks, checks);
        assert_eq!(rooms.heartbeats, HeartbeatCounts { all: 1, bad: 0, unheard: 1 });
        assert_eq!(rooms.indicators, IndicatorCounts { all: 1, agreed: 1 });
        assert_eq!((rooms.rollback.written, rooms.rollback.running), (1, 0));

        // A retired check is counted no more.
        p.engine.checks().retire(&p.operator(), "shop", "broken").await.unwrap();
        let rooms = p.engine.services().overview(&p.viewer, "shop").await.unwrap().rooms;
        assert_eq!((rooms.checks.all, rooms.checks.failing), (2, 0));
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn the_overview_says_what_runs_and_what_was_not_restored(
    #[values(On::Sqlite, On::Postgres)] on: On,
) {
    portal(on, async |p| {
        let good = p.signed_off("1.0.0").await;
        let bad = p.announce("1.1.0").await;
        let at = async || {
            let room = p.engine.services().overview(&p.viewer, "shop").await.unwrap();
            let mut all = room.environments.into_iter();
            all.find(|one| one.environment.environment == "production").unwrap()
        };
        assert_eq!(at().await.running.unwrap().id, bad);
        let request = RollbackRequest { reason: "Errors.".into() };
        p.engine.rollback().trigger(&p.operator(), bad, request, None).await.unwrap();
        let now = at().await;
        assert_eq!((now.running.unwrap().id, now.unrestored.unwrap().deployment.id), (good, bad));
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn the_rollback_says_whether_it_would_work_now(#[values(On::Sqlite, On::Postgres)] on: On) {
    portal(on, async |p| {
        let ready = async || {
            let room = p.engine.services().rollback(&p.viewer, "shop").await.unwrap();
            let mut plans = room.plans.into_iter();
            plans.find(|one| one.environment == "production").unwrap().readiness
        };
        assert!(ready().await.is_none(), "nothing runs there");
        p.signed_off("1.0.0").await;
        p.announce("1.1.0").await;
        let now = ready().await.unwrap();
        assert_eq!((now.word, now.to.as_deref()), (AutomatedStatus::Undecided, Some("1.0.0")));
        let plan = PlanRequest { command: "undo".into(), ..PlanRequest::default() };
        p.engine
            .services()
            .put_rollback_plan(&p.operator(), "shop", "production", plan)
            .await
            .unwrap();
        rehearse(p, "1.0.0").await;
        let now = ready().await.unwrap();
        assert_eq!((now.word, now.from.as_str()), (AutomatedStatus::Passed, "1.1.0"));
        let counts =
            async || p.engine.services().overview(&p.viewer, "shop").await.unwrap().rooms.rollback;
        let now = counts().await;
        assert_eq!((now.running, now.ready, now.failed), (1, 1, 0));
        // A rehearsal proves something for a while only.
        p.clock.advance(Duration::days(31));
        assert_eq!(counts().await.ready, 0);
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn a_reader_is_told_who_may_change_it(#[values(On::Sqlite, On::Postgres)] on: On) {
    portal(on, async |p| {
        let head = p.engine.services().settings(&p.viewer, "shop").await.unwrap().head;
        assert!(head.read_only.unwrap().to_string().contains("takes the role operator"));
        assert!(!head.may_announce);
        let refused = p.engine.services().checks(&p.viewer, "nobody").await;
        assert!(matches!(refused, Err(Error::NotFound { .. })));
    })
    .await;
}
