//! What a schema of before becomes: a hook that was being called is held by nobody.

use domain::{
    delivery::{AttemptOutcome, DeliveryState},
    deployment::Deployment,
    rollback::{HookState, Rollback},
};
use rstest::rstest;
use sqlx::migrate::Migrator;
use store::{
    Pool, Store,
    deliveries::{self, ROLLBACK_HOOK},
    micros, rollbacks, runs, services,
};
use uuid::Uuid;

use crate::{
    harness::On,
    seed::{at, entry, ground},
};

static SQLITE: Migrator = sqlx::migrate!("../migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("../migrations/postgres");

/// The migration that makes deliveries.
const DELIVERIES: i64 = 10;

/// Adds deployments as the version before did, when the demo's were marked.
async fn deploy_as_before(store: &Store, records: &[Deployment]) {
    let records = records.to_vec();
    act!(store, |tx| {
        for record in records {
            runs::insert(tx, record.run()).await?;
            tx.query(
                "INSERT INTO deployments (id, service_id, environment, release_id, version, kind, \
                 strategy, deployed_at, deployed_by, announced_by, notes, runbook_version_id, \
                 runbook_slug, runbook_number, demo, created_at) VALUES ($1, $2, $3, $4, $5, \
                 'first', 'rolling', $6, 'ci', 'ci', '', $7, $8, $9, $10, $6)",
            )
            .bind(record.id.0)
            .bind(record.service_id.0)
            .bind(record.environment)
            .bind(record.release_id.0)
            .bind(record.version)
            .bind(micros(record.deployed_at))
            .bind(record.runbook_version_id.0)
            .bind(record.runbook_slug)
            .bind(record.runbook_number)
            .bind(false)
            .execute()
            .await?;
        }
        Ok(())
    })
    .unwrap();
}

fn before(all: &Migrator) -> Migrator {
    let migrations = all.iter().filter(|one| one.version < DELIVERIES).cloned().collect();
    Migrator { migrations, ..Migrator::DEFAULT }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hook_under_way_is_one_that_nobody_holds(#[values(On::Sqlite, On::Postgres)] on: On) {
    on.empty(async |backend| {
        let pool = Pool::connect(backend.clone()).await.unwrap();
        match &pool {
            Pool::Sqlite { writer, .. } => before(&SQLITE).run(writer).await.unwrap(),
            Pool::Postgres(pool) => before(&POSTGRES).run(pool).await.unwrap(),
        }
        let store = Store::start(pool).await.unwrap();
        let ground = ground(&store).await;
        let all = ["1.0.0", "1.1.0", "1.2.0"].map(|version| ground.deployment(version, 0));
        deploy_as_before(&store, &all).await;
        let ids = all.map(|deployment| deployment.id);
        act!(store, |tx| {
            let mut audit = entry("rolled back");
            audit.action = "deployment.roll_back".into();
            audit.deployment_id = Some(ids[0].0);
            tx.record(audit);
            for (id, hook_state) in
                ids.into_iter().zip([HookState::Pending, HookState::Pending, HookState::Done])
            {
                let record = Rollback {
                    deployment_id: id,
                    reason: "Errors.".into(),
                    triggered_by: "ci".into(),
                    at: at(5),
                    target_version: None,
                    hook_state,
                    hook_sentence: String::new(),
                    hook_at: None,
                };
                rollbacks::insert(tx, record).await?;
            }
            // As the version before wrote plans.
            tx.query(
                "INSERT INTO rollback_plans (service_id, environment, command, hook_url, mode, \
                 rules, updated_at) VALUES ($1, 'production', '', 'http://a.example/', 'manual', \
                 '', 1)",
            )
            .bind(ground.service.id.0)
            .execute()
            .await
        })
        .unwrap();
        store.close().await;

        // Two portals of the new version start at the same moment, where there can be two.
        let other = match on {
            On::Sqlite => None,
            On::Postgres => Some(tokio::spawn(Pool::open(backend.clone()))),
        };
        let pool = Pool::open(backend).await.unwrap();
        if let Some(other) = other {
            other.await.unwrap().unwrap().close().await;
        }
        let mut link = pool.reader().await.unwrap();
        let link = &mut link;
        let me = Uuid::new_v4();
        let abandoned = deliveries::abandoned(link, me).await.unwrap();
        assert_eq!(abandoned.len(), 2);
        for id in &ids[..2] {
            let one = deliveries::of_deployment(link, *id, ROLLBACK_HOOK).await.unwrap().unwrap();
            assert_eq!((one.state, one.repeatable), (DeliveryState::Sending, false));
            let attempts = deliveries::attempts(link, one.id).await.unwrap();
            assert_eq!(attempts.len(), 1);
            assert_eq!(attempts[0].outcome, AttemptOutcome::Sending);
            assert!(abandoned.contains(&one));
        }
        assert_eq!(abandoned.iter().filter(|one| one.cause == 1).count(), 1);
        assert!(abandoned.iter().all(|one| one.cause == 1 || one.cause < 0));
        assert_eq!(deliveries::of_deployment(link, ids[2], ROLLBACK_HOOK).await.unwrap(), None);
        let plan = services::rollback_plan(link, ground.service.id, "production").await.unwrap();
        assert!(!plan.unwrap().hook_repeatable, "it was promised to be called at most once");
    })
    .await;
}
