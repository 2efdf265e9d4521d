//! Two portals on one PostgreSQL database, one of them killed in the middle of its work: the other
//! does what it left, and nothing is done twice.

use std::{path::Path, time::Duration};

use axum::{Router, extract::Path as InPath, routing::get};
use serde_json::json;
use store::{Connection, Pool};

use crate::{
    common::{Api, Portal, admin_token, setting},
    kill::fresh_database,
};

/// How many checks there are.
const CHECKS: usize = 40;
/// How long the target takes, so that a portal dies with something in its hands.
const SLOW: Duration = Duration::from_millis(900);
/// Within how many seconds the work of a dead portal has been taken over.
const TAKEN_OVER_S: i64 = 15;

/// A target that answers slowly.
async fn target() -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    let app = Router::new().route(
        "/{n}",
        get(async |InPath(n): InPath<String>| {
            tokio::time::sleep(SLOW).await;
            n
        }),
    );
    tokio::spawn(async move { axum::serve(listener, app).await });
    format!("http://{at}")
}

/// Slots claimed and not done, slots done, and measurements, at one moment; of the first those
/// claimed at least `age_s` ago.
async fn counts(link: &mut Connection, age_s: i64) -> (i64, i64, i64) {
    let row = link
        .query(
            "SELECT (SELECT count(*) FROM claims WHERE NOT done AND claimed_at < \
             (extract(epoch FROM clock_timestamp()) * 1000000)::bigint - $1 * 1000000) AS undone, \
             (SELECT count(*) FROM claims WHERE done) AS done, \
             (SELECT count(*) FROM measurements) AS measured",
        )
        .bind(age_s)
        .fetch_one()
        .await
        .unwrap();
    (row.get("undone").unwrap(), row.get("done").unwrap(), row.get("measured").unwrap())
}

async fn link(data: &Path, database: &str) -> Connection {
    let pool = Pool::connect(store::location(Some(database), data).unwrap()).await.unwrap();
    pool.reader().await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_dead_portal_left_is_done_once_by_the_other() {
    let Some(server) = setting("DAYTWO_TEST_POSTGRES_URL") else {
        assert!(setting("DAYTWO_REQUIRE_POSTGRES").is_none(), "PostgreSQL is required here");
        println!("skipped: DAYTWO_TEST_POSTGRES_URL is not set");
        return;
    };
    let (data, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let database = fresh_database(&server, data.path()).await;
    let token = admin_token(data.path(), Some(&database));
    let dies = Portal::start(data.path(), Some(&database));
    let lives = Portal::start(other.path(), Some(&database));
    let api = Api::new(&lives.url, &token);
    api.put_shop().await;
    let target = target().await;
    for n in 0..CHECKS {
        let check = json!({
            "environment": "production", "kind": "http", "url": format!("{target}/{n}"),
            "interval_s": 10, "timeout_s": 5,
        });
        let path = format!("/api/v1/services/shop/checks/check-{n}");
        assert_eq!(api.send("PUT", &path, &check).await.0, 201);
    }
    api.announce("1.0.0").await;

    let mut link = link(data.path(), &database).await;
    let link = &mut link;
    // Until both have found their work.
    tokio::time::sleep(Duration::from_secs(24)).await;
    let portals = "SELECT count(DISTINCT portal) AS n FROM claims WHERE done";
    let working: i64 = link.query(portals).fetch_one().await.unwrap().get("n").unwrap();
    assert_eq!(working, 2, "both work");
    dies.kill();
    let (undone, done_before, _) = counts(link, 0).await;
    assert!(undone > 0, "it died with nothing in its hands, so nothing was tried");

    tokio::time::sleep(Duration::from_secs(TAKEN_OVER_S.unsigned_abs())).await;
    let mut left = i64::MAX;
    for _ in 0..20 {
        let (undone, done, measured) = counts(link, TAKEN_OVER_S).await;
        assert_eq!(done, measured, "each slot that is done has one measurement");
        left = undone;
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    assert_eq!(left, 0, "slots that nobody took over");
    let (_, done, _) = counts(link, 0).await;
    assert!(done - done_before >= CHECKS as i64, "the other goes on alone");
    drop(lives);
}
