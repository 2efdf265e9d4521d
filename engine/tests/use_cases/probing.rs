//! Probing a service that really answers.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use axum::{Router, http::StatusCode, routing::get};
use domain::{actor::Actor, measurement::Phase};
use engine::{
    Error,
    checks::CheckRequest,
    clock::Clock as _,
    services::{EnvironmentRequest, ServiceRequest},
};
use rstest::rstest;
use serde_json::json;

use crate::{
    common::{Portal, RUNBOOK, announcement, portal, serve},
    harness::On,
};

/// [`RUNBOOK`] whose machine's box probes the response targets and exposed files.
fn probing_runbook() -> String {
    RUNBOOK.replace(
        "  - key: load\n",
        "  - key: load\n    probes: [response-targets, exposed-files]\n",
    )
}

/// A shop that serves its `.env` while the fault is planted.
async fn shop(faulty: Arc<AtomicBool>) -> String {
    let app = Router::new()
        .route("/", get(async || "Welcome"))
        .route("/login", get(async || "Log in"))
        .route("/health", get(async || "ok"))
        .route(
            "/.env",
            get(async move || {
                if faulty.load(Ordering::SeqCst) {
                    (StatusCode::OK, "APP_KEY=base64:abc\nDB_PASSWORD=hunter2\n")
                } else {
                    (StatusCode::NOT_FOUND, "")
                }
            }),
        );
    format!("http://{}", serve(app).await)
}

async fn keys(p: &Portal) -> Vec<String> {
    let room = p.engine.services().checks(&p.viewer, "shop").await.unwrap();
    room.checks.into_iter().map(|now| now.check.key).collect()
}

fn check(url: &str) -> CheckRequest {
    CheckRequest {
        environment: "production".into(),
        kind: "http".into(),
        interval_s: 60,
        timeout_s: Some(5),
        item: Some("load".into()),
        conditions: vec!["status == 200".into()],
        url: Some(url.into()),
        ..CheckRequest::default()
    }
}

