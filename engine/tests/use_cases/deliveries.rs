//! The rollback's hook on its way: repeats, what nobody knows, portals that die, later truths.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse as _, Response},
    routing::post,
};
use domain::{
    delivery::{AttemptOutcome, DeliveryState},
    ids::DeploymentId,
};
use engine::{
    Error,
    clock::Clock as _,
    deliveries::DeliveryNow,
    deployments::AnnounceRequest,
    rollback::RollbackRequest,
    services::{HookRequest, PlanRequest},
};
use rstest::rstest;
use store::{StoreError, deliveries};
use tokio::sync::Semaphore;
use uuid::Uuid;

use crate::{
    common::{Deliverer, Portal, announcement, portal, serve, with_clock},
    harness::On,
};

/// A receiver that gives its answers in their order, the last again and again; with the keys it saw.
struct Receiver {
    url: String,
    keys: Arc<Mutex<Vec<String>>>,
}

impl Receiver {
    async fn start(answers: Vec<fn() -> Response>) -> Self {
        let keys: Arc<Mutex<Vec<String>>> = Arc::default();
        let seen = keys.clone();
        let app = Router::new().fallback(async move |headers: HeaderMap| {
            let n = {
                let mut seen = seen.lock().unwrap();
                seen.push(headers["idempotency-key"].to_str().unwrap().to_owned());
                seen.len() - 1
            };
            answers[n.min(answers.len() - 1)]()
        });
        Self { url: format!("http://{}/hook", serve(app).await), keys }
    }

    fn keys(&self) -> Vec<String> {
        self.keys.lock().unwrap().clone()
    }
}

fn ok() -> Response {
    StatusCode::ACCEPTED.into_response()
}

fn error() -> Response {
    StatusCode::INTERNAL_SERVER_ERROR.into_response()
}

fn elsewhere() -> Response {
    (StatusCode::FOUND, [("location", "https://login.example.org/?next=secret")]).into_response()
}

/// Nothing at all: the connection ends.
fn nothing() -> Response {
    panic!("a receiver that breaks down")
}

async fn plan(p: &Portal, url: &str, repeatable: bool) {
    let request = PlanRequest {
        hook: HookRequest::Call(url.into()),
        hook_repeatable: Some(repeatable),
        ..PlanRequest::default()
    };
    p.engine
        .services()
        .put_rollback_plan(&p.operator(), "shop", "production", request)
        .await
        .unwrap();
}

async fn roll_back(p: &Portal) -> DeploymentId {
    let id = p.announce("1.0.0").await;
    let request = RollbackRequest { reason: "Errors.".into() };
    p.engine.rollback().trigger(&p.ci(), id, request, None).await.unwrap();
    id
}

async fn look(p: &Portal, id: DeploymentId) -> DeliveryNow {
    p.engine.deployments().page(&p.operator, id).await.unwrap().rollback.delivery.unwrap()
}

