//! What runs by itself: at its times, once, and not at all where nobody knows what time it is.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{Router, routing::get};
use chrono::{DateTime, Utc};
use engine::{Engine, checks::CheckRequest, clock::Clock as _, indicators::IndicatorRequest};
use rstest::rstest;
use store::series;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    common::{Portal, portal, serve, with_clock},
    harness::On,
    servers::{Server, prometheus},
};

/// How long something may take that ought to happen at once.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long to look whether something happens that must not.
const LOOK: Duration = Duration::from_millis(1_200);

/// A target that counts who asks.
async fn target() -> (String, Arc<AtomicUsize>) {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = asked.clone();
    let app = Router::new().route(
        "/",
        get(async move || {
            count.fetch_add(1, Ordering::SeqCst);
            "Welcome"
        }),
    );
    (format!("http://{}/", serve(app).await), asked)
}

fn check(url: &str) -> CheckRequest {
    CheckRequest {
        environment: "production".into(),
        kind: "http".into(),
        interval_s: 60,
        url: Some(url.into()),
        ..CheckRequest::default()
    }
}

/// A running scheduler.
struct Running {
    tasks: TaskTracker,
    stop: CancellationToken,
}

impl Running {
    fn of(engine: &Engine) -> Self {
        let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
        engine.background().start(&tasks, &stop);
        tasks.close();
        Self { tasks, stop }
    }

    async fn stop(self) {
        self.stop.cancel();
        self.tasks.wait().await;
    }
}

