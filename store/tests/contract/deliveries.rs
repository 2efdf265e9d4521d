//! What is sent out: at most one for each cause and channel, held by one portal at a time.

use domain::{
    delivery::{Attempt, AttemptOutcome, Delivery, DeliveryState},
    ids::DeliveryId,
};
use rstest::rstest;
use store::{
    StoreError,
    deliveries::{self, ROLLBACK_HOOK},
    schedule_leases,
};
use uuid::Uuid;

use crate::{
    harness::On,
    seed::{at, deploy, ground, id},
};

#[rstest]
#[tokio::test]
async fn one_for_each_cause_held_by_one_portal(#[values(On::Sqlite, On::Postgres)] on: On) {
    on.run(async |db| {
        let ground = ground(&db.store).await;
        let deployment = ground.deployment("1.0.0", 0);
        deploy(&db.store, std::slice::from_ref(&deployment)).await;
        let about = deployment.id;
        let new =
            move |cause| Delivery::new(DeliveryId(id()), cause, ROLLBACK_HOOK, about, true, at(1));
        let one = new(7);
        let (first, again) = (one.clone(), new(7));
        act!(db.store, |tx| deliveries::insert(tx, first).await).unwrap();
        let refused = act!(db.store, |tx| deliveries::insert(tx, again).await).unwrap_err();
        assert!(refused.is_unique_violation());
        let mut link = db.store.read().await.unwrap();
        let link = &mut link;
        assert_eq!(deliveries::by_id(link, one.id).await.unwrap(), Some(one.clone()));
        assert_eq!(deliveries::next_due(link).await.unwrap(), Some(at(1)));

        let (mine, other) = (Uuid::new_v4(), Uuid::new_v4());
        schedule_leases::lives(&mut db.store.read().await.unwrap(), mine).await.unwrap();
        let claim = async |portal, now| {
            let claimed: Result<_, StoreError> =
                act!(db.store, |tx| deliveries::claim(tx, portal, 10, now).await);
            claimed.unwrap()
        };
        assert_eq!(claim(mine, at(0)).await, [], "it is not due");
        let held = claim(mine, at(2)).await;
        assert_eq!((held.len(), held[0].attempts), (1, 1));
        assert_eq!(held[0].state, DeliveryState::Sending);
        assert_eq!(claim(other, at(2)).await, [], "it is held");
        assert_eq!(deliveries::held_by(link, mine).await.unwrap(), held);
        assert_eq!(deliveries::abandoned(link, mine).await.unwrap(), []);
        if on == On::Postgres {
            assert_eq!(deliveries::abandoned(link, other).await.unwrap(), [], "its portal lives");
            act!(db.store, |tx| tx.query("UPDATE deliveries SET lease_until = 1").execute().await)
                .unwrap();
            assert_eq!(deliveries::abandoned(link, other).await.unwrap(), [], "it still does");
            act!(db.store, |tx| tx.query("UPDATE portals SET seen_at = 1").execute().await)
                .unwrap();
        }
        assert_eq!(deliveries::abandoned(link, other).await.unwrap(), held);

        let attempt = Attempt {
            n: 1,
            at: at(2),
            duration_ms: Some(12),
            outcome: AttemptOutcome::Accepted,
            answer: "The hook answered 202.".into(),
        };
        let done = Delivery {
            state: DeliveryState::Delivered,
            next_at: None,
            lease_owner: None,
            answer: "The hook answered 202.".into(),
            settled_at: Some(at(3)),
            ..held[0].clone()
        };
        let (noted, set) = (attempt.clone(), done.clone());
        act!(db.store, |tx| {
            deliveries::note_attempt(tx, set.id, noted).await?;
            deliveries::set(tx, &set).await
        })
        .unwrap();
        let found = deliveries::of_deployment(link, about, ROLLBACK_HOOK).await.unwrap();
        assert_eq!(found, Some(done));
        assert_eq!(deliveries::attempts(link, one.id).await.unwrap(), [attempt]);
        assert_eq!(deliveries::abandoned(link, other).await.unwrap(), []);
    })
    .await;
}
