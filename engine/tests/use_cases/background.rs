//! What the portal does by itself: every task runs and says what it did, one that fails is seen, and
//! none stops at the newest watches.

use std::time::Duration;

use chrono::Duration as Days;
use domain::{
    deployment::Deployment,
    ids::{DeploymentId, ServiceId},
    retention::Retention,
    service::Service,
};
use engine::{
    Error, background::TaskStatus, clock::Clock as _, rollback::NewRehearsal, services::PlanRequest,
};
use rstest::rstest;
use store::{StoreError, baselines, deployments, services, settings};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use uuid::Uuid;

use crate::{
    common::{Portal, RUNBOOK, portal},
    harness::On,
};

/// How long something may take that ought to happen soon.
const PATIENCE: Duration = Duration::from_secs(30);

/// Waits until a task of the portal is as wanted.
async fn until(p: &Portal, name: &str, holds: impl Fn(&TaskStatus) -> bool) -> TaskStatus {
    let look = async {
        loop {
            let all = p.engine.background_tasks();
            let found = all.into_iter().find(|task| task.about.name == name).unwrap();
            if holds(&found) {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(PATIENCE, look).await.unwrap_or_else(|_| panic!("{name}"))
}

struct Running(TaskTracker, CancellationToken);

impl Running {
    fn of(p: &Portal) -> Self {
        let running = Self(TaskTracker::new(), CancellationToken::new());
        p.engine.background().start(&running.0, &running.1);
        running.0.close();
        running
    }

    async fn stop(self) {
        self.1.cancel();
        tokio::time::timeout(PATIENCE, self.0.wait()).await.unwrap();
    }
}

#[rstest]
#[tokio::test]
async fn every_task_runs_and_says_what_it_did(#[values(On::Sqlite, On::Postgres)] on: On) {
    portal(on, async |p| {
        assert_eq!(p.engine.background_tasks(), [], "nothing was started");
        let id = p.announce("1.0.0").await;
        let until_when = p.clock.now() + Days::hours(1);
        p.engine.runs().waive(&p.ann(), id, "load", "Down.", until_when).await.unwrap();
        p.engine.sessions().save("s".into(), "{}".into(), until_when).await.unwrap();
        p.clock.advance(Days::hours(2));
        let running = Running::of(p);
        let names: Vec<_> =
            p.engine.background_tasks().into_iter().map(|task| task.about.name).collect();
        assert_eq!(
            names,
            [
                "detect_missed",
                "expire_waivers",
                "roll_up_probes",
                "capture_baselines",
                "close_unsigned_runs",
                "open_due_runs",
                "review_rehearsals",
                "review_unmeasured",
                "prune",
                "roll_up_minutes",
                "expire_sessions",
                "expire_idempotency_keys",
                "expire_schedule_leases",
            ]
        );
        for name in names {
            let task = until(p, name, |task| task.runs > 0).await;
            assert_eq!((task.failures, &task.failure), (0, &None), "{name}");
            assert_eq!(task.last_finished, Some(p.clock.now()), "by the engine's clock");
            assert!(task.last_duration.is_some() && task.last_result.is_some(), "{task:?}");
        }
        let result = async |name| until(p, name, |task| task.runs > 0).await.last_result.unwrap();
        assert_eq!(result("expire_waivers").await, "1 run had a waiver expire");
        assert_eq!(result("expire_sessions").await, "1 session removed");
        assert_eq!(result("prune").await, "nothing to do");
        assert_eq!(p.item(id, "load").await.state, "open");
        // Seen by administrators alone.
        let page = p.engine.background().page(&p.admin).unwrap();
        assert_eq!(page.tasks.len(), 13);
        let refused = p.engine.background().page(&p.ann).unwrap_err();
        assert!(matches!(refused, Error::Forbidden(_)));
        running.stop().await;
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn a_task_that_fails_is_seen_and_delays_no_other(#[values(On::Sqlite, On::Postgres)] on: On) {
    portal(on, async |p| {
        let nonsense = p.store.write::<_, StoreError, _>(|tx| {
            Box::pin(async move { settings::put(tx, "retention", "nonsense".into()).await })
        });
        nonsense.await.unwrap();
        let running = Running::of(p);
        let task = until(p, "prune", |task| task.runs > 0).await;
        let failure = task.failure.unwrap();
        assert!(task.failing && failure.sentence.contains("retention"), "{}", failure.sentence);
        assert_eq!((failure.since, failure.times), (p.clock.now(), 1));
        until(p, "detect_missed", |task| task.runs >= 2 && !task.failing).await;
        // Mended: what is set anew wakes the task, which has an hour to rest.
        let whole = serde_json::to_string(&Retention::default()).unwrap();
        let mended = p.store.write::<_, StoreError, _>(move |tx| {
            Box::pin(async move { settings::put(tx, "retention", whole).await })
        });
        mended.await.unwrap();
        p.engine.settings().set_retention(&p.admin(), Retention::default()).await.unwrap();
        let task = until(p, "prune", |task| !task.failing).await;
        assert_eq!((task.failures, task.runs), (1, 2));
        assert_eq!(task.failure, Some(failure), "how it failed is not forgotten");
        running.stop().await;
    })
    .await;
}

/// The runbook with boxes that rest on baselines and on a rehearsal.
fn runbook() -> String {
    format!(
        "{RUNBOOK}  - key: normal\n    title: Baselines\n    actor: automated\n    machine: \
         baselines\n  - key: rehearsed\n    title: Rollback rehearsed\n    actor: automated\n    \
         machine: rollback_rehearsed\n    instructions: Do it.\n"
    )
}

/// Opens more watches than a page has, each a second newer than the one before, and all newer than
/// `oldest`.
async fn open_many(p: &Portal, oldest: DeploymentId, many: i64) {
    let mut link = p.store.read().await.unwrap();
    let shop = services::by_slug(&mut link, "shop").await.unwrap().unwrap();
    let oldest = deployments::by_id(&mut link, oldest).await.unwrap().unwrap();
    drop(link);
    let act = p.store.write::<_, StoreError, _>(move |tx| {
        Box::pin(async move {
            for n in 1..=many {
                let id = ServiceId(Uuid::now_v7());
                let slug = format!("shop-{n}");
                services::put(tx, Service { id, slug: slug.clone(), ..shop.clone() }).await?;
                let newer = Deployment {
                    id: DeploymentId(Uuid::now_v7()),
                    service_id: id,
                    service: slug,
                    deployed_at: oldest.deployed_at + Days::seconds(n),
                    replaces_id: None,
                    ..oldest.clone()
                };
                deployments::insert(tx, newer).await?;
            }
            Ok(())
        })
    });
    act.await.unwrap();
}

#[rstest]
#[tokio::test]
async fn no_watch_is_too_old_to_be_looked_at(#[values(On::Sqlite, On::Postgres)] on: On) {
    portal(on, async |p| {
        p.signed_off("1.0.0").await;
        p.engine.runbooks().publish(&p.admin(), "small.yaml", &runbook()).await.unwrap();
        let plan = PlanRequest { command: "undo".into(), ..PlanRequest::default() };
        p.engine
            .services()
            .put_rollback_plan(&p.operator(), "shop", "production", plan)
            .await
            .unwrap();
        let rehearsal = NewRehearsal {
            environment: "staging".into(),
            version: "1.0.0".into(),
            at: p.clock.now(),
            duration_s: 41,
            worked: true,
            notes: String::new(),
        };
        p.engine.rollback().record_rehearsal(&p.operator(), "shop", rehearsal).await.unwrap();
        let indicator = serde_json::from_value(serde_json::json!({
            "label": "Latency", "family": "latency", "source": "pushed", "unit": "ms",
        }));
        p.engine
            .indicators()
            .put(&p.operator(), "shop", "latency", indicator.unwrap())
            .await
            .unwrap();
        let id = p.announce("1.1.0").await;
        assert_eq!(p.item(id, "rehearsed").await.state, "passed");
        open_many(p, id, 1_050).await;

        p.clock.advance(Days::minutes(20));
        assert_eq!(p.engine.baselines().capture().await.unwrap(), 1, "only the oldest has any");
        let mut link = p.store.read().await.unwrap();
        assert_eq!(baselines::of_deployment(&mut link, id).await.unwrap().len(), 1);
        drop(link);

        p.clock.advance(Days::days(400));
        assert_eq!(
            p.engine.runs().review_rehearsals().await.unwrap(),
            1,
            "only the oldest rests on one"
        );
        assert_eq!(p.item(id, "rehearsed").await.state, "undecided");
    })
    .await;
}
