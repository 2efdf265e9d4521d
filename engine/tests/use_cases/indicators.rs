//! Indicators and pushed points.

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, Utc};
use domain::{baseline::Moment, indicator::SKETCH_ERROR, roles::Scope};
use engine::{
    Error, Put,
    clock::Clock as _,
    indicators::{IndicatorRequest, IndicatorView, PointsAnswer, PointsRequest, ThresholdsRequest},
    runs::SignedOff,
};
use rstest::rstest;
use serde_json::{Value, json};
use store::{StoreError, series};

use crate::{
    common::{Portal, RUNBOOK, field, portal, token},
    harness::On,
};

fn pushed(family: &str, unit: &str, pass: &[&str]) -> IndicatorRequest {
    IndicatorRequest {
        family: family.into(),
        source: "pushed".into(),
        unit: unit.into(),
        thresholds: Some(ThresholdsRequest {
            pass: pass.iter().map(ToString::to_string).collect(),
            ..ThresholdsRequest::default()
        }),
        ..IndicatorRequest::default()
    }
}

async fn put(
    p: &Portal,
    key: &str,
    request: IndicatorRequest,
) -> Result<Put<IndicatorView>, Error> {
    p.engine.indicators().put(&p.admin(), "shop", key, request).await
}

fn point(indicator: &str, at: DateTime<Utc>, reading: Value) -> Value {
    let mut point = json!({
        "service": "shop", "environment": "production", "indicator": indicator, "at": at,
    });
    let fields = point.as_object_mut().unwrap();
    fields.extend(reading.as_object().unwrap().clone());
    point
}

async fn push(p: &Portal, points: Vec<Value>) -> Result<PointsAnswer, Error> {
    let actor = token(&[Scope::MeasurementsWrite], &[]);
    p.engine.indicators().ingest(&actor, PointsRequest { points }, None).await?.now()
}

fn runbook() -> String {
    RUNBOOK.replace(
        "  - key: smoke\n",
        "  - key: normal\n    title: Baselines\n    actor: automated\n    machine: baselines\n  - key: smoke\n",
    )
}

/// Requests and their times, a batch every 20 s of 48 hours, from a plain generator of numbers.
fn traffic(began: DateTime<Utc>) -> Vec<(DateTime<Utc>, u64, u64, Vec<f64>)> {
    let mut state = 7u64;
    let mut next = move |below: u64| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    (0..48 * 180)
        .map(|batch| {
            let at = began + Duration::seconds(batch * 20 + 3);
            let total = 40 + next(200);
            let bad = u64::from(next(40) == 0);
            #[expect(clippy::cast_precision_loss, reason = "small numbers")]
            let times = (0..3).map(|_| 20.0 + (next(100) * next(100)) as f64 / 40.0).collect();
            (at, total - bad, total, times)
        })
        .collect()
}

