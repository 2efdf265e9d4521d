//! Checks, what they measured, and which evidence of that is kept.

use domain::{
    check::{Check, ProbeSpec},
    ids::{CheckId, DeploymentId},
    measurement::{Exchange, Finding, Measurement, Phase, Picture},
};
use rstest::rstest;
use store::{
    Store, checks,
    measurements::{self, Added, NewMeasurement},
};

use crate::{
    harness::On,
    seed::{self, Ground, MICROSECOND, deploy, ground, id},
};

/// A time in whole milliseconds, as measurements have.
fn at(seconds: i64) -> chrono::DateTime<chrono::Utc> {
    chrono::SubsecRound::trunc_subsecs(seed::at(seconds), 3)
}

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

async fn put(store: &Store, check: &Check) {
    let check = check.clone();
    act!(store, |tx| checks::put(tx, check).await).unwrap();
}

async fn measured(store: &Store, ground: &Ground) -> CheckId {
    let check = ground.check("production-hsts");
    put(store, &check).await;
    check.id
}

/// Adds measurements for a deployment, or none, all at once.
async fn add(
    store: &Store,
    check: CheckId,
    deployment: Option<DeploymentId>,
    seen: Vec<Measurement>,
) -> Result<Vec<Added>, store::StoreError> {
    act!(store, |tx| {
        let new: Vec<_> = seen.iter().map(|seen| new(check, deployment, seen)).collect();
        measurements::add(tx, &new, at(100_000)).await
    })
}

