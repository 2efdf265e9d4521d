//! Idempotency keys.

use engine::{Error, idempotency::Committed, runs::ResultStatus};
use rstest::rstest;

use crate::{
    common::{announcement, once, portal, result, stored},
    harness::On,
};

#[rstest]
#[tokio::test]
async fn the_same_request_is_answered_again_and_done_once(
    #[values(On::Sqlite, On::Postgres)] on: On,
) {
    portal(on, async |p| {
        let first = p
            .engine
            .deployments()
            .announce(&p.ci(), announcement("1"), once(1, "k", 1))
            .await
            .unwrap();
        let Committed::Now(first) = first else { panic!("{first:?}") };
        p.leaves(&[], async || {
            let again = p
                .engine
                .deployments()
                .announce(&p.ci(), announcement("1"), once(1, "k", 1))
                .await
                .unwrap();
            let Committed::Before(again) = again else { panic!("{again:?}") };
            assert_eq!(again, stored(&first).unwrap());
            let other =
                p.engine.deployments().announce(&p.ci(), announcement("2"), once(1, "k", 2)).await;
            assert!(matches!(other, Err(Error::KeyReused)));
        })
        .await;
        // Another token's key of that name is another key, and so is another name.
        let another =
            p.engine.deployments().announce(&p.ci(), announcement("2"), once(2, "k", 2)).await;
        another.unwrap().now().unwrap();
        let another =
            p.engine.deployments().announce(&p.ci(), announcement("3"), once(1, "l", 3)).await;
        another.unwrap().now().unwrap();
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn a_refusal_does_not_use_the_key_up(#[values(On::Sqlite, On::Postgres)] on: On) {
    portal(on, async |p| {
        let id = p.announce("1").await;
        let taken =
            p.engine.deployments().announce(&p.ci(), announcement("1"), once(1, "k", 1)).await;
        assert!(matches!(taken, Err(Error::Conflict { .. })));
        p.close_all(id).await;
        p.engine.runs().sign_off(&p.ann(), id, "").await.unwrap();
        let now = p
            .engine
            .deployments()
            .announce(&p.ci(), announcement("1"), once(1, "k", 1))
            .await
            .unwrap();
        now.now().unwrap();
    })
    .await;
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_same_key_at_the_same_instant_does_it_once(#[values(On::Sqlite, On::Postgres)] on: On) {
    portal(on, async |p| {
        let id = p.announce("1").await;
        let tasks: Vec<_> = (0..8)
            .map(|_| {
                let (engine, ci) = (p.engine.clone(), p.ci());
                tokio::spawn(async move {
                    let said = result(ResultStatus::Passed);
                    engine.runs().post_result(&ci, id, "load", said, once(1, "k", 1)).await.unwrap()
                })
            })
            .collect();
        let mut answers = Vec::new();
        for task in tasks {
            answers.push(task.await.unwrap());
        }
        let now = answers.iter().filter_map(|answer| match answer {
            Committed::Now(item) => Some(item),
            Committed::Before(_) => None,
        });
        let now: Vec<_> = now.collect();
        assert_eq!(now.len(), 1);
        let then = stored(now[0]).unwrap();
        let again = |answer: &&Committed<_>| matches!(answer, Committed::Before(it) if *it == then);
        assert_eq!(answers.iter().filter(again).count(), 7);
        assert_eq!(p.item(id, "load").await.evidence.len(), 1);
    })
    .await;
}