/// Waits until `holds`, which it ought to at once.
async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let began = tokio::time::Instant::now();
    while !holds().await {
        assert!(began.elapsed() < PATIENCE, "{what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn asked_times(asked: &AtomicUsize, times: usize, what: &str) {
    until(what, async || asked.load(Ordering::SeqCst) >= times).await;
    tokio::time::sleep(LOOK).await;
    assert_eq!(asked.load(Ordering::SeqCst), times, "{what}");
}

#[rstest]
#[tokio::test]
async fn a_check_runs_at_once_then_at_its_times_and_a_sleep_is_a_gap(
    #[values(On::Sqlite, On::Postgres)] on: On,
) {
    portal(on, async |p| {
        let (url, asked) = target().await;
        p.engine.checks().put(&p.admin(), "shop", "home", check(&url)).await.unwrap();
        let running = Running::of(&p.engine);
        tokio::time::sleep(LOOK).await;
        assert_eq!(asked.load(Ordering::SeqCst), 0, "nothing is watched");
        let id = p.announce("1.0.0").await;
        asked_times(&asked, 1, "at its announcement").await;
        p.clock.advance(chrono::Duration::seconds(60));
        asked_times(&asked, 2, "after its interval").await;
        // The machine sleeps for ten hours: 600 slots are gone, and nobody makes them up.
        p.clock.advance(chrono::Duration::hours(10));
        tokio::time::sleep(LOOK).await;
        assert_eq!(asked.load(Ordering::SeqCst), 2, "no burst");
        p.clock.advance(chrono::Duration::seconds(60));
        asked_times(&asked, 3, "on its phase").await;
        assert!(p.engine.scheduler_stats().skipped >= 599);
        // The clock is put back by an hour: nothing stops, nothing runs twice.
        p.clock.advance(-chrono::Duration::hours(1));
        tokio::time::sleep(LOOK).await;
        assert_eq!(asked.load(Ordering::SeqCst), 3);
        p.clock.advance(chrono::Duration::seconds(60));
        if on == On::Sqlite {
            asked_times(&asked, 4, "after the clock was put back").await;
        }
        running.stop().await;
        // A restart does not run everything at once.
        let again = Running::of(&p.engine);
        let before = asked.load(Ordering::SeqCst);
        tokio::time::sleep(LOOK).await;
        assert_eq!(asked.load(Ordering::SeqCst), before, "it has run for this deployment");
        again.stop().await;
        let strip = p.engine.deployments().page(&p.admin, id).await.unwrap().strip;
        assert_eq!(strip.failed, 0);
    })
    .await;
}

#[tokio::test]
async fn two_portals_share_the_work_and_one_goes_on_alone() {
    On::Postgres
        .run(async |db| {
            let p = Portal::open(db).await;
            p.engine
                .runbooks()
                .publish(&p.admin(), "small.yaml", crate::common::RUNBOOK)
                .await
                .unwrap();
            let (url, asked) = target().await;
            for key in ["a", "b", "c", "d", "e"] {
                p.engine.checks().put(&p.admin(), "shop", key, check(&url)).await.unwrap();
            }
            p.announce("1.0.0").await;
            let other = with_clock(db.open_again().await, p.clock.clone());
            let (first, second) = (Running::of(&p.engine), Running::of(&other));
            asked_times(&asked, 5, "each once, at whichever portal").await;
            for round in 2..5 {
                p.clock.advance(chrono::Duration::seconds(60));
                asked_times(&asked, 5 * round, "each once in its slot").await;
            }
            let elsewhere =
                p.engine.scheduler_stats().elsewhere + other.scheduler_stats().elsewhere;
            assert!(elsewhere >= 20, "both looked at every slot: {elsewhere}");
            first.stop().await;
            p.clock.advance(chrono::Duration::seconds(60));
            asked_times(&asked, 25, "the other goes on").await;
            second.stop().await;
            other.close().await;
        })
        .await;
}

async fn points(p: &Portal) -> u64 {
    let mut link = p.store.read().await.unwrap();
    let found = series::stretches(&mut link, series::SeriesId(1), 0, i64::MAX / 120, 1).await;
    found.unwrap().into_iter().map(|(_, cell)| cell.samples).sum()
}

#[expect(clippy::disallowed_methods, reason = "Prometheus has the machine's clock")]
fn real_now() -> DateTime<Utc> {
    Utc::now()
}

#[rstest]
#[tokio::test]
async fn a_metric_server_is_asked_and_its_death_is_a_gap(
    #[values(On::Sqlite, On::Postgres)] on: On,
) {
    portal(on, async |p| {
        let app =
            Router::new().route("/metrics", get(async || "errors_total 3\nrequests_total 1000\n"));
        let mut server = prometheus(serve(app).await, "");
        let request = |server: &Server| IndicatorRequest {
            family: "error_rate".into(),
            source: "prometheus".into(),
            unit: "%".into(),
            server_url: Some(format!("http://{}", server.address)),
            query: Some("100 * errors_total / requests_total".into()),
            interval_s: Some(10),
            ..IndicatorRequest::default()
        };
        p.engine.indicators().put(&p.admin(), "shop", "errors", request(&server)).await.unwrap();
        p.clock.advance(real_now() - p.clock.now());
        let id = p.announce("1.0.0").await;
        let running = Running::of(&p.engine);
        let step = async |p: &Portal| {
            p.clock.advance(chrono::Duration::seconds(10));
            tokio::time::sleep(Duration::from_millis(700)).await;
        };
        until("a point is drawn", async || {
            step(p).await;
            let page = p.engine.deployments().page(&p.admin, id).await.unwrap();
            page.charts[0].now().map(|now| now.value) == Some(0.3)
        })
        .await;

        server.kill();
        until("its silence is told", async || {
            step(p).await;
            let page = p.engine.deployments().page(&p.admin, id).await.unwrap();
            page.charts[0].said.as_ref().is_some_and(|(said, _)| said.contains("refused"))
        })
        .await;
        let before = points(p).await;
        for _ in 0..3 {
            step(p).await;
        }
        assert_eq!(points(p).await, before, "nothing is made up");
        let word = p.state(id, "load").await.0;
        assert_ne!(word, "passed");
        running.stop().await;
    })
    .await;
}
