//! The year that the demo tells: that every rule held, and that a seed tells it again alike.

#![expect(clippy::unwrap_used, reason = "helpers of tests may panic")]

use chrono::{DateTime, Duration, TimeZone as _, Utc};
use demo::{Addresses, Cast, Replayed, SEED, plan, replay};
use domain::{
    deployment::{Deployment, DeploymentFilter, DeploymentKind},
    ids::PersonId,
    item::ItemState,
    page::Page,
    sign_off::{Signature, is_complete},
    verdict::Verdict,
    watch::WatchState,
};
use store::{
    Connection, Pool, Store, audit, deployments, lessons, people, rollbacks,
    runs::{items, sign_offs, waivers},
};

/// A Saturday, so that weekends are in the way.
fn now() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 21, 11, 43, 0).unwrap()
}

fn addresses() -> Addresses {
    Addresses {
        https: "https://127.0.0.1:4443".into(),
        http: "http://127.0.0.1:4010".into(),
        control: "http://127.0.0.1:4011".into(),
        mail: "http://127.0.0.1:4012".into(),
        smtp: "127.0.0.1:4025".into(),
    }
}

struct Past {
    replayed: Replayed,
    link: Connection,
    all: Vec<Deployment>,
    _store: Store,
    _dir: tempfile::TempDir,
}

