//! What is told of changes, here and at other portals on the same database.

use std::time::Duration;

use domain::event::{Event, EventKind};
use domain::ids::{RunId, ServiceId};
use rstest::rstest;
use store::{Store, StoreError};
use tokio::sync::broadcast::Receiver;
use uuid::Uuid;

use crate::harness::{On, administer};

async fn tell(store: &Store, events: Vec<Event>) {
    let told: Result<(), StoreError> = act!(store, |tx| {
        for event in events {
            tx.publish(event);
        }
        // Something is kept with it.
        store::settings::put(tx, "told", "yes".into()).await
    });
    told.unwrap();
}

/// Newer readings of a run of its own.
fn readings() -> Event {
    Event::readings(RunId(Uuid::now_v7()), ServiceId(Uuid::now_v7()))
}

/// The next that is told, but for the sign to look at everything.
async fn next(told: &mut Receiver<Event>) -> Event {
    loop {
        let event = tokio::time::timeout(Duration::from_secs(10), told.recv()).await;
        let event = event.unwrap().unwrap();
        if event.kind != EventKind::Missed {
            return event;
        }
    }
}

/// Waits until the portal hears others.
async fn listens(told: &mut Receiver<Event>) {
    let event = tokio::time::timeout(Duration::from_secs(10), told.recv()).await;
    assert_eq!(event.unwrap().unwrap(), Event::missed());
}

#[rstest]
#[tokio::test]
async fn what_is_kept_is_told_and_what_is_undone_is_not(
    #[values(On::Sqlite, On::Postgres)] on: On,
) {
    on.run(async |db| {
        let mut told = db.store.subscribe();
        let undone: Result<(), StoreError> = act!(db.store, |tx| {
            tx.publish(Event::changed());
            Err(StoreError::Missing)
        });
        undone.unwrap_err();
        let event = Event::run_changed(RunId(Uuid::now_v7()));
        tell(&db.store, vec![event, event]).await;
        assert_eq!(next(&mut told).await, event);
        tell(&db.store, vec![Event::changed()]).await;
        assert_eq!(next(&mut told).await, Event::changed(), "the same twice is told once");
    })
    .await;
}

#[tokio::test]
async fn another_portal_hears_of_it_once_and_of_many() {
    On::Postgres
        .run(async |db| {
            let other = db.open_again().await;
            let (mut here, mut there) = (db.store.subscribe(), other.subscribe());
            listens(&mut there).await;
            listens(&mut here).await;
            // More than one message holds.
            let many: Vec<_> = (0..120).map(|_| readings()).collect();
            tell(&db.store, many.clone()).await;
            for event in &many {
                assert_eq!(next(&mut there).await, *event);
                assert_eq!(next(&mut here).await, *event);
            }
            // What it told itself comes back to nobody.
            tell(&other, vec![Event::changed()]).await;
            assert_eq!(next(&mut here).await, Event::changed());
            assert_eq!(next(&mut there).await, Event::changed());
            assert!(there.try_recv().is_err());
            // More than is worth telling one by one.
            let flood = (0..600).map(|_| readings()).collect();
            tell(&db.store, flood).await;
            listens(&mut there).await;
            other.close().await;
        })
        .await;
}

#[tokio::test]
async fn after_a_lost_connection_all_is_looked_at_again() {
    On::Postgres
        .run(async |db| {
            let mut told = db.store.subscribe();
            listens(&mut told).await;
            let name: String = {
                let mut link = db.store.read().await.unwrap();
                let row = link.query("SELECT current_database()::text AS name").fetch_one().await;
                row.unwrap().get("name").unwrap()
            };
            administer(format!(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
            ))
            .await;
            listens(&mut told).await;
        })
        .await;
}
