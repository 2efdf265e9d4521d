//! A database that goes away and comes back.

use std::time::Duration;

use futures::poll;
use store::{Store, StoreError, settings};
use tokio::sync::oneshot;

use crate::{
    harness::{Database, On, administer},
    seed::{chain, entry, sentences},
};

async fn note(store: &Store, sentence: &'static str) -> Result<(), StoreError> {
    act!(store, |tx| {
        tx.record(entry(sentence));
        Ok(())
    })
}

async fn database_name(db: &Database) -> String {
    let mut link = db.store.read().await.unwrap();
    link.query("SELECT current_database()::text AS name")
        .fetch_one()
        .await
        .unwrap()
        .get("name")
        .unwrap()
}

/// Ends every connection of the portal to its database.
async fn cut_off(name: &str) {
    administer(format!(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
    ))
    .await;
}

#[tokio::test]
async fn a_connection_lost_between_acts_costs_none_of_them() {
    On::Postgres
        .run(async |db| {
            note(&db.store, "before").await.unwrap();
            cut_off(&database_name(db).await).await;
            note(&db.store, "after").await.unwrap();
            assert_eq!(sentences(&db.store).await, ["before", "after"]);
            assert_eq!(chain(&db.store).await, 2);
        })
        .await;
}

#[tokio::test]
async fn a_connection_lost_within_an_act_costs_its_group_and_no_more() {
    On::Postgres
        .run(async |db| {
            let name = database_name(db).await;
            let store = &db.store;
            let (reached, is_reached) = oneshot::channel();
            let (resume, resumed) = oneshot::channel::<()>();
            let mut cut = Box::pin(async {
                act!(store, |tx| {
                    settings::put(tx, "half", "written".into()).await?;
                    reached.send(()).unwrap();
                    resumed.await.unwrap();
                    tx.record(entry("cut"));
                    Ok(())
                })
            });
            let mut neighbour = Box::pin(note(store, "neighbour"));
            assert!(poll!(&mut cut).is_pending());
            assert!(poll!(&mut neighbour).is_pending());
            is_reached.await.unwrap();
            cut_off(&name).await;
            resume.send(()).unwrap();
            // Whoever was in that group is told, so that they can try again.
            cut.await.unwrap_err();
            // The neighbour came too late for the group or was in it; it is never half there.
            let neighbour = neighbour.await;
            note(store, "after").await.unwrap();
            let kept = sentences(store).await;
            match neighbour {
                Ok(()) => assert_eq!(kept, ["neighbour", "after"]),
                Err(_) => assert_eq!(kept, ["after"]),
            }
            let half = settings::get(&mut store.read().await.unwrap(), "half").await.unwrap();
            assert_eq!(half, None);
            chain(store).await;
        })
        .await;
}

#[tokio::test]
async fn while_the_database_is_away_acts_are_refused_and_afterwards_all_goes_on() {
    On::Postgres
        .run(async |db| {
            note(&db.store, "before").await.unwrap();
            let name = database_name(db).await;
            administer(format!("ALTER DATABASE {name} ALLOW_CONNECTIONS false")).await;
            cut_off(&name).await;
            note(&db.store, "meanwhile").await.unwrap_err();
            administer(format!("ALTER DATABASE {name} ALLOW_CONNECTIONS true")).await;
            // Somebody tries again until it works.
            let mut tries = 0;
            while note(&db.store, "after").await.is_err() {
                tries += 1;
                assert!(tries < 1_000, "the writer does not come back");
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            assert_eq!(sentences(&db.store).await, ["before", "after"]);
            assert_eq!(chain(&db.store).await, 2);
        })
        .await;
}

#[tokio::test]
async fn a_reader_is_served_after_its_connections_were_lost() {
    On::Postgres
        .run(async |db| {
            cut_off(&database_name(db).await).await;
            store::counts::ping(&mut db.store.read().await.unwrap()).await.unwrap();
        })
        .await;
}
