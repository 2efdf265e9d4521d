//! A stop waits for what is being sent.

use std::{process::Command, time::Duration};

use axum::{Router, routing::post};
use serde_json::json;
use store::{Pool, Store, StoreError, services};

use crate::common::{Api, Portal, admin_token};

/// How long the receiver takes: longer than it takes to stop.
const SLOW: Duration = Duration::from_secs(3);

async fn receiver() -> (String, tokio::sync::mpsc::Receiver<()>) {
    let (arrived, arrives) = tokio::sync::mpsc::channel(1);
    let app = Router::new().route(
        "/hook",
        post(async move || {
            arrived.send(()).await.unwrap();
            tokio::time::sleep(SLOW).await;
        }),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, app).await });
    (format!("http://{address}/hook"), arrives)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hook_in_flight_is_waited_for() {
    let data = tempfile::tempdir().unwrap();
    let (hook, mut arrives) = receiver().await;
    let token = admin_token(data.path(), None);
    let mut portal = Portal::start(data.path(), None);
    let api = Api::new(&portal.url, &token);
    api.put_shop().await;
    let location = store::location(None, data.path()).unwrap();
    let store = Store::start(Pool::connect(location.clone()).await.unwrap()).await.unwrap();
    let written = store.write::<_, StoreError, _>(move |tx| {
        Box::pin(async move {
            let service = services::by_slug(tx, "shop").await?.unwrap();
            let plan = domain::rollback::RollbackPlan {
                hook_url: Some(hook),
                mode: "manual".into(),
                ..domain::rollback::RollbackPlan::default()
            };
            let now = chrono::DateTime::UNIX_EPOCH;
            services::put_rollback_plan(tx, service.id, "production".into(), plan, now).await
        })
    });
    written.await.unwrap();
    store.close().await;
    let id = api.announce("1.0.0").await;
    let reason = json!({"reason": "It must go."});
    let path = format!("/api/v1/deployments/{id}/rollback");
    assert_eq!(api.send("POST", &path, &reason).await.0, 202);
    arrives.recv().await.unwrap();
    let stopped = Command::new("kill").args(["-TERM", &portal.process().to_string()]).status();
    assert!(stopped.unwrap().success());
    assert!(portal.ended(Duration::from_secs(40)).await);
    let pool = Pool::connect(location).await.unwrap();
    let mut link = pool.reader().await.unwrap();
    let row = link.query("SELECT state, answer FROM deliveries").fetch_one().await.unwrap();
    assert_eq!(row.get::<String>("state").unwrap(), "delivered");
    assert_eq!(row.get::<String>("answer").unwrap(), "The hook answered 200.");
}
