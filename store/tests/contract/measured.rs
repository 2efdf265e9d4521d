//! Checks, what they measured, and which evidence of that is kept.

use domain::{
    check::ProbeSpec,
    ids::{CheckId, DeploymentId},
    measurement::{Exchange, Finding, Measurement, Phase},
};
use rstest::rstest;
use store::{
    Store,
    checks::{self, CheckRecord},
    deployments, measurements,
};

use crate::{
    harness::On,
    seed::{Ground, MICROSECOND, at, deploy, ground, id},
};

fn measurement(seconds: i64, phase: Phase) -> Measurement {
    Measurement {
        started_at: at(seconds),
        duration_ms: 41.25,
        phase,
        value: Some(0.1 + 0.2),
        sentence: format!("At {seconds}."),
        short: "41 ms".into(),
        findings: vec![Finding { subject: "/.env".into(), phase, detail: "404".into() }],
        exchanges: vec![Exchange {
            request: "GET / HTTP/1.1".into(),
            response_head: "HTTP/1.1 200 OK".into(),
            excerpt: "<h1>Größe</h1>".into(),
            remote_addr: None,
            elapsed_ms: 41,
        }],
        pictures: vec![],
    }
}

async fn put(store: &Store, check: &CheckRecord) {
    let check = check.clone();
    act!(store, |tx| checks::put(tx, check).await).unwrap();
}

async fn measured(store: &Store, ground: &Ground) -> CheckId {
    let check = ground.check("production-hsts");
    put(store, &check).await;
    check.id
}

async fn insert(
    store: &Store,
    check: CheckId,
    seen: Measurement,
) -> Result<bool, store::StoreError> {
    act!(store, |tx| measurements::insert(tx, check, None, &seen).await)
}

