//! Rolling back.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{
    Router,
    http::{HeaderMap, StatusCode},
    routing::post,
};
use domain::{
    ids::DeploymentId,
    rollback::{HookState, Rollback},
    verdict::Verdict,
};
use engine::{
    Error,
    doctor::{self, Level},
    rollback::RollbackRequest,
    services::{HookRequest, PlanRequest},
};
use rstest::rstest;
use store::rollbacks;

use crate::{
    common::{Deliverer, Portal, field, once, portal, serve},
    harness::On,
};

fn because(reason: &str) -> RollbackRequest {
    RollbackRequest { reason: reason.into() }
}

async fn plan(p: &Portal, command: &str, hook_url: Option<String>) {
    let request = PlanRequest {
        hook_repeatable: Some(false),
        command: command.into(),
        hook: hook_url.map_or(HookRequest::None, HookRequest::Call),
        rules: "error rate > 1 %".into(),
    };
    p.engine
        .services()
        .put_rollback_plan(&p.operator(), "shop", "production", request)
        .await
        .unwrap();
}

/// Writes a plan as it was written before the guard forbade its hook.
async fn written_when_it_was_allowed(p: &Portal, hook_url: String) {
    let (actor, now) = (p.operator(), p.engine.now());
    let request = PlanRequest { hook: HookRequest::Call(hook_url), ..PlanRequest::default() };
    let request = PlanRequest { hook_repeatable: Some(false), ..request };
    let write = p.store.write::<_, Error, _>(move |tx| {
        Box::pin(async move {
            engine::services::put_rollback_plan(tx, &actor, "shop", "production", request, now)
                .await
        })
    });
    write.await.unwrap();
}

/// Waits until what came of a hook has been written down.
async fn settled(p: &Portal, id: DeploymentId) -> Rollback {
    for _ in 0..2_000 {
        let found = rollbacks::of_deployment(&mut p.store.read().await.unwrap(), id).await.unwrap();
        match found {
            Some(found) if found.hook_state != HookState::Pending => return found,
            _ => tokio::time::sleep(Duration::from_millis(5)).await,
        }
    }
    panic!("nothing came of the hook");
}

