//! A watch of 48 hours, replayed: what is captured is what the raw points say.

use chrono::{DateTime, Duration, Utc};
use domain::{
    baseline::Moment,
    measurement::{Measurement, Phase},
};
use engine::{Error, clock::Clock as _};
use rstest::rstest;
use store::{
    StoreError, baselines, checks,
    measurements::{self, NewMeasurement},
    services,
};

use crate::{
    common::{Portal, RUNBOOK, portal},
    harness::On,
};

fn runbook() -> String {
    RUNBOOK.replace("  - key: load\n", "  - key: load\n    probes: [response-targets]\n").replace(
        "  - key: smoke\n",
        "  - key: normal\n    title: Baselines\n    actor: automated\n    machine: baselines\n  - key: smoke\n",
    )
}

/// A raw point: when, whether it was good, and how long it took.
type Point = (DateTime<Utc>, Phase, f64);

/// How long an answer takes that is too slow.
const TOO_SLOW_MS: f64 = 1_505.0;

/// A point a minute and a check for 48 hours; every 500th bad, every 701st too slow, every 97th
/// trouble of our own, and none from `hole.0` to `hole.1` hours.
fn points(began: DateTime<Utc>, hole: (i64, i64)) -> Vec<Point> {
    (0..48 * 60)
        .filter(|minute| !(hole.0 * 60..hole.1 * 60).contains(minute))
        .map(|minute| {
            let phase = match minute {
                minute if minute % 500 == 499 || minute % 701 == 700 => Phase::Failed,
                minute if minute % 97 == 96 => Phase::Error,
                _ => Phase::Successful,
            };
            #[expect(clippy::cast_precision_loss, reason = "minutes of two days")]
            let quick = 80.0 + (minute % 61) as f64;
            let took = if minute % 701 == 700 { TOO_SLOW_MS } else { quick };
            (began + Duration::seconds(minute * 60 + 7), phase, took)
        })
        .collect()
}

async fn keep(p: &Portal, deployment: domain::ids::DeploymentId, all: Vec<Point>) {
    let mut link = p.store.read().await.unwrap();
    let service = services::by_slug(&mut link, "shop").await.unwrap().unwrap();
    let found = checks::of_environment(&mut link, service.id, "production").await.unwrap();
    let check = found.into_iter().find(|check| check.label == "home").unwrap();
    drop(link);
    let act = p.store.write::<_, StoreError, _>(move |tx| {
        Box::pin(async move {
            let seen: Vec<_> = all
                .into_iter()
                .map(|(started_at, phase, took)| Measurement {
                    started_at,
                    duration_ms: took,
                    phase,
                    value: Some(took),
                    sentence: "Seen.".into(),
                    short: "seen".into(),
                    findings: vec![],
                    exchanges: vec![],
                    pictures: vec![],
                })
                .collect();
            let new: Vec<_> = seen
                .iter()
                .map(|measured| NewMeasurement {
                    check: check.id,
                    version: check.updated_at,
                    deployment: Some(deployment),
                    counts_since: check.updated_at,
                    stretch: None,
                    asked: false,
                    measured,
                })
                .collect();
            measurements::add(tx, &new, check.updated_at).await.map(drop)
        })
    });
    act.await.unwrap();
}

/// Computed from the raw points alone: mean of the good ones and the slow ones, and their part of all that say
/// something, within the window.
fn expected(all: &[Point], (from, until): (DateTime<Utc>, DateTime<Utc>)) -> (f64, f64) {
    let within = all.iter().filter(|(at, ..)| *at >= from && *at < until);
    let (mut good, mut bad, mut sum, mut timed) = (0.0, 0.0, 0.0, 0.0);
    for (_, phase, took) in within {
        if *phase == Phase::Successful || *took >= TOO_SLOW_MS {
            sum += took;
            timed += 1.0;
        }
        match phase {
            Phase::Successful => good += 1.0,
            Phase::Failed => bad += 1.0,
            Phase::Error | Phase::Inconclusive => {}
        }
    }
    (sum / timed, 100.0 * good / (good + bad))
}

