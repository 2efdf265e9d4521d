//! Two processes on one database, such as the portal and a command beside it.

use futures::future::join_all;
use rstest::rstest;
use store::settings;

use crate::{
    harness::On,
    seed::{chain, entry},
};

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn keep_one_unbroken_chain(#[values(On::Sqlite, On::Postgres)] on: On) {
    on.run(async |db| {
        let other = db.open_again().await;
        let acts = (0..60).map(|n| {
            let store = if n % 2 == 0 { db.store.clone() } else { other.clone() };
            tokio::spawn(async move {
                act!(store, |tx| {
                    // A counter that loses a step where two writers ever overlap.
                    let count = settings::get(tx, "count").await?.unwrap_or_else(|| "0".into());
                    let next = count.parse::<u32>().unwrap() + 1;
                    settings::put(tx, "count", next.to_string()).await?;
                    tx.record(entry(format!("act {n}")));
                    Ok(())
                })
            })
        });
        for outcome in join_all(acts).await {
            outcome.unwrap().unwrap();
        }
        assert_eq!(chain(&db.store).await, 60);
        let count = settings::get(&mut other.read().await.unwrap(), "count").await.unwrap();
        assert_eq!(count.as_deref(), Some("60"));
        other.close().await;
    })
    .await;
}
