//! The audit log's pages, and counts over the whole database.

use domain::{deployment::Deployment, page::Page, watch::WatchState};
use rstest::rstest;
use store::{audit, counts};

use crate::{
    harness::On,
    seed::{MICROSECOND, at, chain, deploy, entry, ground, id},
};

#[rstest]
#[tokio::test]
async fn the_audit_log_is_read_in_pages_and_by_deployment(
    #[values(On::Sqlite, On::Postgres)] on: On,
) {
    on.run(async |db| {
        let deployment = id();
        let full = domain::audit::AuditEntry {
            at: at(1) + MICROSECOND,
            deployment_id: Some(deployment),
            ..entry("of a deployment")
        };
        let bare = domain::audit::AuditEntry { actor_id: None, ..entry("of none") };
        let (one, two, three) = (full.clone(), bare.clone(), full.clone());
        act!(db.store, |tx| {
            tx.record(one);
            tx.record(two);
            tx.record(three);
            Ok(())
        })
        .unwrap();
        let numbered =
            |seq, of: &domain::audit::AuditEntry| domain::audit::AuditEntry { seq, ..of.clone() };
        let mut link = db.store.read().await.unwrap();
        let link = &mut link;
        let newest = audit::newest(link, Page::first(2)).await.unwrap();
        assert_eq!(newest, [numbered(3, &full), numbered(2, &bare)]);
        let older = audit::newest(link, Page { before: Some(2), limit: 9 }).await.unwrap();
        assert_eq!(older, [numbered(1, &full)]);
        let of_it = audit::of_deployment(link, deployment, 9).await.unwrap();
        assert_eq!(of_it, [numbered(3, &full), numbered(1, &full)]);
        assert_eq!(audit::of_deployment(link, deployment, 1).await.unwrap().len(), 1);
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn a_chain_longer_than_one_read_verifies(#[values(On::Sqlite, On::Postgres)] on: On) {
    on.run(async |db| {
        assert_eq!(chain(&db.store).await, 0);
        act!(db.store, |tx| {
            for n in 0..2_001 {
                tx.record(entry(format!("entry {n}")));
            }
            Ok(())
        })
        .unwrap();
        assert_eq!(chain(&db.store).await, 2_001);
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn deployments_are_counted_by_state_and_verdict(#[values(On::Sqlite, On::Postgres)] on: On) {
    on.run(async |db| {
        let ground = ground(&db.store).await;
        let rolled_back = |version: &str| Deployment {
            state: WatchState::RolledBack,
            ..ground.deployment(version, 0)
        };
        deploy(&db.store, &[ground.watching("1", 0), rolled_back("2"), rolled_back("3")]).await;
        let mut link = db.store.read().await.unwrap();
        counts::ping(&mut link).await.unwrap();
        let mut counts = counts::deployments_by_state(&mut link).await.unwrap();
        counts.sort();
        assert_eq!(
            counts,
            [("rolled_back".into(), "passed".into(), 2), ("watching".into(), "passed".into(), 1)]
        );
    })
    .await;
}