fn new(
    check: CheckId,
    deployment: Option<DeploymentId>,
    measured: &Measurement,
) -> NewMeasurement<'_> {
    let stretch = Some(measured.started_at.timestamp().rem_euclid(2));
    let version = seed::at(0);
    NewMeasurement {
        check,
        version,
        deployment,
        counts_since: at(0),
        stretch,
        asked: false,
        measured,
    }
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
        let changed = Check {
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
        let expected = Check { id: check.id, created_at: check.created_at, ..changed.clone() };
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
        let elsewhere = Check { environment: "staging".into(), ..ground.check("elsewhere") };
        for check in [&runs, &retired, &elsewhere] {
            put(&db.store, check).await;
        }
        let retired = retired.id;
        act!(db.store, |tx| checks::retire(tx, retired, at(1)).await).unwrap();
        let mut link = db.store.read().await.unwrap();
        assert_eq!(checks::being_watched(&mut link, at(9)).await.unwrap(), []);
        let watched = ground.watching("1", 0);
        let id = watched.id;
        deploy(&db.store, &[watched, ground.deployment("0", -1)]).await;
        assert_eq!(checks::being_watched(&mut link, at(9)).await.unwrap(), [(runs, id.into())]);
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
            add(&db.store, check, None, vec![measurement(seconds, phase)]).await.unwrap();
        }
        let newest = measurements::newest(link, check).await.unwrap().unwrap();
        // None of them was made for a deployment.
        assert_eq!(newest.made_for(DeploymentId(id()), at(0)), None);
        let service = ground.service.id;
        let of_place = measurements::newest_of_environment(link, service, "production").await;
        assert_eq!(of_place.unwrap().get(&check), Some(&newest));
        let of_service = measurements::newest_of_service(link, service).await;
        assert_eq!(of_service.unwrap().get(&check), Some(&newest));
        let staging = measurements::newest_of_environment(link, service, "staging").await;
        assert_eq!(staging.unwrap().len(), 0);
        let last = measurements::last_of_all(link).await.unwrap();
        assert_eq!(last.get(&check), Some(&(at(90), None)));
        let newest = newest.record;
        assert_eq!(newest.at, at(90));
        assert_eq!(newest.phase, Phase::Successful);
        assert_eq!(newest.value, Some(0.1 + 0.2));
        assert!((newest.duration_ms - 41.25).abs() < f64::EPSILON);
        assert_eq!((newest.short.as_str(), newest.sentence.as_str()), ("41 ms", "At 90."));

        let between = async |link: &mut store::Connection, since, until, limit| {
            let found = measurements::between(link, check, since, until, limit).await.unwrap();
            found.into_iter().map(|found| (found.at, found.sentence)).collect::<Vec<_>>()
        };
        let said = |seconds| (at(seconds), format!("At {seconds}."));
        assert_eq!(between(link, at(30), at(90), 9).await, [said(60), said(30)]);
        assert_eq!(between(link, at(0), at(91), 2).await, [said(90), said(60)]);
        let values = measurements::values(link, check, at(1), at(60)).await.unwrap();
        let value = Some(0.1 + 0.2);
        assert_eq!(values, [(at(30), Phase::Successful, value), (at(60), Phase::Failed, value)]);

        let newest_between = async |link: &mut store::Connection, since, until| {
            let place = (service, "production");
            let found = measurements::newest_between(link, place, since, until).await.unwrap();
            found.get(&check).map(|found| found.at)
        };
        assert_eq!(newest_between(link, at(0), at(89)).await, Some(at(60)));
        assert_eq!(newest_between(link, at(31), at(61)).await, Some(at(60)));
        assert_eq!(newest_between(link, at(31), at(60)).await, None);
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn a_check_has_one_measurement_at_a_millisecond(#[values(On::Sqlite, On::Postgres)] on: On) {
    on.run(async |db| {
        let ground = ground(&db.store).await;
        let check = measured(&db.store, &ground).await;
        let (good, bad) = (Phase::Successful, Phase::Failed);
        let all = vec![measurement(5, good), measurement(5, bad)];
        let added = add(&db.store, check, None, all).await.unwrap();
        assert_eq!(added, [Added::Turned, Added::Not]);
        let added = add(&db.store, check, None, vec![measurement(5, bad)]).await.unwrap();
        assert_eq!(added, [Added::Not]);
        let mut link = db.store.read().await.unwrap();
        let first = measurements::newest(&mut link, check).await.unwrap().unwrap();
        assert_eq!(first.record.phase, good);
        let evidence = measurements::evidence(&mut link, check, at(5)).await.unwrap();
        assert_eq!(evidence, Some(measurement(5, good)));

        // A part of a millisecond counts as the whole.
        let next =
            Measurement { started_at: at(5) + MICROSECOND, value: None, ..measurement(5, bad) };
        let added = add(&db.store, check, None, vec![next]).await.unwrap();
        assert_eq!(added, [Added::Turned]);
        let newest = measurements::newest(&mut link, check).await.unwrap().unwrap().record;
        let millisecond = chrono::Duration::milliseconds(1);
        assert_eq!((newest.at, newest.value), (at(5) + millisecond, None));

        // One that arrives late is kept and changes nothing else.
        let late = vec![measurement(3, good), measurement(5, good)];
        let added = add(&db.store, check, None, late).await.unwrap();
        assert_eq!(added, [Added::Steady, Added::Steady]);
        let again = measurements::newest(&mut link, check).await.unwrap().unwrap().record;
        assert_eq!(again, newest);
        let found = measurements::between(&mut link, check, at(0), at(9), 9).await.unwrap();
        let found: Vec<_> = found.iter().map(|found| (found.at, found.phase)).collect();
        assert_eq!(found, [(at(5) + millisecond, bad), (at(5), good), (at(3), good)]);
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn evidence_is_kept_of_each_turn_and_of_one_a_minute(
    #[values(On::Sqlite, On::Postgres)] on: On,
) {
    on.run(async |db| {
        let ground = ground(&db.store).await;
        let check = measured(&db.store, &ground).await;
        let deployment = ground.watching("1", 0);
        deploy(&db.store, std::slice::from_ref(&deployment)).await;
        let made_for = Some(deployment.id);
        let (good, bad) = (Phase::Successful, Phase::Failed);
        let mut added = Vec::new();
        for (seconds, phase) in [
            (0, good),
            (20, good),
            (60, good),
            (120, good),
            (140, bad),
            (160, bad),
            (180, good),
            (240, good),
            (250, good),
        ] {
            let seen = vec![measurement(seconds, phase)];
            added.extend(add(&db.store, check, made_for, seen).await.unwrap());
        }
        let (steady, turned) = (Added::Steady, Added::Turned);
        let expected = [turned, steady, steady, steady, turned, steady, turned, steady, steady];
        assert_eq!(added, expected);
        let mut link = db.store.read().await.unwrap();
        let link = &mut link;
        let kept: Vec<i64> = link
            .query("SELECT at FROM measurement_evidence ORDER BY at")
            .fetch_as(|row| row.get("at"))
            .await
            .unwrap();
        // The first, each turn, and the newest that is a minute after the one before.
        assert_eq!(kept, [0, 140, 180, 240].map(|s| measurements::millis_up(at(s))));
        let evidence = async |link: &mut store::Connection, seconds| {
            let found = measurements::evidence(link, check, at(seconds)).await.unwrap();
            found.map(|found| found.started_at)
        };
        assert_eq!(evidence(link, 250).await, Some(at(240)));
        assert_eq!(evidence(link, 160).await, Some(at(140)));
        assert_eq!(evidence(link, -1).await, None);
        let newest = measurements::newest(link, check).await.unwrap().unwrap();
        assert_eq!((newest.record.at, newest.evidence_at), (at(250), at(240)));
        assert!(newest.made_for(deployment.id, at(250)).is_some());
        assert!(newest.made_for(deployment.id, at(250) + MICROSECOND).is_none());

        // The last word on a deployment keeps its evidence when the next one is measured.
        let mut next = ground.watching("2", 260);
        next.replaces_id = Some(deployment.id);
        act!(db.store, |tx| {
            let superseded = domain::watch::WatchState::Superseded;
            store::runs::close(tx, deployment.id.into(), superseded, at(260)).await
        })
        .unwrap();
        deploy(&db.store, std::slice::from_ref(&next)).await;
        let seen = vec![measurement(270, good)];
        let added = add(&db.store, check, Some(next.id), seen).await.unwrap();
        assert_eq!(added, [Added::Turned]);
        assert_eq!(evidence(link, 269).await, Some(at(240)));
        assert_eq!(evidence(link, 270).await, Some(at(270)));

        // The strip of each has its own.
        let strip = async |link: &mut store::Connection, id| {
            let found = measurements::stretches(link, id).await.unwrap();
            let counts = found.iter().map(|one| (one.stretch, one.good, one.unsure, one.bad));
            counts.collect::<Vec<_>>()
        };
        assert_eq!(strip(link, deployment.id).await, [(0, 7, 0, 2)]);
        assert_eq!(strip(link, next.id).await, [(0, 1, 0, 0)]);
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn a_check_that_was_changed_meanwhile_has_not_measured(
    #[values(On::Sqlite, On::Postgres)] on: On,
) {
    on.run(async |db| {
        let ground = ground(&db.store).await;
        let check = measured(&db.store, &ground).await;
        let seen = measurement(5, Phase::Successful);
        let later = seed::at(7);
        let added = act!(db.store, |tx| {
            let old = NewMeasurement { version: later, ..new(check, None, &seen) };
            measurements::add(tx, &[old], at(9)).await
        });
        assert_eq!(added.unwrap(), [Added::Not]);
        act!(db.store, |tx| checks::retire(tx, check, at(6)).await).unwrap();
        let again = vec![measurement(5, Phase::Successful)];
        assert_eq!(add(&db.store, check, None, again).await.unwrap(), [Added::Not]);
        let mut link = db.store.read().await.unwrap();
        assert_eq!(measurements::newest(&mut link, check).await.unwrap(), None);
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn a_clock_put_back_hides_no_turn(#[values(On::Sqlite, On::Postgres)] on: On) {
    on.run(async |db| {
        let ground = ground(&db.store).await;
        let check = measured(&db.store, &ground).await;
        add(&db.store, check, None, vec![measurement(3_600, Phase::Successful)]).await.unwrap();
        let failed = measurement(10, Phase::Failed);
        let added = act!(db.store, |tx| {
            measurements::add(tx, &[new(check, None, &failed)], at(11)).await
        });
        assert_eq!(added.unwrap(), [Added::Turned]);
        let mut link = db.store.read().await.unwrap();
        let newest = measurements::newest(&mut link, check).await.unwrap().unwrap().record;
        assert_eq!((newest.at, newest.phase), (at(10), Phase::Failed));
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn what_a_person_asked_for_keeps_its_evidence(#[values(On::Sqlite, On::Postgres)] on: On) {
    on.run(async |db| {
        let ground = ground(&db.store).await;
        let check = measured(&db.store, &ground).await;
        let good = Phase::Successful;
        add(&db.store, check, None, vec![measurement(0, good)]).await.unwrap();
        let asked = measurement(1, good);
        act!(db.store, |tx| {
            let new = NewMeasurement { asked: true, ..new(check, None, &asked) };
            measurements::add(tx, &[new], at(1)).await
        })
        .unwrap();
        let mut link = db.store.read().await.unwrap();
        let found = measurements::evidence(&mut link, check, at(1)).await.unwrap();
        assert_eq!(found, Some(measurement(1, good)));
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn what_measurements_say_is_kept_once(#[values(On::Sqlite, On::Postgres)] on: On) {
    on.run(async |db| {
        let ground = ground(&db.store).await;
        let check = measured(&db.store, &ground).await;
        let took = |n: i64| 10.0 + f64::from(i32::try_from(n).unwrap()) / 8.0;
        let said = |n: i64| Measurement {
            value: Some(took(n)),
            sentence: format!("shop.example.org answered 200 in {:.1} ms.", took(n)),
            short: format!("{:.0} ms", took(n)),
            ..measurement(n, Phase::Successful)
        };
        let all: Vec<_> = (0..200).map(said).collect();
        let (first, second) = all.split_at(70);
        add(&db.store, check, None, first.to_vec()).await.unwrap();
        add(&db.store, check, None, second.to_vec()).await.unwrap();
        let mut link = db.store.read().await.unwrap();
        let outcomes: i64 = link
            .query("SELECT count(*) AS n FROM outcomes")
            .fetch_one()
            .await
            .unwrap()
            .get("n")
            .unwrap();
        assert_eq!(outcomes, 1);
        let mut found = measurements::between(&mut link, check, at(0), at(200), 200).await.unwrap();
        found.reverse();
        assert_eq!(found.len(), 200);
        for (found, said) in found.iter().zip(&all) {
            assert_eq!(found.sentence, said.sentence);
            assert_eq!(found.short, said.short);
            assert_eq!(found.value, said.value);
        }
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn pictures_are_read_one_by_one_and_go_with_their_evidence(
    #[values(On::Sqlite, On::Postgres)] on: On,
) {
    on.run(async |db| {
        let ground = ground(&db.store).await;
        let check = measured(&db.store, &ground).await;
        let picture = |n: u8, left_out: Option<&str>| Picture {
            title: format!("step {n}"),
            at_ms: 5,
            good: true,
            jpeg: if left_out.is_some() { Vec::new() } else { vec![0xff, n] },
            left_out: left_out.map(Into::into),
        };
        let of = |seconds| Measurement {
            pictures: vec![picture(0, None), picture(1, Some("Left out.")), picture(2, None)],
            ..measurement(seconds, Phase::Successful)
        };
        add(&db.store, check, None, vec![of(10), of(20)]).await.unwrap();
        let shown = async |seconds, n| {
            let mut link = db.store.read().await.unwrap();
            measurements::picture(&mut link, check, at(seconds), n).await.unwrap()
        };
        // The first, at which the check turned, keeps its evidence beside the newest.
        for seconds in [10, 20] {
            assert_eq!(shown(seconds, 0).await, Some(vec![0xff, 0]));
            assert_eq!(shown(seconds, 1).await, None, "it was left out");
            assert_eq!(shown(seconds, 2).await, Some(vec![0xff, 2]));
            assert_eq!(shown(seconds, 3).await, None, "there is none");
        }
        let mut link = db.store.read().await.unwrap();
        let kept = measurements::evidence(&mut link, check, at(20)).await.unwrap().unwrap();
        assert!(kept.pictures.iter().all(|one| one.jpeg.is_empty()), "not within the body");
        assert_eq!(kept.pictures[1].left_out.as_deref(), Some("Left out."));
        drop(link);
        // A newer one takes the place of the second.
        add(&db.store, check, None, vec![of(30)]).await.unwrap();
        assert_eq!(shown(20, 0).await, None);
        assert_eq!(shown(30, 0).await, Some(vec![0xff, 0]));
        // Two at once, of which neither turns: the first of them is not kept at all.
        let added = add(&db.store, check, None, vec![of(31), of(32)]).await.unwrap();
        assert_eq!(added, [Added::Steady, Added::Steady]);
        assert_eq!((shown(30, 0).await, shown(31, 0).await), (None, None));
        assert_eq!(shown(32, 0).await, Some(vec![0xff, 0]));
        add(&db.store, check, None, vec![of(33)]).await.unwrap();
        act!(db.store, |tx| measurements::prune_evidence(tx, at(25)).await).unwrap();
        assert_eq!(shown(10, 0).await, None);
        assert_eq!(shown(33, 2).await, Some(vec![0xff, 2]));
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn a_check_that_changes_each_time_does_not_fill_the_disk(
    #[values(On::Sqlite, On::Postgres)] on: On,
) {
    on.run(async |db| {
        let ground = ground(&db.store).await;
        let check = measured(&db.store, &ground).await;
        let other = ground.check("production-tls");
        put(&db.store, &other).await;
        add(&db.store, other.id, None, vec![measurement(0, Phase::Successful)]).await.unwrap();
        let turned = |n: i64| Measurement {
            pictures: vec![Picture {
                title: "Open".into(),
                at_ms: 5,
                good: true,
                jpeg: vec![0xff],
                left_out: None,
            }],
            // Some are large.
            sentence: if n % 10 == 0 { "x".repeat(70_000) } else { "Small.".into() },
            ..measurement(n, if n % 2 == 0 { Phase::Successful } else { Phase::Failed })
        };
        for some in (0..2_300).map(turned).collect::<Vec<_>>().chunks(50) {
            add(&db.store, check, None, some.to_vec()).await.unwrap();
        }
        let mut link = db.store.read().await.unwrap();
        let link = &mut link;
        let evidence = async |link: &mut store::Connection, seconds| {
            measurements::evidence(link, check, at(seconds)).await.unwrap()
        };
        // The newest, and nothing stands for what is not kept.
        let first = link
            .query(
                "SELECT min(at) AS at, count(*) AS n FROM measurement_evidence WHERE check_id = $1",
            )
            .bind(check.0)
            .fetch_one()
            .await
            .unwrap();
        let kept: i64 = first.get("n").unwrap();
        assert!((1_900..=2_000).contains(&kept), "{kept}");
        let first = chrono::DateTime::from_timestamp_millis(first.get("at").unwrap()).unwrap();
        let before = first - chrono::Duration::seconds(1);
        assert_eq!(measurements::evidence(link, check, before).await.unwrap(), None);
        // Of the large ones, and of the pictures, the newest few.
        assert_eq!(evidence(link, 2_290).await.unwrap().started_at, at(2_290));
        assert_eq!(evidence(link, 2_270).await.unwrap().started_at, at(2_269));
        let left_out = |seen: Measurement| seen.pictures[0].left_out.clone();
        let older = left_out(evidence(link, 2_279).await.unwrap());
        assert!(older.unwrap().starts_with("Kept no more"));
        assert_eq!(left_out(evidence(link, 2_281).await.unwrap()), None);
        assert_eq!(measurements::picture(link, check, at(2_279), 0).await.unwrap(), None);
        let shown = measurements::picture(link, check, at(2_281), 0).await.unwrap();
        assert_eq!(shown, Some(vec![0xff]));
        let kept = measurements::evidence(link, other.id, at(0)).await.unwrap();
        assert!(kept.is_some(), "another check's is untouched");
    })
    .await;
}

/// As they were kept before they had rows of their own.
#[rstest]
#[tokio::test]
async fn pictures_from_before_are_read_as_well(#[values(On::Sqlite, On::Postgres)] on: On) {
    on.run(async |db| {
        let ground = ground(&db.store).await;
        let check = measured(&db.store, &ground).await;
        let mut body = serde_json::to_value(measurement(10, Phase::Successful)).unwrap();
        body["pictures"] = serde_json::json!([
            { "title": "Open", "at_ms": 3, "good": true, "jpeg": "/9j/" },
        ]);
        let (at_ms, body) = (at(10).timestamp_millis(), body.to_string());
        act!(db.store, |tx| {
            let sql = "INSERT INTO measurement_evidence (check_id, at, turning, body) \
                       VALUES ($1, $2, $3, $4)";
            tx.query(sql).bind(check.0).bind(at_ms).bind(true).bind(body).execute().await
        })
        .unwrap();
        let mut link = db.store.read().await.unwrap();
        let link = &mut link;
        let first = measurements::picture(link, check, at(10), 0).await.unwrap();
        assert_eq!(first, Some(vec![0xff, 0xd8, 0xff]));
        assert_eq!(measurements::picture(link, check, at(10), 1).await.unwrap(), None);
        let seen = measurements::evidence(link, check, at(10)).await.unwrap().unwrap();
        assert_eq!(seen.pictures[0].title, "Open");
        assert_eq!(seen.pictures[0].left_out, None);
    })
    .await;
}
