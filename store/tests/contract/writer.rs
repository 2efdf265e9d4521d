//! What the writer promises: acts one at a time, each all or nothing, answered after the commit.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use futures::{future::join_all, poll};
use rstest::rstest;
use store::{Store, StoreError, Tx, settings};
use tokio::sync::oneshot;

use crate::{
    harness::On,
    seed::{chain, entry, sentences},
};

async fn setting(store: &Store, key: &str) -> Option<String> {
    settings::get(&mut store.read().await.unwrap(), key).await.unwrap()
}

async fn put(tx: &mut Tx, key: &str) -> Result<(), StoreError> {
    settings::put(tx, key, "kept".into()).await?;
    tx.record(entry(key));
    Ok(())
}

/// Occupies the writer until the sender is used, so that what is sent meanwhile shares a commit.
async fn hold(store: &Store) -> (oneshot::Sender<()>, tokio::task::JoinHandle<()>) {
    let (release, released) = oneshot::channel::<()>();
    let (begun, has_begun) = oneshot::channel();
    let store = store.clone();
    let held = tokio::spawn(async move {
        act!(store, |_tx| {
            begun.send(()).unwrap();
            released.await.unwrap();
            Ok(())
        })
        .unwrap();
    });
    has_begun.await.unwrap();
    (release, held)
}

