//! `kill -9` around rollbacks and their hooks: each act that is kept has its hook called; a hook that
//! tells repeats by their key has seen every cause by one key, and one that must be called at most
//! once is, or nobody claims to know.

use std::{
    collections::{HashMap, HashSet},
    path::Path,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use axum::{Router, extract::Path as InPath, http::HeaderMap, routing::post};
use serde_json::{Value, json};
use store::{AssertSqlSafe, Connection, Pool, Store, StoreError, services};

use crate::{
    common::{Api, Portal, admin_token, setting},
    kill::fresh_database,
};

/// How long what a dead portal held may take to be settled by another, and a margin.
const SETTLED_IN: Duration = Duration::from_secs(90);
/// How many kills there are for each of the three ways where nobody says how many.
const KILLS: u64 = 7;
/// Within how many milliseconds after a rollback was sent its portal is killed: about as long as the
/// rollback, its hook and the answer to that take.
const KILLED_WITHIN_MS: u128 = 160;

fn kills() -> u64 {
    setting("DAYTWO_DELIVERY_KILLS").map_or(KILLS, |kills| kills.parse().unwrap())
}

/// What the receiver saw: of each hook, each key with the deployment it came for and how often.
#[derive(Debug, Default)]
struct Seen {
    /// Of the hook that tells repeats by their key.
    repeatable: HashMap<String, (String, usize)>,
    /// Of the other.
    once: HashMap<String, (String, usize)>,
}

/// A number below another.
fn random(below: u128) -> u64 {
    u64::try_from(uuid::Uuid::now_v7().as_u128() % below).unwrap()
}

/// A receiver that takes up to 60 ms; answers where.
async fn receiver(seen: Arc<Mutex<Seen>>) -> String {
    let app = Router::new().route(
        "/{which}",
        post(async move |InPath(which): InPath<String>, headers: HeaderMap, body: String| {
            let body: Value = serde_json::from_str(&body).unwrap();
            let key = headers["idempotency-key"].to_str().unwrap().to_owned();
            assert_eq!(body["delivery"], key.as_str());
            let deployment = body["deployment"].as_str().unwrap().to_owned();
            {
                let mut seen = seen.lock().unwrap();
                let here =
                    if which.starts_with("once") { &mut seen.once } else { &mut seen.repeatable };
                let entry = here.entry(key).or_insert((deployment.clone(), 0));
                assert_eq!(entry.0, deployment, "a key is of one cause");
                entry.1 += 1;
            }
            tokio::time::sleep(Duration::from_millis(random(60))).await;
            "done"
        }),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, app).await });
    format!("http://{address}")
}

/// What a round rolls back: a service whose hook may be repeated and one whose hook must not be.
/// Each round has its own, since what is announced after a rollback ends the repeats of its hook.
fn services_of(round: u64) -> [(String, bool); 2] {
    [(format!("repeatable-{round}"), true), (format!("once-{round}"), false)]
}

async fn prepare(data: &Path, database: Option<&str>, api: &Api, receiver: &str, rounds: u64) {
    let all: Vec<_> = (0..rounds).flat_map(services_of).collect();
    for (slug, _) in &all {
        let body = json!({"name": slug, "environments": [{"slug": "production"}]});
        let (status, answer) = api.send("PUT", &format!("/api/v1/services/{slug}"), &body).await;
        assert_eq!(status, 201, "{answer}");
    }
    let pool = Pool::connect(store::location(database, data).unwrap()).await.unwrap();
    let store = Store::start(pool).await.unwrap();
    let receiver = receiver.to_owned();
    let written = store.write::<_, StoreError, _>(move |tx| {
        Box::pin(async move {
            for (slug, repeatable) in all {
                let service = services::by_slug(tx, &slug).await?.unwrap();
                let plan = domain::rollback::RollbackPlan {
                    command: String::new(),
                    hook_url: Some(format!("{receiver}/{slug}")),
                    hook_repeatable: repeatable,
                    mode: "manual".into(),
                    rules: String::new(),
                };
                let now = chrono::DateTime::UNIX_EPOCH;
                services::put_rollback_plan(tx, service.id, "production".into(), plan, now).await?;
            }
            Ok(())
        })
    });
    written.await.unwrap();
    store.close().await;
}

/// Announces; answers the deployment.
async fn announce(api: &Api, slug: &str) -> String {
    let body = json!({"service": slug, "environment": "production", "version": "1.0.0"});
    let (status, answer) = api.send("POST", "/api/v1/deployments", &body).await;
    assert_eq!(status, 201, "{answer}");
    answer["id"].as_str().unwrap().to_owned()
}

/// Rolls back; notes the deployment where that was answered with success.
async fn roll_back(api: Api, id: String, answered: Arc<Mutex<HashSet<String>>>) {
    let path = format!("/api/v1/deployments/{id}/rollback");
    let reason = json!({"reason": "It must go."});
    let sent = api.request("POST", &path).json(&reason).send().await;
    if sent.is_ok_and(|answer| answer.status() == 202) {
        answered.lock().unwrap().insert(id);
    }
}