#[rstest]
#[tokio::test]
async fn two_days_are_summed_up_as_the_raw_points_say(#[values(On::Sqlite, On::Postgres)] on: On) {
    portal(on, async |p| {
        p.engine.runbooks().publish(&p.admin(), "a.yaml", &runbook()).await.unwrap();
        p.put_service("shop", Some("http://127.0.0.1:9".into())).await;
        let id = p.announce("1.0.0").await;
        let began = p.clock.now();
        let all = points(began, (30, 33));
        keep(p, id, all.clone()).await;
        assert_eq!(p.engine.baselines().capture().await.unwrap(), 0, "nothing is due");
        assert_eq!(p.item(id, "normal").await.state, "undecided");

        let mut done = 0;
        for moment in Moment::ALL.iter().copied() {
            // From the first whole minute after the deployment on.
            let from = DateTime::from_timestamp((began.timestamp() / 60 + 1) * 60, 0).unwrap();
            let until = from + moment.after();
            p.clock.advance(until + Duration::seconds(61) - p.clock.now());
            assert_eq!(p.engine.baselines().capture().await.unwrap(), 1);
            assert_eq!(p.engine.baselines().capture().await.unwrap(), 0, "each is captured once");
            done += 1;
            let mut link = p.store.read().await.unwrap();
            let kept = baselines::of_deployment(&mut link, id).await.unwrap();
            assert_eq!(kept.len(), 2 * done);
            let (time, uptime) = expected(&all, (from, until));
            for (indicator, expected) in [("response_time", time), ("uptime", uptime)] {
                let of = kept
                    .iter()
                    .find(|one| one.moment == moment && one.measured.indicator == indicator);
                let value = of.unwrap().measured.summary.value.unwrap();
                assert!((value - expected).abs() < 1e-9, "{moment:?} {indicator}: {value}");
            }
        }
        let view = p.view(id).await;
        let last = view.baselines.iter().find(|one| one.moment == "48h").unwrap();
        assert_eq!(last.gaps.len(), 1);
        // The hole begins with the minute after the one that begins at 30 h.
        assert_eq!((last.gaps[0].from_s, last.gaps[0].until_s), (30 * 3_600, 33 * 3_600 - 300));
        // Nothing measures the error rate, so the box does not pass; a script may say it does.
        let (state, reason) = p.state(id, "normal").await;
        assert_eq!(state, "failed", "{reason}");
        assert!(reason.contains("uptime 99.66 %, expected >= 99.9%"), "{reason}");
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn a_watch_nobody_measured_has_no_baseline_and_stays_undecided(
    #[values(On::Sqlite, On::Postgres)] on: On,
) {
    portal(on, async |p| {
        p.engine.runbooks().publish(&p.admin(), "a.yaml", &runbook()).await.unwrap();
        p.put_service("shop", Some("http://127.0.0.1:9".into())).await;
        let id = p.announce("1.0.0").await;
        // Half of the two days only.
        keep(p, id, points(p.clock.now(), (20, 48))).await;
        p.clock.advance(Duration::hours(49));
        assert_eq!(
            p.engine.baselines().capture().await.unwrap(),
            4,
            "what was missed is caught up"
        );
        let (state, reason) = p.state(id, "normal").await;
        assert_eq!(state, "undecided", "{reason}");
        assert!(reason.contains("42 % of the window"), "{reason}");
        assert!(reason.contains("error rate: nothing measures it"), "{reason}");
        let view = p.view(id).await;
        let at = |moment: &str| view.baselines.iter().find(|one| one.moment == moment).unwrap();
        assert!(at("1h").value.is_some());
        assert_eq!(at("48h").value, None);
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn what_is_recorded_by_hand_stands_beside_the_moments_and_counts_for_nothing(
    #[values(On::Sqlite, On::Postgres)] on: On,
) {
    portal(on, async |p| {
        p.engine.runbooks().publish(&p.admin(), "a.yaml", &runbook()).await.unwrap();
        p.put_service("shop", Some("http://127.0.0.1:9".into())).await;
        let id = p.announce("1.0.0").await;
        let began = p.clock.now();
        let all = points(began, (30, 33));
        keep(p, id, all.clone()).await;
        let (actor, early) = (p.admin(), p.engine.baselines().record_now(&p.admin(), id).await);
        assert!(matches!(early, Err(Error::Conflict { .. })), "too early");

        // Not at a moment, and not at the end of a stretch.
        p.clock.advance(Duration::minutes(17 * 60 + 18));
        let before = p.state(id, "normal").await;
        let recorded = p.engine.baselines().record_now(&actor, id).await.unwrap();
        assert_eq!((recorded.indicators, recorded.with_value), (2, 2));
        p.clock.advance(Duration::minutes(5));
        p.engine.baselines().record_now(&actor, id).await.unwrap();
        assert_eq!(p.state(id, "normal").await, before, "no box counts it");

        let view = p.view(id).await;
        let by_hand: Vec<_> =
            view.baselines.iter().filter(|one| one.moment == "manual").cloned().collect();
        assert_eq!(by_hand.len(), 4, "two indicators, taken twice; the first ones stand");
        let first = by_hand.iter().find(|one| one.indicator == "response_time").unwrap();
        assert_eq!(first.captured_by.as_deref(), Some(actor.name()));
        assert_eq!((first.window_until - first.window_from).num_minutes(), 17 * 60 + 15);
        let (time, _) = expected(&all, (first.window_from, first.window_until));
        assert!((first.value.unwrap() - time).abs() < 1e-9, "{:?}", first.value);

        // The moments are captured as ever.
        p.clock.advance(Duration::hours(48));
        assert_eq!(p.engine.baselines().capture().await.unwrap(), 4);
        let view = p.view(id).await;
        let last = view.baselines.iter().find(|one| one.moment == "48h").unwrap();
        assert_eq!(last.captured_by, None);
        let told = p.actions().await;
        assert_eq!(told.iter().filter(|action| *action == "baseline.record").count(), 2);
    })
    .await;
}