#[rstest]
#[tokio::test]
async fn acts_that_wait_share_a_commit_and_one_that_fails_undoes_only_itself(
    #[values(On::Sqlite, On::Postgres)] on: On,
) {
    on.run(async |db| {
        let store = &db.store;
        let (release, held) = hold(store).await;
        let (resume, resumed) = oneshot::channel::<()>();
        let (reached, is_reached) = oneshot::channel();

        let mut first = Box::pin(async { act!(store, |tx| put(tx, "first").await) });
        let mut failing = Box::pin(async {
            act!(store, |tx| {
                put(tx, "failing").await?;
                // A statement the database itself refuses, so that PostgreSQL's transaction is in
                // its failed state too.
                tx.query("INSERT INTO settings (key, value) VALUES ('failing', 'again')")
                    .execute()
                    .await
            })
        });
        let mut last = Box::pin(async {
            act!(store, |tx| {
                // What neighbours wrote is seen within the group.
                assert_eq!(settings::get(tx, "first").await?.as_deref(), Some("kept"));
                assert_eq!(settings::get(tx, "failing").await?, None);
                reached.send(()).unwrap();
                resumed.await.unwrap();
                put(tx, "last").await
            })
        });
        // Each is queued by its first poll.
        assert!(poll!(&mut first).is_pending());
        assert!(poll!(&mut failing).is_pending());
        assert!(poll!(&mut last).is_pending());
        release.send(()).unwrap();
        is_reached.await.unwrap();

        // The first and the failing one have run, and are not answered: nothing is durable yet.
        assert!(poll!(&mut first).is_pending());
        assert!(poll!(&mut failing).is_pending());
        assert_eq!(setting(store, "first").await, None);

        resume.send(()).unwrap();
        first.await.unwrap();
        assert!(failing.await.unwrap_err().is_unique_violation());
        last.await.unwrap();
        held.await.unwrap();
        assert_eq!(setting(store, "first").await.as_deref(), Some("kept"));
        assert_eq!(setting(store, "failing").await, None);
        assert_eq!(setting(store, "last").await.as_deref(), Some("kept"));
        // Its audit entry is undone with it, and the next takes its number.
        assert_eq!(sentences(store).await, ["first", "last"]);
        assert_eq!(chain(store).await, 2);
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn an_act_that_panics_undoes_itself_and_the_writer_goes_on(
    #[values(On::Sqlite, On::Postgres)] on: On,
) {
    on.run(async |db| {
        let store = &db.store;
        let (release, held) = hold(store).await;
        let mut before = Box::pin(async { act!(store, |tx| put(tx, "before").await) });
        let mut panicking = Box::pin(async {
            act!(store, |tx| {
                put(tx, "panicking").await?;
                if settings::get(tx, "panicking").await?.is_some() {
                    panic!("a defect in an act");
                }
                Ok(())
            })
        });
        let mut after = Box::pin(async { act!(store, |tx| put(tx, "after").await) });
        assert!(poll!(&mut before).is_pending());
        assert!(poll!(&mut panicking).is_pending());
        assert!(poll!(&mut after).is_pending());
        release.send(()).unwrap();

        before.await.unwrap();
        assert!(matches!(panicking.await, Err(StoreError::ActPanicked)));
        after.await.unwrap();
        held.await.unwrap();
        act!(store, |tx| put(tx, "much later").await).unwrap();
        assert_eq!(sentences(store).await, ["before", "after", "much later"]);
        assert_eq!(setting(store, "panicking").await, None);
        assert_eq!(chain(store).await, 3);
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn a_caller_that_goes_away_does_not_stop_its_act(#[values(On::Sqlite, On::Postgres)] on: On) {
    on.run(async |db| {
        let store = &db.store;
        let (release, held) = hold(store).await;
        let ran = Arc::new(AtomicBool::new(false));
        let mut leaving = Box::pin({
            let ran = ran.clone();
            async move {
                act!(store, |tx| {
                    put(tx, "left behind").await?;
                    ran.store(true, Ordering::SeqCst);
                    Ok(())
                })
            }
        });
        assert!(poll!(&mut leaving).is_pending());
        drop(leaving);
        assert!(!ran.load(Ordering::SeqCst));
        release.send(()).unwrap();
        held.await.unwrap();
        // Answered behind the one that was left.
        act!(store, |tx| put(tx, "next").await).unwrap();
        assert!(ran.load(Ordering::SeqCst));
        assert_eq!(sentences(store).await, ["left behind", "next"]);
    })
    .await;
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn five_hundred_acts_at_once_are_all_there(#[values(On::Sqlite, On::Postgres)] on: On) {
    on.run(async |db| {
        let acts = (0..500).map(|n| {
            let store = db.store.clone();
            tokio::spawn(async move {
                // Every tenth fails.
                act!(store, |tx| {
                    put(tx, &format!("n{n}")).await?;
                    if n % 10 == 0 { Err(StoreError::Missing) } else { Ok(n) }
                })
            })
        });
        let mut kept = 0;
        for (n, outcome) in (0..).zip(join_all(acts).await) {
            match outcome.unwrap() {
                Ok(answered) => {
                    assert_eq!(answered, n);
                    assert_eq!(setting(&db.store, &format!("n{n}")).await.as_deref(), Some("kept"));
                    kept += 1;
                }
                Err(error) => {
                    assert!(matches!(error, StoreError::Missing), "{error}");
                    assert_eq!(n % 10, 0);
                    assert_eq!(setting(&db.store, &format!("n{n}")).await, None);
                }
            }
        }
        assert_eq!(kept, 450);
        assert_eq!(chain(&db.store).await, 450);
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn the_chain_goes_on_after_a_restart(#[values(On::Sqlite, On::Postgres)] on: On) {
    on.run(async |db| {
        let first = db.open_again().await;
        act!(first, |tx| put(tx, "before the restart").await).unwrap();
        first.close().await;
        let second = db.open_again().await;
        act!(second, |tx| put(tx, "after the restart").await).unwrap();
        assert_eq!(sentences(&second).await, ["before the restart", "after the restart"]);
        assert_eq!(chain(&second).await, 2);
        second.close().await;
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn closing_lets_what_waits_finish_and_refuses_what_comes_later(
    #[values(On::Sqlite, On::Postgres)] on: On,
) {
    on.run(async |db| {
        let store = db.open_again().await;
        let mut waiting = {
            let store = store.clone();
            Box::pin(async move { act!(store, |tx| put(tx, "waiting").await) })
        };
        assert!(poll!(&mut waiting).is_pending());
        let closing = tokio::spawn(store.close());
        waiting.await.unwrap();
        closing.await.unwrap();
        assert_eq!(sentences(&db.store).await, ["waiting"]);
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn an_act_that_passes_over_a_database_error_costs_no_neighbour(
    #[values(On::Sqlite, On::Postgres)] on: On,
) {
    on.run(async |db| {
        let store = &db.store;
        let (release, held) = hold(store).await;
        let mut before = Box::pin(async { act!(store, |tx| put(tx, "before").await) });
        let mut careless = Box::pin(async {
            act!(store, |tx| {
                put(tx, "careless").await?;
                let twice = tx.query("INSERT INTO settings (key, value) VALUES ('careless', '')");
                twice.execute().await.unwrap_err();
                Ok(())
            })
        });
        assert!(poll!(&mut before).is_pending());
        assert!(poll!(&mut careless).is_pending());
        release.send(()).unwrap();
        before.await.unwrap();
        let kept = careless.await.is_ok();
        held.await.unwrap();
        // PostgreSQL keeps nothing of such an act and says so; SQLite undoes the statement alone.
        assert_eq!(kept, store.kind() == store::Kind::Sqlite);
        assert_eq!(setting(store, "careless").await.is_some(), kept);
        assert_eq!(setting(store, "before").await.as_deref(), Some("kept"));
        act!(store, |tx| put(tx, "after").await).unwrap();
        assert_eq!(chain(store).await, if kept { 3 } else { 2 });
    })
    .await;
}