#[rstest]
#[tokio::test]
async fn two_days_of_pushed_points_give_the_baselines_of_the_raw_points(
    #[values(On::Sqlite, On::Postgres)] on: On,
) {
    portal(on, async |p| {
        p.engine.runbooks().publish(&p.admin(), "a.yaml", &runbook()).await.unwrap();
        put(p, "errors", pushed("error_rate", "%", &[])).await.unwrap();
        put(p, "took", pushed("latency", "ms", &["< 200ms"])).await.unwrap();
        put(p, "there", pushed("uptime", "%", &[">= 99%"])).await.unwrap();
        let id = p.announce("1.0.0").await;
        let from = DateTime::from_timestamp((p.clock.now().timestamp() / 60 + 1) * 60, 0).unwrap();
        let all = traffic(p.clock.now());
        // As a collector does, a batch now and then; late by up to an hour.
        for hour in all.chunks(180) {
            p.clock.advance(hour[0].0 + Duration::hours(1) - p.clock.now());
            let points = hour.iter().flat_map(|(at, good, total, times)| {
                let mut points = vec![
                    point("errors", *at, json!({ "good": good, "total": total })),
                    point("there", *at, json!({ "value": 99.9 })),
                ];
                points.extend(times.iter().map(|ms| point("took", *at, json!({ "value": ms }))));
                points
            });
            let answer = push(p, points.collect()).await.unwrap();
            assert_eq!((answer.accepted, answer.refused), (900, 0));
        }
        p.clock.advance(Duration::hours(1));
        p.engine.baselines().capture().await.unwrap();
        let view = p.view(id).await;
        for moment in Moment::ALL.iter().copied() {
            let until = from + moment.after();
            let within = all.iter().filter(|(at, ..)| *at >= from && *at < until);
            let (mut bad, mut total, mut times) = (0u64, 0u64, Vec::new());
            for (_, good, of, took) in within {
                bad += of - good;
                total += of;
                times.extend(took);
            }
            times.sort_by(f64::total_cmp);
            let of = |key: &str| {
                let mut found = view.baselines.iter();
                found.find(|one| one.moment == moment.as_str() && one.indicator == key).unwrap()
            };
            #[expect(clippy::cast_precision_loss, reason = "counts of two days")]
            let (rate, mean) =
                (100.0 * bad as f64 / total as f64, times.iter().sum::<f64>() / times.len() as f64);
            assert_eq!((of("errors").samples, of("took").samples), (total, times.len() as u64));
            assert!((of("errors").value.unwrap() - rate).abs() < 1e-9);
            assert!((of("took").value.unwrap() - mean).abs() < 1e-9 * mean);
            let p95 = times[(times.len() - 1) * 95 / 100];
            let found = of("took").p95.unwrap();
            let off = (found - p95).abs() / p95;
            assert!(off <= 1.001 * SKETCH_ERROR, "{moment:?}: {found} beside {p95}");
            assert!(of("errors").coverage > 0.99, "{:?}", of("errors"));
        }
        let (state, reason) = p.state(id, "normal").await;
        assert_eq!(state, "passed", "{reason}");
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn a_bad_point_is_named_and_costs_none_of_the_good_ones(
    #[values(On::Sqlite, On::Postgres)] on: On,
) {
    portal(on, async |p| {
        put(p, "took", pushed("latency", "ms", &[])).await.unwrap();
        let now = p.clock.now();
        let mut points: Vec<_> = (0..10_000)
            .map(|at| point("took", now - Duration::seconds(at), json!({ "value": 12.5 })))
            .collect();
        points[4_711]["value"] = json!("fast");
        let answer = push(p, points.clone()).await.unwrap();
        assert_eq!((answer.accepted, answer.refused), (9_999, 1));
        assert_eq!(answer.errors[0].pointer, "/points/4711");
        points.push(points[0].clone());
        assert_eq!(field(push(p, points).await.unwrap_err()), "/points");

        let bad = [
            (point("took", now + Duration::days(365), json!({ "value": 1 })), "/at", "future"),
            (point("took", now - Duration::days(30), json!({ "value": 1 })), "/at", "older"),
            (point("tooke", now, json!({ "value": 1 })), "/indicator", "names no indicator"),
            (point("took", now, json!({ "good": 1, "total": 2 })), "/good", "not in %"),
            (point("took", now, json!({ "good": 3, "total": 2 })), "/good", "at most the total"),
            (point("took", now, json!({})), "", "either a `value`"),
            (point("took", now, json!({ "value": 1, "total": 2 })), "", "either a `value`"),
            (point("took", now, json!({ "value": 1, "valeu": 2 })), "", "unknown field"),
            (point("took", now, json!({ "good": -1, "total": 2 })), "", "invalid value"),
            (json!("NaN"), "", "invalid type"),
        ];
        for (point, place, says) in bad {
            let refused = push(p, vec![point.clone()]).await.unwrap_err();
            assert!(refused.to_string().contains(says), "{point}: {refused}");
            assert_eq!(field(refused), format!("/points/0{place}"), "{point}");
        }
        assert_eq!(field(push(p, vec![]).await.unwrap_err()), "/points");
        let other = token(&[Scope::MeasurementsWrite], &["other"]);
        let request = PointsRequest { points: vec![point("took", now, json!({ "value": 1 }))] };
        let refused = p.engine.indicators().ingest(&other, request, None).await.unwrap_err();
        assert!(refused.to_string().contains("limited to other services"), "{refused}");
        let request = PointsRequest { points: vec![point("took", now, json!({ "value": 1 }))] };
        let refused = p.engine.indicators().ingest(&p.ci(), request, None).await.unwrap_err();
        assert!(matches!(refused, Error::Forbidden(_)), "{refused}");
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn what_an_indicator_may_be(#[values(On::Sqlite, On::Postgres)] on: On) {
    portal(on, async |p| {
        let refused = async |key: &str, request| field(put(p, key, request).await.unwrap_err());
        assert_eq!(refused("Error Rate", pushed("error_rate", "%", &[])).await, "/key");
        assert_eq!(refused("a", pushed("errors", "%", &[])).await, "/family");
        assert_eq!(refused("a", pushed("latency", "", &[])).await, "/unit");
        assert_eq!(refused("a", pushed("latency", "ms", &["fast"])).await, "/thresholds/pass/0");
        assert_eq!(
            refused("a", pushed("latency", "ms", &["< 1s for 2m"])).await,
            "/thresholds/pass/0"
        );
        assert_eq!(refused("response_time", pushed("latency", "ms", &[])).await, "/source");
        let probe = IndicatorRequest { source: "probe".into(), ..pushed("latency", "ms", &[]) };
        assert_eq!(refused("mine", probe.clone()).await, "/source");
        assert!(put(p, "response_time", probe).await.unwrap().created);
        let asks = IndicatorRequest {
            source: "prometheus".into(),
            server_url: Some("http://prometheus:9090".into()),
            query: Some("rate(errors{service=\"{{srevice}}\"}[5m])".into()),
            ..pushed("error_rate", "%", &[])
        };
        assert_eq!(refused("errors", asks.clone()).await, "/query");
        let asks = IndicatorRequest { query: Some("up".into()), ..asks };
        assert!(put(p, "errors", asks).await.unwrap().created);

        // Another unit would read the points wrongly; another source is fine.
        let other = put(p, "errors", pushed("error_rate", "ratio", &[])).await.unwrap_err();
        assert!(other.to_string().contains("has points in %"), "{other}");
        assert!(!put(p, "errors", pushed("error_rate", "%", &[])).await.unwrap().created);
        p.engine.indicators().retire(&p.admin(), "shop", "errors").await.unwrap();
        let again = p.engine.indicators().retire(&p.admin(), "shop", "errors").await;
        assert!(matches!(again, Err(Error::NotFound { .. })));
        let gone = push(p, vec![point("errors", p.clock.now(), json!({ "value": 1 }))]).await;
        assert_eq!(field(gone.unwrap_err()), "/points/0/indicator");
        assert!(put(p, "errors", pushed("error_rate", "%", &[])).await.unwrap().created);
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn a_threshold_changed_during_a_watch_is_on_its_timeline(
    #[values(On::Sqlite, On::Postgres)] on: On,
) {
    portal(on, async |p| {
        put(p, "errors", pushed("error_rate", "%", &["< 1%"])).await.unwrap();
        p.announce("1.0.0").await;
        p.leaves(&["indicator.put"], async || {
            put(p, "errors", pushed("error_rate", "%", &["< 1%"])).await.unwrap();
        })
        .await;
        p.leaves(&["indicator.thresholds", "indicator.put"], async || {
            put(p, "errors", pushed("error_rate", "%", &["< 5%"])).await.unwrap();
        })
        .await;
        // Neither does it help to retire it in between.
        p.leaves(&["indicator.retire", "indicator.thresholds", "indicator.put"], async || {
            p.engine.indicators().retire(&p.admin(), "shop", "errors").await.unwrap();
            put(p, "errors", pushed("error_rate", "%", &["< 100%"])).await.unwrap();
        })
        .await;
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn the_charts_show_the_last_good_watch_and_gaps(#[values(On::Sqlite, On::Postgres)] on: On) {
    portal(on, async |p| {
        p.engine.runbooks().publish(&p.admin(), "a.yaml", &runbook()).await.unwrap();
        put(p, "took", pushed("latency", "ms", &["< 200ms", "<= +10%"])).await.unwrap();
        let minutes = async |from: i64, until: i64, ms: f64| {
            let began = p.clock.now();
            let at = |minute| began + Duration::minutes(minute);
            let points =
                (from..until).map(|minute| point("took", at(minute), json!({ "value": ms })));
            p.clock.advance(Duration::minutes(until));
            push(p, points.collect()).await.unwrap();
        };
        let first = p.announce("1.0.0").await;
        minutes(1, 20, 100.0).await;
        p.engine.baselines().capture().await.unwrap();
        p.close_all(first).await;
        let (why, until) =
            ("A quarter of an hour is enough here.", p.clock.now() + Duration::days(1));
        p.engine.runs().waive(&p.ben(), first, "normal", why, until).await.unwrap();
        let in_spite = p.in_spite(first).await;
        assert_eq!(
            p.engine.runs().sign_off(&p.ann(), first, in_spite).await.unwrap(),
            SignedOff::WatchClosed
        );

        p.clock.advance(Duration::hours(1));
        let second = p.announce("1.1.0").await;
        minutes(1, 8, 120.0).await;
        minutes(6, 10, 140.0).await;
        let page = p.engine.deployments().page(&p.admin, second).await.unwrap();
        let chart = &page.charts[0];
        assert_eq!((chart.every_s, chart.points.len(), chart.passed), (120, 30, 9));
        let drawn: Vec<_> = chart.points.iter().map(|point| point.map(|one| one.value)).collect();
        let expected = [
            Some(120.0),
            Some(120.0),
            Some(120.0),
            Some(120.0),
            None,
            None,
            Some(140.0),
            Some(140.0),
        ];
        assert_eq!(drawn[..8], expected);
        assert!(drawn[9..].iter().all(Option::is_none));
        assert_eq!(chart.reference.as_deref(), Some("1.0.0"));
        assert_eq!(chart.band[0], Some((100.0, 100.0)));
        assert_eq!(chart.band[12], None, "the last good watch ended there");
        let limits: Vec<_> = chart.limits.iter().map(|limit| limit.value.round()).collect();
        assert_eq!(limits, [200.0, 110.0]);
        assert_eq!(chart.now().map(|now| now.value), Some(140.0));
        assert_eq!(chart.so_far.map(f64::round), Some(127.0), "all of it, not its end");
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn minutes_become_hours_and_say_the_same(#[values(On::Sqlite, On::Postgres)] on: On) {
    portal(on, async |p| {
        put(p, "took", pushed("latency", "ms", &[])).await.unwrap();
        let began = p.clock.now();
        let points = (0..300).map(|minute| {
            let at = began - Duration::minutes(minute);
            point("took", at, json!({ "value": minute }))
        });
        push(p, points.collect()).await.unwrap();
        let now = series::minute_of(began);
        let read = async || {
            let mut link = p.store.read().await.unwrap();
            let first = now.div_euclid(60) * 60 - 300;
            let all = series::stretches(&mut link, series::SeriesId(1), first, now + 1, 60).await;
            let sums = all.unwrap().into_iter().map(|(at, cell)| (at, (cell.samples, cell.sum)));
            sums.collect::<BTreeMap<_, _>>()
        };
        let before = read().await;
        assert_eq!(before.values().map(|(samples, _)| samples).sum::<u64>(), 300);
        let roll = async || {
            let act = p.store.write::<_, StoreError, _>(move |tx| {
                Box::pin(async move { series::roll_up(tx, now).await })
            });
            act.await.unwrap()
        };
        assert!(roll().await);
        assert!(!roll().await, "the hour that has not ended stays in minutes");
        assert_eq!(read().await, before);
        // A point that comes late still finds its hour when that is rolled up again.
        push(p, vec![point("took", began - Duration::minutes(200), json!({ "value": 1 }))])
            .await
            .unwrap();
        assert!(roll().await);
        assert_eq!(read().await.values().map(|(samples, _)| samples).sum::<u64>(), 301);
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn old_points_are_kept_by_the_hour_and_then_forgotten(
    #[values(On::Sqlite, On::Postgres)] on: On,
) {
    portal(on, async |p| {
        for key in ["took", "queue"] {
            put(p, key, pushed("latency", "ms", &[])).await.unwrap();
            let now = p.clock.now();
            let points = (0..90)
                .map(|minute| point(key, now - Duration::minutes(minute), json!({"value": 7})));
            push(p, points.collect()).await.unwrap();
        }
        let began = series::minute_of(p.clock.now());
        let count = async || {
            let mut link = p.store.read().await.unwrap();
            let mut samples = 0;
            for id in [1, 2] {
                let id = series::SeriesId(id);
                let all =
                    series::stretches(&mut link, id, began - 200, began + 1, 60).await.unwrap();
                samples += all.into_iter().map(|(_, cell)| cell.samples).sum::<u64>();
            }
            samples
        };
        assert_eq!(p.engine.measurements().roll_up_minutes().await.unwrap(), 0);
        p.clock.advance(Duration::days(15));
        assert_eq!(p.engine.measurements().roll_up_minutes().await.unwrap(), 2);
        assert_eq!(count().await, 180, "nothing is lost");
        p.clock.advance(Duration::days(400));
        p.engine.measurements().prune().await.unwrap();
        assert_eq!(count().await, 0);
    })
    .await;
}