#[rstest]
#[tokio::test]
async fn a_check_is_changed_retired_and_brought_back_by_its_key(
    #[values(On::Sqlite, On::Postgres)] on: On,
) {
    on.run(async |db| {
        let ground = ground(&db.store).await;
        let service = ground.service.id;
        let check = ground.check("home");
        put(&db.store, &check).await;
        let changed = CheckRecord {
            id: CheckId(id()),
            environment: "staging".into(),
            label: "Home page".into(),
            spec: ProbeSpec::Http {
                url: "https://shop.example.org/".into(),
                method: Some("POST".into()),
                headers: [("x-a".into(), "1".into())].into(),
                body: Some("{}".into()),
            },
            conditions: vec![],
            interval_s: 30,
            timeout_s: 5,
            item: None,
            critical: false,
            dry_run: true,
            no_data: "fail".into(),
            built_in: Some("response-targets".into()),
            created_at: at(50),
            updated_at: at(60),
            ..check.clone()
        };
        put(&db.store, &changed).await;
        let expected =
            CheckRecord { id: check.id, created_at: check.created_at, ..changed.clone() };
        let mut link = db.store.read().await.unwrap();
        let link = &mut link;
        let found = checks::by_key(link, service, "home").await.unwrap();
        assert_eq!(found, Some(expected.clone()));
        assert_eq!(
            checks::of_service(link, service).await.unwrap(),
            std::slice::from_ref(&expected)
        );
        assert_eq!(checks::of_environment(link, service, "production").await.unwrap(), []);
        let staging = checks::of_environment(link, service, "staging").await.unwrap();
        assert_eq!(staging, std::slice::from_ref(&expected));

        let check_id = check.id;
        act!(db.store, |tx| checks::retire(tx, check_id, at(70)).await).unwrap();
        assert_eq!(checks::of_service(link, service).await.unwrap(), []);
        assert_eq!(checks::of_environment(link, service, "staging").await.unwrap(), []);
        let retired = checks::by_key(link, service, "home").await.unwrap().unwrap();
        assert_eq!(retired.retired_at, Some(at(70)));
        put(&db.store, &changed).await;
        assert_eq!(checks::by_key(link, service, "home").await.unwrap(), Some(expected));
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn only_checks_under_an_open_watch_run(#[values(On::Sqlite, On::Postgres)] on: On) {
    on.run(async |db| {
        let ground = ground(&db.store).await;
        let runs = ground.check("runs");
        let retired = ground.check("retired");
        let elsewhere = CheckRecord { environment: "staging".into(), ..ground.check("elsewhere") };
        for check in [&runs, &retired, &elsewhere] {
            put(&db.store, check).await;
        }
        let retired = retired.id;
        act!(db.store, |tx| checks::retire(tx, retired, at(1)).await).unwrap();
        let mut link = db.store.read().await.unwrap();
        assert_eq!(checks::being_watched(&mut link).await.unwrap(), []);
        let watched = ground.watching("1", 0);
        let id = watched.id;
        deploy(&db.store, &[watched, ground.deployment("0", -1)]).await;
        assert_eq!(checks::being_watched(&mut link).await.unwrap(), [(runs, id)]);
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn measurements_are_read_by_time(#[values(On::Sqlite, On::Postgres)] on: On) {
    on.run(async |db| {
        let ground = ground(&db.store).await;
        let check = measured(&db.store, &ground).await;
        let mut link = db.store.read().await.unwrap();
        let link = &mut link;
        assert_eq!(measurements::newest(link, check).await.unwrap(), None);
        for seconds in [0, 30, 60, 90] {
            let phase = if seconds == 60 { Phase::Failed } else { Phase::Successful };
            insert(&db.store, check, measurement(seconds, phase)).await.unwrap();
        }
        let newest = measurements::newest(link, check).await.unwrap().unwrap();
        assert_eq!(newest.at, at(90));
        assert_eq!(newest.phase, Phase::Successful);
        assert_eq!(newest.value, Some(0.1 + 0.2));
        assert!((newest.duration_ms - 41.25).abs() < f64::EPSILON);
        assert_eq!((newest.short.as_str(), newest.sentence.as_str()), ("41 ms", "At 90."));

        // None of them was made for a deployment.
        let made_for = measurements::newest_for(link, check, DeploymentId(id()), at(0), None).await;
        assert_eq!(made_for.unwrap(), None);

        let between = async |link: &mut store::Link, since, until, limit| {
            let found = measurements::between(link, check, since, until, limit).await.unwrap();
            found.into_iter().map(|found| found.at).collect::<Vec<_>>()
        };
        assert_eq!(between(link, at(30), at(90), 9).await, [at(60), at(30)]);
        assert_eq!(between(link, at(0), at(91), 2).await, [at(90), at(60)]);

        let mut slots = measurements::by_slot(link, check, at(0), at(90), 60).await.unwrap();
        slots.sort();
        assert_eq!(slots, [(0, Phase::Successful, 2), (1, Phase::Failed, 1)]);
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn a_check_has_one_measurement_at_a_microsecond(#[values(On::Sqlite, On::Postgres)] on: On) {
    on.run(async |db| {
        let ground = ground(&db.store).await;
        let check = measured(&db.store, &ground).await;
        assert!(insert(&db.store, check, measurement(5, Phase::Successful)).await.unwrap());
        let later = measurement(5, Phase::Failed);
        let wrote = act!(db.store, |tx| {
            let added = measurements::insert(tx, check, None, &later).await?;
            // The act goes on after it.
            store::settings::put(tx, "after", "it".into()).await?;
            Ok(added)
        });
        assert!(!wrote.unwrap());
        {
            let mut link = db.store.read().await.unwrap();
            let first = measurements::newest(&mut link, check).await.unwrap().unwrap();
            assert_eq!(first.phase, Phase::Successful);
            let evidence = measurements::evidence(&mut link, check, at(5)).await.unwrap();
            assert_eq!(evidence, Some(measurement(5, Phase::Successful)));
        }
        let next = Measurement {
            started_at: at(5) + MICROSECOND,
            value: None,
            ..measurement(5, Phase::Failed)
        };
        assert!(insert(&db.store, check, next).await.unwrap());
        let newest =
            measurements::newest(&mut db.store.read().await.unwrap(), check).await.unwrap();
        let newest = newest.unwrap();
        assert_eq!((newest.at, newest.value), (at(5) + MICROSECOND, None));
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn evidence_is_kept_of_the_newest_and_of_each_turn(
    #[values(On::Sqlite, On::Postgres)] on: On,
) {
    on.run(async |db| {
        let ground = ground(&db.store).await;
        let check = measured(&db.store, &ground).await;
        let deployment = ground.watching("1", 0);
        deploy(&db.store, std::slice::from_ref(&deployment)).await;
        let (good, bad) = (Phase::Successful, Phase::Failed);
        for (seconds, phase) in
            [(0, good), (1, good), (2, good), (3, bad), (4, bad), (5, good), (6, good), (7, good)]
        {
            let seen = measurement(seconds, phase);
            let id = Some(deployment.id);
            act!(db.store, |tx| measurements::insert(tx, check, id, &seen).await).unwrap();
        }
        let mut link = db.store.read().await.unwrap();
        let link = &mut link;
        let kept: Vec<i64> = link
            .query("SELECT at FROM measurement_evidence ORDER BY at")
            .read(|row| row.get("at"))
            .await
            .unwrap();
        // The first, each turn, and the newest.
        assert_eq!(kept, [0, 3, 5, 7].map(|seconds| store::micros(at(seconds))));
        assert_eq!(
            measurements::evidence(link, check, at(7)).await.unwrap(),
            Some(measurement(7, good))
        );
        assert_eq!(measurements::evidence(link, check, at(6)).await.unwrap(), None);

        let newest = async |link: &mut store::Link, since, until| {
            let found = measurements::newest_for(link, check, deployment.id, since, until).await;
            found.unwrap().map(|found| found.at)
        };
        assert_eq!(newest(link, at(0), None).await, Some(at(7)));
        assert_eq!(newest(link, at(0), Some(at(4))).await, Some(at(4)));
        assert_eq!(newest(link, at(7) + MICROSECOND, None).await, None);

        // The last word on a deployment keeps its evidence when the next one is measured.
        let mut next = ground.watching("2", 8);
        next.replaces_id = Some(deployment.id);
        act!(db.store, |tx| {
            let superseded = domain::watch::WatchState::Superseded;
            deployments::set_state(tx, deployment.id, superseded, at(8), None).await
        })
        .unwrap();
        deploy(&db.store, std::slice::from_ref(&next)).await;
        let seen = measurement(9, good);
        act!(db.store, |tx| measurements::insert(tx, check, Some(next.id), &seen).await).unwrap();
        let last = measurements::evidence(link, check, at(7)).await.unwrap();
        assert_eq!(last, Some(measurement(7, good)));
    })
    .await;
}