/// How all deliveries stand: deployment, whether it may be repeated, state.
async fn deliveries(link: &mut Connection) -> Vec<(String, String, bool, String)> {
    let sql = "SELECT id, deployment_id, repeatable, state FROM deliveries";
    link.query(AssertSqlSafe(sql.to_owned()))
        .fetch_as(|row| {
            Ok((
                row.get::<uuid::Uuid>("id")?.to_string(),
                row.get::<uuid::Uuid>("deployment_id")?.to_string(),
                row.get("repeatable")?,
                row.get("state")?,
            ))
        })
        .await
        .unwrap()
}

async fn torment(data: &[&Path], database: Option<&str>) {
    let seen: Arc<Mutex<Seen>> = Arc::default();
    let receiver = receiver(seen.clone()).await;
    let token = admin_token(data[0], database);
    let answered: Arc<Mutex<HashSet<String>>> = Arc::default();
    let start = |data: &&Path| Some(Portal::start(data, database));
    let mut portals: Vec<_> = data.iter().map(start).collect();
    let url = portals[0].as_ref().unwrap().url.clone();
    let kills = kills();
    prepare(data[0], database, &Api::new(&url, &token), &receiver, kills).await;
    let began = Instant::now();
    for round in 0..kills {
        // Which of them dies takes turns; the load is at the one that does.
        let dies = usize::try_from(round).unwrap() % portals.len();
        let portal = portals[dies].take().unwrap();
        let api = Api::new(&portal.url, &token);
        let mut acts = Vec::new();
        for (slug, _) in services_of(round) {
            let id = announce(&api, &slug).await;
            acts.push(tokio::spawn(roll_back(api.clone(), id, answered.clone())));
        }
        tokio::time::sleep(Duration::from_millis(random(KILLED_WITHIN_MS))).await;
        portal.kill();
        for act in acts {
            act.await.unwrap();
        }
        portals[dies] = start(&data[dies]);
    }
    let killed_in = began.elapsed();
    // Until nothing is on its way.
    let pool = Pool::connect(store::location(database, data[0]).unwrap()).await.unwrap();
    let mut link = pool.reader().await.unwrap();
    let until = Instant::now() + SETTLED_IN;
    let all = loop {
        let all = deliveries(&mut link).await;
        let open =
            all.iter().filter(|(.., state)| state == "pending" || state == "sending").count();
        if open == 0 {
            break all;
        }
        assert!(Instant::now() < until, "{open} of {} are still on their way", all.len());
        tokio::time::sleep(Duration::from_millis(200)).await;
    };
    check(&all, &seen.lock().unwrap(), &answered.lock().unwrap());
    let unknown = all.iter().filter(|(.., state)| state == "unknown").count();
    println!(
        "{kills} kills in {killed_in:.0?}: {} deliveries, {unknown} known to nobody, repeated {}",
        all.len(),
        seen.lock().unwrap().repeatable.values().filter(|(_, times)| *times > 1).count()
    );
    assert!(!all.is_empty(), "no rollback was kept, so nothing was tried");
    drop(portals);
}

fn check(all: &[(String, String, bool, String)], seen: &Seen, answered: &HashSet<String>) {
    let causes: HashSet<_> = all.iter().map(|(_, deployment, ..)| deployment).collect();
    assert_eq!(causes.len(), all.len(), "each cause has one delivery");
    let lost: Vec<_> = answered.iter().filter(|id| !causes.contains(id)).collect();
    assert!(lost.is_empty(), "answered, and nothing is sent: {lost:?}");
    for (id, deployment, repeatable, state) in all {
        if *repeatable {
            let (cause, _) =
                seen.repeatable.get(id).unwrap_or_else(|| panic!("{id}: {state}, lost"));
            assert_eq!(cause, deployment);
            assert_eq!(state, "delivered");
        } else {
            let times = seen.once.get(id).map_or(0, |(_, times)| *times);
            assert!(times <= 1, "{id} was called {times} times");
            match state.as_str() {
                "delivered" => assert_eq!(times, 1, "{id} is said to be delivered"),
                "unknown" => {}
                other => panic!("{id} is {other}"),
            }
        }
    }
    for key in seen.repeatable.keys().chain(seen.once.keys()) {
        assert!(all.iter().any(|(id, ..)| id == key), "{key} was sent and is not written down");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kills_lose_and_double_no_hook_on_sqlite() {
    let data = tempfile::tempdir().unwrap();
    torment(&[data.path()], None).await;
}

async fn on_postgres(portals: usize) {
    let Some(server) = setting("DAYTWO_TEST_POSTGRES_URL") else {
        assert!(setting("DAYTWO_REQUIRE_POSTGRES").is_none(), "PostgreSQL is required here");
        println!("skipped: DAYTWO_TEST_POSTGRES_URL is not set");
        return;
    };
    let folders: Vec<_> = (0..portals).map(|_| tempfile::tempdir().unwrap()).collect();
    let url = fresh_database(&server, folders[0].path()).await;
    let data: Vec<_> = folders.iter().map(tempfile::TempDir::path).collect();
    torment(&data, Some(&url)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kills_lose_and_double_no_hook_on_postgres() {
    on_postgres(1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kills_lose_and_double_no_hook_between_two_portals() {
    on_postgres(2).await;
}