#[rstest]
#[tokio::test]
async fn what_is_kept_of_a_check_is_its_own_word(#[values(On::Sqlite, On::Postgres)] on: On) {
    portal(on, async |p| {
        let of_load = json!({"item": "load"});
        let home = p.put_check("home", of_load.clone()).await;
        let login = p.put_check("login", of_load).await;
        let id = p.announce("1.0.0").await;
        p.sees(&home, Phase::Failed).await;
        p.sees(&login, Phase::Inconclusive).await;
        // The box still failed, for another reason.
        p.sees(&home, Phase::Successful).await;
        p.sees(&login, Phase::Successful).await;
        p.sees(&login, Phase::Failed).await;
        p.sees(&home, Phase::Successful).await;
        let kept = p.item(id, "load").await.evidence;
        assert!(kept.len() >= 4, "{kept:?}");
        for one in &kept {
            let says = match one.status.as_str() {
                "passed" => "successful",
                "undecided" => "inconclusive",
                other => other,
            };
            assert!(one.summary.ends_with(says), "{one:?}");
        }
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn a_planted_fault_is_found_and_its_mending_seen(#[values(On::Sqlite, On::Postgres)] on: On) {
    portal(on, async |p| {
        let faulty = Arc::new(AtomicBool::new(true));
        let url = shop(faulty.clone()).await;
        p.engine.runbooks().publish(&p.admin(), "a.yaml", &probing_runbook()).await.unwrap();
        p.put_service("shop", Some(url)).await;
        let id = p.announce("1.0.0").await;
        assert_eq!(p.item(id, "load").await.state, "running");

        let heard = Arc::new(std::sync::Mutex::new(Vec::new()));
        let listener = {
            let heard = Arc::clone(&heard);
            Arc::new(move |done, all| heard.lock().unwrap().push((done, all)))
        };
        let operator = p.operator();
        let asked = p.engine.checks().probe_item(&operator, id, "load");
        let probed = engine::progress::told_to(listener, asked).await.unwrap();
        assert_eq!(probed.len(), 4);
        assert_eq!(*heard.lock().unwrap(), [(1, 4), (2, 4), (3, 4), (4, 4)]);
        let (state, reason) = p.state(id, "load").await;
        assert_eq!(state, "failed");
        assert!(reason.contains("/.env"), "{reason}");
        assert_eq!(p.view(id).await.verdict, "failed");
        assert!(!format!("{:?}", p.item(id, "load").await).contains("hunter2"));

        faulty.store(false, Ordering::SeqCst);
        p.clock.advance(chrono::Duration::seconds(60));
        p.engine.checks().probe_item(&p.operator(), id, "load").await.unwrap();
        let (state, reason) = p.state(id, "load").await;
        assert_eq!(state, "failed", "{reason}");
        assert!(reason.contains("what was rotated"), "{reason}");
        p.engine.runs().settle_leak(&p.operator(), id, "load", "The password.").await.unwrap();
        let (state, reason) = p.state(id, "load").await;
        assert_eq!(state, "passed", "{reason}");
        // Each turn of the box left its evidence and its line.
        let item = p.item(id, "load").await;
        let told: Vec<_> = item.evidence.iter().map(|kept| kept.status.as_str()).collect();
        assert!(told.contains(&"failed"), "{told:?}");
        let actions = p.actions().await;
        for turn in ["item.machine", "item.settle_leak"] {
            assert!(actions.iter().any(|action| action == turn), "{turn}");
        }
        let found = p
            .engine
            .checks()
            .measurements(&p.ci(), "shop", "production-exposed-files", None, None, 9)
            .await;
        let phases: Vec<_> = found.unwrap().into_iter().map(|seen| seen.phase).collect();
        assert_eq!(phases, ["successful", "failed"]);
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn two_runs_at_the_same_microsecond_leave_the_first(
    #[values(On::Sqlite, On::Postgres)] on: On,
) {
    portal(on, async |p| {
        let faulty = Arc::new(AtomicBool::new(false));
        let url = shop(faulty.clone()).await;
        p.put_service("shop", Some(url.clone())).await;
        let id = p.announce("1.0.0").await;
        p.engine
            .checks()
            .put(&p.operator(), "shop", "env", check(&format!("{url}/")))
            .await
            .unwrap();
        p.engine.checks().probe_item(&p.operator(), id, "load").await.unwrap();
        p.engine.checks().probe_item(&p.operator(), id, "load").await.unwrap();
        let seen =
            p.engine.checks().measurements(&p.ci(), "shop", "env", None, None, 9).await.unwrap();
        assert_eq!(seen.len(), 1);
        assert_eq!(p.item(id, "load").await.state, "passed");
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn built_in_checks_come_and_go_with_the_base_url(#[values(On::Sqlite, On::Postgres)] on: On) {
    portal(on, async |p| {
        p.engine.runbooks().publish(&p.admin(), "a.yaml", &probing_runbook()).await.unwrap();
        let id = p.announce("1.0.0").await;
        assert!(keys(p).await.is_empty());
        let (state, reason) = p.state(id, "load").await;
        assert_eq!(state, "undecided");
        assert!(reason.contains("no base URL"), "{reason}");
        let refused = p.engine.checks().probe_item(&p.operator(), id, "load").await.unwrap_err();
        assert!(matches!(refused, Error::Conflict { .. }));

        p.put_service("shop", Some("http://127.0.0.1:9".into())).await;
        assert_eq!(
            keys(p).await,
            [
                "production-exposed-files",
                "production-target-health",
                "production-target-home",
                "production-target-login"
            ]
        );
        assert_eq!(p.item(id, "load").await.state, "running");
        // Nobody listens there: that says something about the service only once it is measured.
        p.engine.checks().probe_item(&p.operator(), id, "load").await.unwrap();
        assert_ne!(p.item(id, "load").await.state, "passed");

        p.put_service("shop", None).await;
        assert!(keys(p).await.is_empty());
        assert_eq!(p.item(id, "load").await.state, "undecided");
        // They come back under their old keys, with what they measured.
        p.put_service("shop", Some("http://127.0.0.1:9".into())).await;
        assert_eq!(keys(p).await.len(), 4);
        let seen = p
            .engine
            .checks()
            .measurements(&p.ci(), "shop", "production-target-home", None, None, 9)
            .await;
        assert_eq!(seen.unwrap().len(), 1);
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn a_teams_own_check_is_not_overwritten_by_a_built_in_one(
    #[values(On::Sqlite, On::Postgres)] on: On,
) {
    portal(on, async |p| {
        let own = check("http://127.0.0.1:9/own");
        p.engine.checks().put(&p.operator(), "shop", "production-target-home", own).await.unwrap();
        p.engine.runbooks().publish(&p.admin(), "a.yaml", &probing_runbook()).await.unwrap();
        p.put_service("shop", Some("http://127.0.0.1:9".into())).await;
        p.announce("1.0.0").await;
        let room = p.engine.services().checks(&p.viewer, "shop").await.unwrap();
        let urls: Vec<_> = room.checks.iter().map(|now| now.check.spec.url()).collect();
        assert!(urls.contains(&"http://127.0.0.1:9/own"), "{urls:?}");
        assert!(urls.contains(&"http://127.0.0.1:9/"), "{urls:?}");
        assert_eq!(urls.len(), 5);
        // It survives the base URL's going, and a built-in one cannot be taken over either.
        p.put_service("shop", None).await;
        assert_eq!(keys(p).await, ["production-target-home"]);
        p.put_service("shop", Some("http://127.0.0.1:9".into())).await;
        let taken = check("http://127.0.0.1:9/own");
        let refused =
            p.engine.checks().put(&p.operator(), "shop", "production-target-login", taken).await;
        assert!(matches!(refused, Err(Error::Conflict { .. })));
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn a_check_that_moves_away_takes_its_word_with_it(
    #[values(On::Sqlite, On::Postgres)] on: On,
) {
    portal(on, async |p| {
        let url = shop(Arc::new(AtomicBool::new(false))).await;
        let id = p.announce("1.0.0").await;
        let here = check(&format!("{url}/"));
        p.engine.checks().put(&p.operator(), "shop", "home", here.clone()).await.unwrap();
        p.engine.checks().probe_item(&p.operator(), id, "load").await.unwrap();
        assert_eq!(p.item(id, "load").await.state, "passed");
        p.clock.advance(chrono::Duration::seconds(1));
        let there = CheckRequest { environment: "staging".into(), ..here.clone() };
        p.engine.checks().put(&p.operator(), "shop", "home", there).await.unwrap();
        assert_eq!(p.item(id, "load").await.state, "open");
        // Back again, what it saw before it was changed says nothing about it any more.
        p.engine.checks().put(&p.operator(), "shop", "home", here.clone()).await.unwrap();
        assert_eq!(p.item(id, "load").await.state, "running");
        p.engine.checks().probe_item(&p.operator(), id, "load").await.unwrap();
        assert_eq!(p.item(id, "load").await.state, "passed");
        // On trial it runs without counting.
        let trial = CheckRequest { dry_run: true, ..here };
        p.engine.checks().put(&p.operator(), "shop", "home", trial).await.unwrap();
        assert_eq!(p.item(id, "load").await.state, "open");
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn a_measurement_of_the_version_before_says_nothing(
    #[values(On::Sqlite, On::Postgres)] on: On,
) {
    portal(on, async |p| {
        let url = shop(Arc::new(AtomicBool::new(false))).await;
        let old = p.announce("1.0.0").await;
        let home = check(&format!("{url}/"));
        p.engine.checks().put(&p.operator(), "shop", "home", home).await.unwrap();
        p.engine.checks().probe_item(&p.operator(), old, "load").await.unwrap();
        assert_eq!(p.item(old, "load").await.state, "passed");
        p.clock.advance(chrono::Duration::seconds(1));
        let new =
            p.engine.deployments().announce_by_hand(&p.ci(), announcement("1.1.0")).await.unwrap();
        assert_eq!(p.item(new, "load").await.state, "running");
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn only_a_person_asks_for_a_probe(#[values(On::Sqlite, On::Postgres)] on: On) {
    portal(on, async |p| {
        let id = p.announce("1.0.0").await;
        let refused = p.engine.checks().probe_item(&p.ci(), id, "load").await.unwrap_err();
        assert!(matches!(refused, Error::Forbidden(_)));
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn the_background_runs_the_checks_of_an_open_watch(
    #[values(On::Sqlite, On::Postgres)] on: On,
) {
    portal(on, async |p| {
        let url = shop(Arc::new(AtomicBool::new(false))).await;
        let home = check(&format!("{url}/"));
        p.engine.checks().put(&p.operator(), "shop", "home", home).await.unwrap();
        let (tasks, stop) = (tokio_util::task::TaskTracker::new(), Default::default());
        p.engine.background().start(&tasks, &stop);
        let passes = async |id| {
            let mut changes = p.engine.subscribe();
            let passed = async {
                while p.item(id, "load").await.state != "passed" {
                    changes.recv().await.unwrap();
                }
            };
            tokio::time::timeout(Duration::from_secs(30), passed).await.unwrap();
        };
        passes(p.announce("1.0.0").await).await;
        // The clock stands, so no slot of the check comes: it runs for the announcement's sake.
        p.clock.advance(chrono::Duration::milliseconds(1));
        let next =
            p.engine.deployments().announce_by_hand(&p.ci(), announcement("1.1.0")).await.unwrap();
        passes(next).await;
        stop.cancel();
        tasks.close();
        tasks.wait().await;
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn a_retired_check_counts_no_more(#[values(On::Sqlite, On::Postgres)] on: On) {
    portal(on, async |p| {
        let id = p.announce("1.0.0").await;
        let home = check("http://127.0.0.1:9/");
        p.engine.checks().put(&p.operator(), "shop", "home", home.clone()).await.unwrap();
        assert_eq!(p.item(id, "load").await.state, "running");
        let refused = p
            .engine
            .checks()
            .retire(&Actor::Person(p.viewer.clone()), "shop", "home")
            .await
            .unwrap_err();
        assert!(matches!(refused, Error::Forbidden(_)));
        p.engine.checks().retire(&p.operator(), "shop", "home").await.unwrap();
        assert_ne!(p.item(id, "load").await.state, "running");
        assert_eq!(keys(p).await, [] as [&str; 0]);
        let again = p.engine.checks().retire(&p.operator(), "shop", "home").await.unwrap_err();
        assert!(matches!(again, Error::NotFound { .. }), "{again:?}");
        p.engine.checks().put(&p.operator(), "shop", "home", home).await.unwrap();
        assert_eq!(keys(p).await, ["home"]);
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn a_later_version_gets_nothing_of_what_was_measured_before_it_was_announced(
    #[values(On::Sqlite, On::Postgres)] on: On,
) {
    portal(on, async |p| {
        let url = shop(Arc::new(AtomicBool::new(false))).await;
        let home = check(&format!("{url}/"));
        p.engine.checks().put(&p.operator(), "shop", "home", home).await.unwrap();
        let old = p.announce("1.0.0").await;
        let installed = p.clock.now() + chrono::Duration::seconds(5);
        p.clock.advance(chrono::Duration::seconds(10));
        p.engine.checks().probe_item(&p.operator(), old, "load").await.unwrap();
        assert_eq!(p.item(old, "load").await.state, "passed");
        p.clock.advance(chrono::Duration::seconds(10));
        let mut late = announcement("1.1.0");
        late.deployed_at = Some(installed);
        let new = p.engine.deployments().announce_by_hand(&p.ci(), late).await.unwrap();
        assert_eq!(p.item(new, "load").await.state, "running");
        // The closed one keeps what was seen of it, whatever is measured afterwards.
        p.engine.checks().probe_item(&p.operator(), new, "load").await.unwrap();
        let page = p.engine.deployments().page(&p.viewer, old).await.unwrap();
        let load = page.run.items.iter().find(|now| now.item.key == "load").unwrap();
        let seen = load.checks[0].newest.as_ref().unwrap().at;
        // In whole milliseconds.
        let then = installed + chrono::Duration::seconds(5);
        assert_eq!(seen.timestamp_millis(), then.timestamp_millis() + 1);
        let mut earlier = announcement("0.9.0");
        earlier.deployed_at = Some(installed - chrono::Duration::seconds(1));
        let refused = p.engine.deployments().announce_by_hand(&p.ci(), earlier).await.unwrap_err();
        assert_eq!(crate::common::field(refused), "/deployed_at");
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn a_probe_that_nothing_measures_keeps_its_box_open(
    #[values(On::Sqlite, On::Postgres)] on: On,
) {
    portal(on, async |p| {
        p.engine.runbooks().publish(&p.admin(), "a.yaml", &probing_runbook()).await.unwrap();
        let url = shop(Arc::new(AtomicBool::new(false))).await;
        p.put_service("shop", Some(url.clone())).await;
        // A check of the team's stands in for the built-in one and is retired again.
        let own = CheckRequest { kind: "exposed_files".into(), ..check(&url) };
        p.engine.checks().put(&p.operator(), "shop", "files", own.clone()).await.unwrap();
        let id = p.announce("1.0.0").await;
        assert!(!keys(p).await.contains(&"production-exposed-files".to_owned()));
        p.engine.checks().retire(&p.operator(), "shop", "files").await.unwrap();
        assert!(keys(p).await.contains(&"production-exposed-files".to_owned()));
        p.engine.checks().probe_item(&p.operator(), id, "load").await.unwrap();
        assert_eq!(p.item(id, "load").await.state, "passed");
        // Without response targets nothing is timed, and the timeline says who took them away.
        p.leaves(&["service.change", "service.change"], async || {
            let request = ServiceRequest {
                name: "shop".into(),
                targets: Some(Vec::new()),
                environments: vec![EnvironmentRequest {
                    slug: "production".into(),
                    base_url: None,
                    plain_http_because: None,
                }],
                ..ServiceRequest::default()
            };
            p.engine.services().put(&p.admin(), "shop", request).await.unwrap();
        })
        .await;
        let (state, reason) = p.state(id, "load").await;
        assert_eq!(state, "undecided", "{reason}");
        assert!(reason.contains("no response target"), "{reason}");
        let page = p.engine.deployments().page(&p.viewer, id).await.unwrap();
        let said = &page.run.timeline[0].sentence;
        assert!(said.contains("home 500 ms") && said.contains("to none"), "{said}");
        assert!(page.base_url.is_some(), "an address that is not named stays");
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn a_check_names_a_box_there_is(#[values(On::Sqlite, On::Postgres)] on: On) {
    portal(on, async |p| {
        for item in ["lod", "smok"] {
            let typo = CheckRequest { item: Some(item.into()), ..check("http://127.0.0.1:9/") };
            let refused = p.engine.checks().put(&p.operator(), "shop", "home", typo).await;
            assert_eq!(crate::common::field(refused.unwrap_err()), "/item");
        }
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn old_measurements_are_forgotten_but_not_those_of_an_open_watch(
    #[values(On::Sqlite, On::Postgres)] on: On,
) {
    portal(on, async |p| {
        let url = shop(Arc::new(AtomicBool::new(false))).await;
        p.engine
            .checks()
            .put(&p.operator(), "shop", "home", check(&format!("{url}/")))
            .await
            .unwrap();
        let id = p.announce("1.0.0").await;
        for _ in 0..4 {
            p.clock.advance(chrono::Duration::seconds(20));
            p.engine.checks().probe_item(&p.operator(), id, "load").await.unwrap();
        }
        let kept = async || {
            let found =
                p.engine.checks().measurements(&p.ci(), "shop", "home", None, None, 99).await;
            found.unwrap().len()
        };
        p.clock.advance(chrono::Duration::days(20));
        p.engine.measurements().prune().await.unwrap();
        assert_eq!(kept().await, 4, "the watch is open");
        let next = p.announce("1.1.0").await;
        p.engine.checks().probe_item(&p.operator(), next, "load").await.unwrap();
        p.engine.measurements().prune().await.unwrap();
        // The first, where the check turned, and the last word on each deployment.
        let left = kept().await;
        assert!((2..=3).contains(&left), "{left}");
        let page = p.engine.deployments().page(&p.viewer, id).await.unwrap();
        let load = page.run.items.iter().find(|now| now.item.key == "load").unwrap();
        assert!(load.checks[0].newest.is_some(), "the closed run still shows what was seen");

        let days = domain::retention::Retention { measurements_d: 400, ..Default::default() };
        let refused = p.engine.settings().set_retention(&p.admin(), days).await.unwrap_err();
        assert_eq!(crate::common::field(refused), "/measurements_d");
        let days = domain::retention::Retention { measurements_d: 30, ..Default::default() };
        let refused = p.engine.settings().set_retention(&p.operator(), days).await;
        assert!(matches!(refused, Err(engine::Error::Forbidden(_))), "{refused:?}");
        p.leaves(&["retention.put"], async || {
            p.engine.settings().set_retention(&p.admin(), days).await.unwrap();
        })
        .await;
        let storage = p.engine.settings().storage_page(&p.viewer).await;
        assert!(matches!(storage, Err(engine::Error::Forbidden(_))));
    })
    .await;
}

/// A page a service was never said to have fails nothing; one that was agreed on does.
#[rstest]
#[tokio::test]
async fn a_page_nobody_agreed_on_is_no_failure(#[values(On::Sqlite, On::Postgres)] on: On) {
    portal(on, async |p| {
        let home_alone = Router::new().route("/", get(async || "Welcome"));
        let url = format!("http://{}", serve(home_alone).await);
        p.engine.runbooks().publish(&p.admin(), "a.yaml", &probing_runbook()).await.unwrap();
        p.put_service("shop", Some(url)).await;
        let id = p.announce("1.0.0").await;
        let seen = p.engine.checks().probe_item(&p.operator(), id, "load").await.unwrap();
        let of = |seen: &[engine::checks::Probed], label: &str| {
            let found = seen.iter().find(|one| one.label == label).unwrap();
            (found.measurement.phase, found.measurement.sentence.clone())
        };
        assert_eq!(of(&seen, "home").0, domain::measurement::Phase::Successful);
        for absent in ["login", "health"] {
            let (phase, said) = of(&seen, absent);
            assert_eq!(phase, domain::measurement::Phase::Inconclusive, "{said}");
            assert!(said.contains("nobody has agreed"), "{said}");
        }
        assert_eq!(p.item(id, "load").await.state, "undecided");

        let agreed: ServiceRequest = serde_json::from_value(serde_json::json!({
            "name": "shop", "targets": [{"name": "login", "path": "/login", "target_ms": 500}],
        }))
        .unwrap();
        p.engine.services().put(&p.operator(), "shop", agreed).await.unwrap();
        p.clock.advance(chrono::Duration::seconds(1));
        let seen = p.engine.checks().probe_item(&p.operator(), id, "load").await.unwrap();
        assert_eq!(of(&seen, "login").0, domain::measurement::Phase::Failed);
        assert_eq!(p.item(id, "load").await.state, "failed");
    })
    .await;
}