async fn past(seed: u64, now: DateTime<Utc>) -> Past {
    drop(rustls::crypto::ring::default_provider().install_default());
    let dir = tempfile::tempdir().unwrap();
    let open = async || {
        let backend = store::location(None, dir.path()).unwrap();
        Store::start(Pool::open(backend).await.unwrap()).await.unwrap()
    };
    let replayed = replay(open().await, &addresses(), seed, now).await.unwrap();
    let store = open().await;
    let mut link = store.read().await.unwrap();
    let filter = DeploymentFilter::default();
    let all = deployments::list(&mut link, &filter, Page::first(500)).await.unwrap();
    Past { replayed, link, all, _store: store, _dir: dir }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_rule_held() {
    let Past { replayed, mut link, all, .. } = past(SEED, now()).await;
    assert_eq!(all.len(), replayed.deployments);
    let chain = audit::verify(&mut link).await.unwrap().unwrap();
    assert!(chain.len() > 1_000, "{} entries", chain.len());

    let deployer_alone = |signed: &[Signature], deployers: &[PersonId]| {
        signed.iter().all(|signature| deployers.contains(&signature.person))
    };
    for deployment in &all {
        let what =
            format!("{} {} on {}", deployment.service, deployment.version, deployment.environment);
        assert!(deployment.notes.contains("Demo data"), "{what}");
        assert_eq!(deployment.announced_by, demo::CI, "{what}");
        assert!(
            deployment.deployed_at <= now() && deployment.deployed_at > now() - Duration::days(366)
        );
        let given = sign_offs::of_run(&mut link, deployment.id.into()).await.unwrap();
        let given: Vec<_> = given
            .into_iter()
            .map(|given| Signature { person: given.person_id, role: given.role })
            .collect();
        let boxes = items::of_run(&mut link, deployment.id.into()).await.unwrap();
        assert!(!boxes.is_empty(), "{what} has no box");
        let rollback = rollbacks::of_deployment(&mut link, deployment.id).await.unwrap();
        match deployment.state {
            WatchState::SignedOff => {
                assert!(is_complete(&deployment.sign_off_required, &given), "{what}");
                assert!(!deployer_alone(&given, &deployment.deployers), "{what}");
                assert_eq!(deployment.verdict, Verdict::Passed, "{what}: {}", deployment.reason);
                for item in boxes.iter().filter(|item| item.required) {
                    assert!(item.state.is_closed(), "{what}: {} is {:?}", item.key, item.state);
                }
                let mut distinct: Vec<_> = given.iter().map(|signature| signature.person).collect();
                distinct.sort();
                distinct.dedup();
                assert_eq!(distinct.len(), given.len(), "{what}: somebody signed twice");
                assert!(
                    deployment.closed_at.unwrap() >= deployment.watch_ends_at,
                    "{what}: signed early"
                );
            }
            WatchState::RolledBack => {
                let rollback = rollback.unwrap();
                assert!(rollback.reason.len() > 20, "{what}: {}", rollback.reason);
                assert!(
                    boxes.iter().any(|item| item.state == ItemState::Failed),
                    "{what}: nothing failed"
                );
                assert!(given.is_empty(), "{what}");
            }
            WatchState::Superseded => {
                assert!(deployment.superseded_by_id.is_some(), "{what}");
                assert!(given.is_empty(), "{what}");
            }
            WatchState::Watching => assert!(given.is_empty(), "{what}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_year_is_worth_looking_at() {
    let Past { mut link, all, .. } = past(SEED, now()).await;
    let of = |service: &str| all.iter().filter(|d| d.service == service).count();
    assert!((50..=90).contains(&of("shop")), "{}", of("shop"));
    assert!(of("billing") >= 8 && of("notifications") >= 6);
    let in_state = |state| all.iter().filter(|d| d.state == state).collect::<Vec<_>>();
    assert!(in_state(WatchState::RolledBack).len() >= 8);
    assert!(in_state(WatchState::Superseded).len() >= 4);
    for kind in DeploymentKind::ALL {
        assert!(all.iter().any(|d| d.kind == *kind && d.environment == "production"), "no {kind}");
    }
    // A rollback puts the last good version back.
    for restored in all.iter().filter(|d| d.kind == DeploymentKind::Rollback) {
        assert!(
            all.iter().any(|d| {
                d.version == restored.version
                    && d.service == restored.service
                    && d.state == WatchState::SignedOff
                    && d.deployed_at < restored.deployed_at
            }),
            "{} was never good",
            restored.version
        );
    }
    let waived = futures_count(&mut link, &all).await;
    assert!(waived >= 5, "{waived} waivers");
    let lessons = lessons::search(&mut link, "", None, Page::first(50)).await.unwrap();
    assert!((10..=15).contains(&lessons.len()), "{}", lessons.len());
    let known = people::all(&mut link).await.unwrap();
    for cast in Cast::ALL {
        let person = &known.iter().find(|p| p.person.email == cast.email()).unwrap().person;
        assert_eq!((person.role, person.name.as_str()), (cast.role(), cast.name()));
    }
}

async fn futures_count(link: &mut Connection, all: &[Deployment]) -> usize {
    let mut count = 0;
    for deployment in all {
        count += waivers::not_ended(link, deployment.id.into()).await.unwrap().len();
    }
    count
}

#[tokio::test(flavor = "multi_thread")]
async fn two_are_being_watched_now() {
    let Past { mut link, all, .. } = past(SEED, now()).await;
    let open: Vec<_> = all.iter().filter(|d| d.state == WatchState::Watching).collect();
    assert_eq!(open.len(), 2);
    let live = open.iter().find(|d| d.environment == "production").unwrap();
    assert_eq!((live.service.as_str(), live.version.as_str()), ("shop", "1.4.0"));
    assert_eq!((now() - live.deployed_at).num_hours(), 31);
    assert_eq!(live.verdict, Verdict::Undecided, "{}", live.reason);
    let state = |boxes: &[domain::item::Item], key: &str| {
        boxes.iter().find(|item| item.key == key).map(|item| item.state)
    };
    let boxes = items::of_run(&mut link, live.id.into()).await.unwrap();
    for (key, expected) in [
        ("smoke-tests", ItemState::Passed),
        ("perf-security", ItemState::Passed),
        ("rollback-rehearsed", ItemState::Passed),
        ("integrations", ItemState::Open),
        ("logs-triaged", ItemState::Undecided),
        // Captured so far; the last of them is still to come.
        ("baselines", ItemState::Running),
    ] {
        assert_eq!(state(&boxes, key), Some(expected), "{key}");
    }
    // What is measured now stands beside the last good release, which was measured as closely.
    let valued = async |link: &mut store::Connection, id| {
        let captured = store::baselines::of_deployment(link, id).await.unwrap();
        captured.iter().filter(|one| one.measured.summary.value.is_some()).count()
    };
    assert!(valued(&mut link, live.id).await >= 6);
    let good = all.iter().filter(|d| {
        d.service == "shop" && d.environment == "production" && d.state == WatchState::SignedOff
    });
    let good = good.max_by_key(|d| d.deployed_at).unwrap();
    assert!(valued(&mut link, good.id).await >= 6);
    let staging = open.iter().find(|d| d.environment == "staging").unwrap();
    assert_eq!(staging.verdict, Verdict::Failed);
    let boxes = items::of_run(&mut link, staging.id.into()).await.unwrap();
    let failed = boxes.iter().find(|item| item.key == "end-to-end").unwrap();
    assert_eq!(failed.state, ItemState::Failed);
    assert!(failed.reason.contains("subscription renews"), "{}", failed.reason);
}

/// What an audit entry says, without the ids, which are new each time.
async fn sayings(link: &mut Connection) -> Vec<(DateTime<Utc>, String, String, String)> {
    let entries = audit::newest(link, Page::first(100_000)).await.unwrap();
    entries.into_iter().map(|e| (e.at, e.actor_name, e.action, e.sentence)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seed_tells_the_same_year_again() {
    let one = plan(7, now()).unwrap();
    assert_eq!(one, plan(7, now()).unwrap());
    assert_ne!(one, plan(8, now()).unwrap());
    let (mut first, mut second) = (past(7, now()).await, past(7, now()).await);
    assert_eq!(sayings(&mut first.link).await, sayings(&mut second.link).await);
}

/// The demo is started on any day and at any hour: no use case may refuse the story then.
#[tokio::test(flavor = "multi_thread")]
async fn it_can_be_replayed_on_any_day() {
    for days in 0..7 {
        let at = now() + Duration::days(days) + Duration::minutes(days * 217);
        let Past { all, .. } = past(SEED, at).await;
        assert_eq!(all.iter().filter(|d| d.state == WatchState::Watching).count(), 2, "{at}");
    }
}
