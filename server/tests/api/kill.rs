//! `kill -9` under load: every answered write is there afterwards, and the audit chain verifies.

use std::{
    collections::HashSet,
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use crate::common::{Api, Portal, admin_token, setting};
use serde_json::json;
use store::Pool;

/// How many connections post at the same time.
const CONNECTIONS: usize = 16;

/// `DAYTWO_KILLS` rounds; the whole hundred is run by the script, on the release.
fn rounds() -> u64 {
    setting("DAYTWO_KILLS").map_or(6, |rounds| rounds.parse().unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_answered_is_lost_on_sqlite() {
    let data = tempfile::tempdir().unwrap();
    torment(data.path(), None, rounds()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_answered_is_lost_on_postgres() {
    let Some(server) = setting("DAYTWO_TEST_POSTGRES_URL") else {
        assert!(setting("DAYTWO_REQUIRE_POSTGRES").is_none(), "PostgreSQL is required here");
        println!("skipped: DAYTWO_TEST_POSTGRES_URL is not set");
        return;
    };
    let data = tempfile::tempdir().unwrap();
    let url = fresh_database(&server, data.path()).await;
    torment(data.path(), Some(&url), rounds().div_ceil(4)).await;
}

/// A new database on the test server.
pub async fn fresh_database(server: &str, data: &Path) -> String {
    let name = format!("kill_{}", uuid::Uuid::now_v7().simple());
    let pool = Pool::connect(store::location(Some(server), data).unwrap()).await.unwrap();
    let mut link = pool.reader().await.unwrap();
    link.query(store::AssertSqlSafe(format!("CREATE DATABASE {name}"))).execute().await.unwrap();
    let mut url = url::Url::parse(server).unwrap();
    url.set_path(&name);
    url.to_string()
}

async fn torment(data: &Path, database: Option<&str>, rounds: u64) {
    let token = admin_token(data, database);
    let answered: Arc<Mutex<HashSet<String>>> = Arc::default();
    let next = Arc::new(AtomicU64::new(0));
    for round in 0..rounds {
        let portal = Portal::start(data, database);
        let api = Api::new(&portal.url, &token);
        api.put_shop().await;
        let deployment = api.announce(&format!("1.{round}.0")).await;
        let path = format!("/api/v1/deployments/{deployment}/items/logs-triaged/results");
        let posting: Vec<_> = (0..CONNECTIONS)
            .map(|_| {
                let (api, path) = (api.clone(), path.clone());
                let (answered, next) = (answered.clone(), next.clone());
                tokio::spawn(async move {
                    loop {
                        let mark = format!("mark {}", next.fetch_add(1, Ordering::Relaxed));
                        let body = json!({"status": "passed", "summary": mark});
                        let sent = api.request("POST", &path).json(&body).send().await;
                        match sent {
                            Ok(answer) if answer.status() == 200 => {
                                answered.lock().unwrap().insert(mark);
                            }
                            Ok(answer) => panic!("{}", answer.text().await.unwrap_or_default()),
                            Err(_) => return,
                        }
                    }
                })
            })
            .collect();
        // Moments that differ from round to round without being left to chance.
        let moment = Duration::from_millis(40 + (round * 97) % 400);
        tokio::time::sleep(moment).await;
        portal.kill();
        for post in posting {
            post.await.unwrap();
        }
        // What is lost stays lost and a broken chain stays broken, so looking at every tenth death
        // sees them all; looking each time would read everything a hundred times.
        if round % 10 == 9 || round + 1 == rounds {
            let so_far = answered.lock().unwrap().clone();
            verify(data, database, &so_far).await;
        }
    }
    let count = answered.lock().unwrap().len();
    println!("{rounds} kills, {count} answered writes, all kept");
    assert!(count > 0, "the load never got an answer, so nothing was tried");
}

/// Looks into the database with the portal dead.
async fn verify(data: &Path, database: Option<&str>, answered: &HashSet<String>) {
    let pool = Pool::open(store::location(database, data).unwrap()).await.unwrap();
    let mut link = pool.reader().await.unwrap();
    let kept: HashSet<String> = link
        .query("SELECT summary FROM evidence WHERE summary LIKE 'mark %'")
        .fetch_as(|row| row.get("summary"))
        .await
        .unwrap()
        .into_iter()
        .collect();
    let lost: Vec<_> = answered.difference(&kept).take(5).collect();
    assert!(lost.is_empty(), "answered, and lost: {lost:?}");
    let chain = store::audit::verify(&mut link).await.unwrap();
    assert!(chain.is_ok(), "{chain:?}");
}
