//! Idempotency keys.

use domain::ids::TokenId;
use engine::{Refusal, once::Once, runs::ResultStatus};
use rstest::rstest;
use uuid::Uuid;

use crate::{
    common::{announcement, portal, result},
    harness::On,
};

fn once(token: u128, key: &str, body: u8) -> Option<Once> {
    Some(Once {
        token: TokenId(Uuid::from_u128(token)),
        key: key.into(),
        request_hash: vec![body; 32],
    })
}

#[rstest]
#[tokio::test]
async fn the_same_request_is_answered_again_and_done_once(
    #[values(On::Sqlite, On::Postgres)] on: On,
) {
    portal(on, async |p| {
        let first = p.engine.announce(&p.ci(), announcement("1"), once(1, "k", 1)).await.unwrap();
        assert!(!first.replayed);
        p.leaves(&[], async || {
            let again =
                p.engine.announce(&p.ci(), announcement("1"), once(1, "k", 1)).await.unwrap();
            assert!(again.replayed);
            assert_eq!((again.status, &again.body), (first.status, &first.body));
            let other = p.engine.announce(&p.ci(), announcement("2"), once(1, "k", 2)).await;
            assert!(matches!(other, Err(Refusal::KeyReused)));
        })
        .await;
        // Another token's key of that name is another key, and so is another name.
        let another = p.engine.announce(&p.ci(), announcement("2"), once(2, "k", 2)).await;
        assert!(!another.unwrap().replayed);
        let another = p.engine.announce(&p.ci(), announcement("3"), once(1, "l", 3)).await;
        assert!(!another.unwrap().replayed);
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn a_refusal_does_not_use_the_key_up(#[values(On::Sqlite, On::Postgres)] on: On) {
    portal(on, async |p| {
        let id = p.announce("1").await;
        let taken = p.engine.announce(&p.ci(), announcement("1"), once(1, "k", 1)).await;
        assert!(matches!(taken, Err(Refusal::Conflict { .. })));
        p.close_all(id).await;
        p.engine.runs().sign_off(&p.ann(), id, "").await.unwrap();
        let now = p.engine.announce(&p.ci(), announcement("1"), once(1, "k", 1)).await.unwrap();
        assert!(!now.replayed);
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
        assert_eq!(answers.iter().filter(|answer| !answer.replayed).count(), 1);
        assert!(answers.iter().all(|answer| answer.body == answers[0].body));
        assert_eq!(p.item(id, "load").await.evidence.len(), 1);
    })
    .await;
}