#[rstest]
#[tokio::test]
async fn without_a_hook_the_command_is_told(#[values(On::Sqlite, On::Postgres)] on: On) {
    portal(on, async |p| {
        let good = p.signed_off("1.0.0").await;
        plan(p, "kubectl rollout undo", None).await;
        let bad = p.announce("1.1.0").await;
        assert_eq!(
            field(p.engine.rollback().trigger(&p.ci(), bad, because(" "), None).await.unwrap_err()),
            "/reason"
        );
        p.leaves(&["deployment.roll_back"], async || {
            let answer =
                p.engine.rollback().trigger(&p.ci(), bad, because("Errors."), None).await.unwrap();
            let rolled_back = answer.now().unwrap();
            assert_eq!(rolled_back.target_version.as_deref(), Some("1.0.0"));
            assert_eq!(rolled_back.command.as_deref(), Some("kubectl rollout undo"));
            assert_eq!(rolled_back.hook, "none");
        })
        .await;
        assert_eq!(p.view(bad).await.state, "rolled_back");
        assert_eq!(p.gate(bad).await.verdict, Verdict::Failed);
        assert_eq!(p.view(bad).await.verdict, "failed");
        // What runs there is the release before.
        let page = p.engine.services().page(&p.viewer).await.unwrap();
        let running = page.services[0].places.iter().find_map(|(_, running)| running.clone());
        assert_eq!(running.unwrap().id, good);
        p.leaves(&[], async || {
            let again = p.engine.rollback().trigger(&p.ci(), bad, because("Again."), None).await;
            assert!(matches!(again, Err(Error::Conflict { .. })));
            p.tick(bad, "smoke").await.unwrap_err();
            p.engine.runs().sign_off(&p.ann(), bad, "").await.unwrap_err();
        })
        .await;
    })
    .await;
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_hook_is_called_once(#[values(On::Sqlite, On::Postgres)] on: On) {
    portal(on, async |p| {
        let calls = Arc::new(AtomicUsize::new(0));
        let bodies = Arc::new(Mutex::new(Vec::new()));
        let (counted, kept) = (calls.clone(), bodies.clone());
        let app = Router::new().route(
            "/rollback",
            post(async move |headers: HeaderMap, body: String| {
                counted.fetch_add(1, Ordering::SeqCst);
                let key = headers["idempotency-key"].to_str().unwrap().to_owned();
                kept.lock().unwrap().push((key, body));
                StatusCode::ACCEPTED
            }),
        );
        let deliverer = Deliverer::start(&p.engine);
        let address = serve(app).await;
        p.signed_off("1.0.0").await;
        plan(p, "", Some(format!("http://{address}/rollback"))).await;
        let bad = p.announce("1.1.0").await;
        let once = |key: &str| once(7, key, 1);
        // Several at once, some of them with the same key.
        let tasks: Vec<_> = (0..6)
            .map(|n| {
                let (engine, ci) = (p.engine.clone(), p.ci());
                let once = (n % 2 == 0).then(|| once("same")).flatten();
                tokio::spawn(async move {
                    engine.rollback().trigger(&ci, bad, because("Errors."), once).await
                })
            })
            .collect();
        let mut done = 0;
        for task in tasks {
            done += usize::from(task.await.unwrap().is_ok_and(|answer| answer.now().is_ok()));
        }
        assert_eq!(done, 1);
        let record = settled(p, bad).await;
        assert_eq!(record.hook_state, HookState::Done);
        assert_eq!(record.hook_sentence, "The hook answered 202.");
        assert_eq!(calls.load(Ordering::SeqCst), 1);
        let (key, body) = bodies.lock().unwrap()[0].clone();
        let body: serde_json::Value = serde_json::from_str(&body).unwrap();
        assert_eq!(body["event"], "rollback");
        assert_eq!(body["delivery"], key.as_str());
        assert_eq!(body["deployment"], bad.to_string());
        assert_eq!(body["version"], "1.1.0");
        assert_eq!(body["target_version"], "1.0.0");
        assert_eq!(body["triggered_by"], "ci");
        assert_eq!(p.actions().await.last().unwrap(), "deployment.hook");
        // A restart does not call it again.
        p.engine.deliveries().recover().await.unwrap();
        assert_eq!(calls.load(Ordering::SeqCst), 1);
        assert_eq!(settled(p, bad).await, record);
        deliverer.stop().await;
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn a_hook_that_fails_is_told(
    #[values(On::Sqlite, On::Postgres)] on: On,
    #[values(true, false)] answers: bool,
) {
    portal(on, async |p| {
        let url = if answers {
            let failing = post(async || StatusCode::INTERNAL_SERVER_ERROR);
            format!("http://{}/rollback", serve(Router::new().route("/rollback", failing)).await)
        } else {
            // Forbidden by the guard, whoever listens there.
            "http://169.254.169.254/rollback".into()
        };
        written_when_it_was_allowed(p, url).await;
        let bad = p.announce("1.0.0").await;
        let deliverer = Deliverer::start(&p.engine);
        p.engine.rollback().trigger(&p.ci(), bad, because("Errors."), None).await.unwrap();
        let record = settled(p, bad).await;
        deliverer.stop().await;
        assert_eq!(record.hook_state, HookState::Failed);
        let expected = if answers { "The hook answered 500." } else { "could not be called" };
        assert!(record.hook_sentence.contains(expected), "{}", record.hook_sentence);
        assert!(record.hook_sentence.ends_with("Roll back by hand."), "{}", record.hook_sentence);
        assert_eq!(p.actions().await.last().unwrap(), "deployment.hook");
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn a_signed_off_deployment_can_still_be_rolled_back_a_superseded_one_not(
    #[values(On::Sqlite, On::Postgres)] on: On,
) {
    portal(on, async |p| {
        let superseded = p.announce("0.9.0").await;
        let signed = p.signed_off("1.0.0").await;
        let refused =
            p.engine.rollback().trigger(&p.operator(), superseded, because("No."), None).await;
        assert!(matches!(refused, Err(Error::Conflict { .. })));
        p.engine.rollback().trigger(&p.operator(), signed, because("Errors."), None).await.unwrap();
        assert_eq!(p.view(signed).await.state, "rolled_back");
        let viewer = domain::actor::Actor::Person(p.viewer.clone());
        let refused = p.engine.rollback().trigger(&viewer, signed, because("No."), None).await;
        assert!(matches!(refused, Err(Error::Forbidden(_))));
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn only_what_runs_is_rolled_back(#[values(On::Sqlite, On::Postgres)] on: On) {
    portal(on, async |p| {
        let old = p.signed_off("1.0.0").await;
        let runs = p.announce("1.1.0").await;
        let refused = p.engine.rollback().trigger(&p.ci(), old, because("Errors."), None).await;
        let Err(Error::Conflict { detail, .. }) = refused else { panic!("{refused:?}") };
        assert!(detail.contains("1.1.0 runs"), "{detail}");
        assert!(!p.engine.deployments().page(&p.operator, old).await.unwrap().rollback.allowed);
        assert!(p.engine.deployments().page(&p.operator, runs).await.unwrap().rollback.allowed);
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn what_was_superseded_does_not_come_back(#[values(On::Sqlite, On::Postgres)] on: On) {
    portal(on, async |p| {
        let good = p.signed_off("1.2.0").await;
        p.announce("1.3.0").await;
        p.clock.advance(chrono::Duration::hours(1));
        let bad = p.announce("1.4.0").await;
        let answer =
            p.engine.rollback().trigger(&p.ci(), bad, because("Errors."), None).await.unwrap();
        assert_eq!(answer.now().unwrap().target_version.as_deref(), Some("1.2.0"));
        let service = p.engine.services().view(&p.ci(), "shop").await.unwrap();
        let mut places = service.environments.into_iter();
        let production = places.find(|place| place.slug == "production").unwrap();
        assert_eq!(production.running.unwrap().deployment, good);
    })
    .await;
}

/// A hook that failed is not a rollback: whoever may act on it is told, until someone has announced
/// what runs there.
#[rstest]
#[tokio::test]
async fn what_was_not_carried_out_waits_on_those_who_may_restore(
    #[values(On::Sqlite, On::Postgres)] on: On,
) {
    portal(on, async |p| {
        p.signed_off("1.0.0").await;
        let broken = post(async || StatusCode::INTERNAL_SERVER_ERROR);
        let hook = format!("http://{}/hook", serve(Router::new().fallback(broken)).await);
        plan(p, "", Some(hook)).await;
        let bad = p.announce("1.1.0").await;
        let board = async |person| p.engine.board().page(person).await.unwrap();
        let doctor = async || {
            let found = doctor::database(&mut p.store.read().await.unwrap(), p.engine.now()).await;
            let mut about = found.into_iter().filter(|finding| finding.about == "rollbacks");
            about.next().unwrap()
        };
        assert_eq!(doctor().await.level, Level::Ok);
        p.engine.rollback().trigger(&p.ci(), bad, because("Errors."), None).await.unwrap();
        assert!(board(&p.operator).await.to_restore.is_empty(), "the hook is being called");
        let deliverer = Deliverer::start(&p.engine);
        assert_eq!(settled(p, bad).await.hook_state, HookState::Failed);
        deliverer.stop().await;

        let waits = board(&p.operator).await.to_restore;
        assert_eq!(waits.len(), 1);
        let said = waits[0].sentence();
        assert!(waits[0].is_failed() && said.contains("1.1.0 may still run"), "{said}");
        assert!(said.contains("restore 1.0.0 by hand on production"), "{said}");
        assert!(board(&p.viewer).await.to_restore.is_empty(), "a viewer can do nothing about it");
        let page = p.engine.deployments().page(&p.viewer, bad).await.unwrap();
        assert!(page.rollback.unrestored.is_some_and(|one| one.is_failed()));
        let found = doctor().await;
        assert_eq!(found.level, Level::Warn);
        assert!(found.sentence.contains("shop 1.1.0 on production"), "{}", found.sentence);

        p.clock.advance(chrono::Duration::minutes(1));
        p.announce("1.0.0").await;
        assert!(board(&p.operator).await.to_restore.is_empty());
        assert_eq!(doctor().await.level, Level::Ok);
    })
    .await;
}

/// A hook the guard would refuse is no way back, and that is said when it is written down.
#[rstest]
#[tokio::test]
async fn a_hook_that_may_not_be_called_is_refused(#[values(On::Sqlite, On::Postgres)] on: On) {
    portal(on, async |p| {
        for refused in ["http://169.254.169.254/latest", "http://[::ffff:169.254.169.254]/hook"] {
            let request =
                PlanRequest { hook: HookRequest::Call(refused.into()), ..PlanRequest::default() };
            let put = p.engine.services();
            let put = put.put_rollback_plan(&p.operator(), "shop", "production", request).await;
            assert_eq!(field(put.unwrap_err()), "/hook_url", "{refused}");
        }
        let names_nothing = PlanRequest {
            hook: HookRequest::Call("http://no-such-name.invalid/hook".into()),
            ..PlanRequest::default()
        };
        // A name that is not known yet may be tomorrow.
        p.engine
            .services()
            .put_rollback_plan(&p.operator(), "shop", "production", names_nothing)
            .await
            .unwrap();
    })
    .await;
}