/// Waits until the delivery stands like this, moving the clock on.
async fn until(p: &Portal, id: DeploymentId, state: DeliveryState) -> DeliveryNow {
    for _ in 0..600 {
        let now = look(p, id).await;
        if now.record.state == state {
            return now;
        }
        p.clock.advance(chrono::Duration::milliseconds(20));
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("{:?}", look(p, id).await);
}

#[rstest]
#[tokio::test]
async fn what_may_be_repeated_is_until_it_is_answered(#[values(On::Sqlite, On::Postgres)] on: On) {
    portal(on, async |p| {
        let receiver = Receiver::start(vec![error, nothing, ok]).await;
        plan(p, &receiver.url, true).await;
        let deliverer = Deliverer::start(&p.engine);
        let id = roll_back(p).await;
        let now = until(p, id, DeliveryState::Delivered).await;
        deliverer.stop().await;
        let outcomes: Vec<_> = now.attempts.iter().map(|attempt| attempt.outcome).collect();
        assert_eq!(
            outcomes,
            [AttemptOutcome::Refused, AttemptOutcome::Lost, AttemptOutcome::Accepted]
        );
        assert_eq!(receiver.keys(), vec![now.record.id.to_string(); 3], "repeats share the key");
        assert_eq!(now.record.answer, "The hook answered 202.");
        assert!(!now.may_redeliver);
        let told = p.actions().await.into_iter().filter(|action| action == "deployment.hook");
        assert_eq!(told.count(), 1);
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn a_hook_that_tells_no_repeats_is_called_once_also_in_the_place_of_one_that_does(
    #[values(On::Sqlite, On::Postgres)] on: On,
) {
    portal(on, async |p| {
        let patient = Receiver::start(vec![error]).await;
        plan(p, &patient.url, true).await;
        let deliverer = Deliverer::start(&p.engine);
        let id = roll_back(p).await;
        for _ in 0..300 {
            if !patient.keys().is_empty() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let once = Receiver::start(vec![nothing]).await;
        plan(p, &once.url, false).await;
        let now = until(p, id, DeliveryState::Unknown).await;
        assert!(!now.record.repeatable);
        // A person asks for it again: once more, and no more than that.
        p.engine.deliveries().redeliver(&p.operator(), id).await.unwrap();
        until(p, id, DeliveryState::Unknown).await;
        deliverer.stop().await;
        assert_eq!(once.keys().len(), 2);
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn a_redirect_is_told_and_not_repeated(#[values(On::Sqlite, On::Postgres)] on: On) {
    portal(on, async |p| {
        let receiver = Receiver::start(vec![elsewhere, ok]).await;
        plan(p, &receiver.url, true).await;
        let deliverer = Deliverer::start(&p.engine);
        let id = roll_back(p).await;
        let now = until(p, id, DeliveryState::Failed).await;
        deliverer.stop().await;
        assert_eq!(receiver.keys().len(), 1);
        let said = now.record.answer;
        assert!(said.contains("points to https://login.example.org, "), "{said}");
        assert!(said.contains("into the plan") && !said.contains("secret"), "{said}");
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn of_what_must_not_be_repeated_nobody_knows_until_a_person_sends_it_again(
    #[values(On::Sqlite, On::Postgres)] on: On,
) {
    portal(on, async |p| {
        let receiver = Receiver::start(vec![nothing, ok]).await;
        plan(p, &receiver.url, false).await;
        let deliverer = Deliverer::start(&p.engine);
        let id = roll_back(p).await;
        let now = until(p, id, DeliveryState::Unknown).await;
        assert!(now.record.answer.contains("Nobody knows"), "{}", now.record.answer);
        assert!(now.may_redeliver);
        p.clock.advance(chrono::Duration::hours(1));
        p.engine.deliveries().recover().await.unwrap();
        assert_eq!(receiver.keys().len(), 1, "it is sent once");
        let viewer = domain::actor::Actor::Person(p.viewer.clone());
        let refused = p.engine.deliveries().redeliver(&viewer, id).await;
        assert!(matches!(refused, Err(Error::Forbidden(_))));

        p.engine.deliveries().redeliver(&p.operator(), id).await.unwrap();
        let now = until(p, id, DeliveryState::Delivered).await;
        deliverer.stop().await;
        assert_eq!(receiver.keys(), vec![now.record.id.to_string(); 2]);
        let refused = p.engine.deliveries().redeliver(&p.operator(), id).await;
        assert!(matches!(refused, Err(Error::Conflict { .. })));
        let actions = p.actions().await;
        let hook = ["deployment.hook", "deployment.redeliver", "deployment.hook"];
        assert_eq!(actions[actions.len() - 3..], hook);
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn what_was_announced_meanwhile_is_not_rolled_back(
    #[values(On::Sqlite, On::Postgres)] on: On,
    // An announcement may come later than what it announces.
    #[values(0, 90)] installed_s_ago: i64,
) {
    portal(on, async |p| {
        let receiver = Receiver::start(vec![ok]).await;
        plan(p, &receiver.url, true).await;
        let id = p.announce("1.0.0").await;
        p.clock.advance(chrono::Duration::minutes(5));
        let request = RollbackRequest { reason: "Errors.".into() };
        p.engine.rollback().trigger(&p.ci(), id, request, None).await.unwrap();
        p.clock.advance(chrono::Duration::minutes(1));
        let installed = p.clock.now() - chrono::Duration::seconds(installed_s_ago);
        let newer = AnnounceRequest { deployed_at: Some(installed), ..announcement("1.0.1") };
        p.engine.deployments().announce_by_hand(&p.ci(), newer).await.unwrap();
        let deliverer = Deliverer::start(&p.engine);
        let now = until(p, id, DeliveryState::Failed).await;
        deliverer.stop().await;
        assert_eq!(receiver.keys(), Vec::<String>::new());
        assert!(now.record.answer.contains("1.0.1 was announced"), "{}", now.record.answer);
    })
    .await;
}

/// Takes the delivery as a portal that dies with it.
async fn die_with_it(p: &Portal, on: On) {
    let now = p.engine.now();
    let dead = Uuid::new_v4();
    let claimed = p.store.write::<_, StoreError, _>(move |tx| {
        Box::pin(async move {
            let claimed = deliveries::claim(tx, dead, 1, now).await?;
            store::schedule_leases::lives(tx, dead).await?;
            Ok(claimed.len())
        })
    });
    assert_eq!(claimed.await.unwrap(), 1);
    if on == On::Postgres {
        p.engine.deliveries().recover().await.unwrap();
        let (sending, _) = counts(p).await;
        assert_eq!(sending, 1, "a portal that lives is left alone");
        silence(p).await;
    }
}

/// As if every portal had been silent for a minute.
async fn silence(p: &Portal) {
    let act = p.store.write::<_, StoreError, _>(|tx| {
        Box::pin(async move {
            tx.query("UPDATE portals SET seen_at = 1").execute().await?;
            tx.query("UPDATE deliveries SET lease_until = 1").execute().await
        })
    });
    act.await.unwrap();
}

async fn counts(p: &Portal) -> (i64, i64) {
    let mut link = p.store.read().await.unwrap();
    let row = link
        .query(
            "SELECT count(CASE WHEN state = 'sending' THEN 1 END) AS sending, \
             count(CASE WHEN state = 'pending' THEN 1 END) AS pending FROM deliveries",
        )
        .fetch_one()
        .await
        .unwrap();
    (row.get("sending").unwrap(), row.get("pending").unwrap())
}

#[rstest]
#[tokio::test]
async fn what_a_dead_portal_was_sending_is_sent_again_or_known_to_nobody(
    #[values(On::Sqlite, On::Postgres)] on: On,
    #[values(true, false)] repeatable: bool,
) {
    portal(on, async |p| {
        let receiver = Receiver::start(vec![ok]).await;
        plan(p, &receiver.url, repeatable).await;
        let id = roll_back(p).await;
        die_with_it(p, on).await;
        let actions: &[&str] = if repeatable { &[] } else { &["deployment.hook"] };
        p.leaves(actions, async || {
            p.engine.deliveries().recover().await.unwrap();
            p.engine.deliveries().recover().await.unwrap();
        })
        .await;
        let now = look(p, id).await;
        assert_eq!(now.attempts[0].outcome, AttemptOutcome::Lost);
        if repeatable {
            let deliverer = Deliverer::start(&p.engine);
            until(p, id, DeliveryState::Delivered).await;
            deliverer.stop().await;
            assert_eq!(receiver.keys(), [now.record.id.to_string()]);
        } else {
            assert_eq!(now.record.state, DeliveryState::Unknown);
            assert!(now.record.answer.contains("nobody knows"), "{}", now.record.answer);
            assert_eq!(receiver.keys(), Vec::<String>::new());
        }
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn a_later_truth_corrects_what_nobody_knew(
    #[values(On::Sqlite, On::Postgres)] on: On,
    #[values(true, false)] good: bool,
) {
    on.run(async |db| {
        let p = Portal::open(db).await;
        let runbook = crate::common::RUNBOOK;
        p.engine.runbooks().publish(&p.admin(), "small.yaml", runbook).await.unwrap();
        let (arrived, answers) = (Arc::new(Semaphore::new(0)), Arc::new(Semaphore::new(0)));
        let (came, allowed) = (arrived.clone(), answers.clone());
        let app = Router::new().route(
            "/hook",
            post(async move || {
                came.add_permits(1);
                drop(allowed.acquire().await.unwrap());
                if good { ok() } else { error() }
            }),
        );
        plan(&p, &format!("http://{}/hook", serve(app).await), false).await;
        let first = Deliverer::start(&p.engine);
        let id = roll_back(&p).await;
        drop(arrived.acquire().await.unwrap());
        // Another takes the first for dead: it has stalled.
        let other = with_clock(db.open_again().await, p.clock.clone());
        if on == On::Postgres {
            other.deliveries().recover().await.unwrap();
            assert_eq!(look(&p, id).await.record.state, DeliveryState::Sending);
            silence(&p).await;
        }
        other.deliveries().recover().await.unwrap();
        assert_eq!(look(&p, id).await.record.state, DeliveryState::Unknown);
        answers.add_permits(1);
        let state = if good { DeliveryState::Delivered } else { DeliveryState::Failed };
        until(&p, id, state).await;
        first.stop().await;
        let told = p.actions().await.into_iter().filter(|action| action == "deployment.hook");
        assert_eq!(told.count(), 2, "what was thought, and what is");
        p.verify().await;
        other.close().await;
    })
    .await;
}
