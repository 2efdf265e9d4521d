//! Lists of deployments: filters, search and pages.

use domain::{
    deployment::{Deployment, DeploymentFilter, DeploymentKind},
    ids::DeploymentId,
    page::Page,
    watch::WatchState,
};
use rstest::rstest;
use store::{Store, deployments};

use crate::{
    harness::On,
    seed::{MICROSECOND, at, deploy, ground, put_service, service},
};

async fn versions(store: &Store, filter: DeploymentFilter) -> Vec<String> {
    let mut link = store.read().await.unwrap();
    deployments::list(&mut link, &filter, Page::first(100))
        .await
        .unwrap()
        .into_iter()
        .map(|found| found.version)
        .collect()
}

#[rstest]
#[tokio::test]
async fn each_filter_narrows_and_all_together(#[values(On::Sqlite, On::Postgres)] on: On) {
    on.run(async |db| {
        let ground = ground(&db.store).await;
        let bank = service("bank");
        let other = bank.clone();
        act!(db.store, |tx| put_service(tx, other).await).unwrap();
        let records = [
            ground.deployment("1", 10),
            Deployment { environment: "staging".into(), ..ground.deployment("2", 20) },
            Deployment { kind: DeploymentKind::Hotfix, ..ground.deployment("3", 30) },
            Deployment { runbook_slug: "hotfix".into(), ..ground.deployment("4", 40) },
            ground.watching("5", 50),
            Deployment {
                service_id: bank.id,
                service: bank.slug.clone(),
                ..ground.deployment("6", 60)
            },
        ];
        deploy(&db.store, &records).await;
        let all = DeploymentFilter::default;
        let store = &db.store;
        assert_eq!(versions(store, all()).await, ["6", "5", "4", "3", "2", "1"]);
        let shop = DeploymentFilter { service_id: Some(ground.service.id), ..all() };
        assert_eq!(versions(store, shop.clone()).await, ["5", "4", "3", "2", "1"]);
        let staging = DeploymentFilter { environment: Some("staging".into()), ..all() };
        assert_eq!(versions(store, staging).await, ["2"]);
        let watching = DeploymentFilter { state: Some(WatchState::Watching), ..all() };
        assert_eq!(versions(store, watching).await, ["5"]);
        let hotfix = DeploymentFilter { kind: Some(DeploymentKind::Hotfix), ..all() };
        assert_eq!(versions(store, hotfix).await, ["3"]);
        let runbook = DeploymentFilter { runbook: Some("hotfix".into()), ..all() };
        assert_eq!(versions(store, runbook).await, ["4"]);
        let since = DeploymentFilter { since: Some(at(40)), ..all() };
        assert_eq!(versions(store, since).await, ["6", "5", "4"]);
        let just_after = DeploymentFilter { since: Some(at(40) + MICROSECOND), ..all() };
        assert_eq!(versions(store, just_after).await, ["6", "5"]);
        let every = DeploymentFilter {
            service_id: Some(ground.service.id),
            services: Some(
                (0..12)
                    .map(|n| format!("other-{n}"))
                    .chain([ground.service.slug.clone()])
                    .collect(),
            ),
            environment: Some("production".into()),
            state: Some(WatchState::SignedOff),
            kind: Some(DeploymentKind::Subsequent),
            runbook: Some(ground.runbook.content.slug.clone()),
            since: Some(at(5)),
            text: Some("ci".into()),
        };
        assert_eq!(versions(store, every.clone()).await, ["1"]);
        // The same with a page's key, so that all places of the query are counted.
        let mut link = store.read().await.unwrap();
        let page = Page { before: Some((at(10), records[0].id)), limit: 9 };
        assert_eq!(deployments::list(&mut link, &every, page).await.unwrap(), []);
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn text_is_searched_as_it_is_written(#[values(On::Sqlite, On::Postgres)] on: On) {
    on.run(async |db| {
        let ground = ground(&db.store).await;
        let noted = |version: &str, notes: &str, seconds| Deployment {
            notes: notes.into(),
            deployed_by: "robot".into(),
            ..ground.deployment(version, seconds)
        };
        deploy(
            &db.store,
            &[
                noted("a", "100% sure", 1),
                noted("b", "1000 sure", 2),
                noted("c", "snake_case", 3),
                noted("d", "snakeXcase", 4),
                noted("e", "wow!", 5),
                noted("f", "Mixed CASE", 6),
                noted("g", "back\\slash and 'quote'", 7),
                Deployment { deployed_by: "Ada L.".into(), ..noted("h", "", 8) },
                noted("V2", "", 9),
                noted("i", "Ärger mit Öl", 10),
            ],
        )
        .await;
        let search = async |text: &str| {
            versions(
                &db.store,
                DeploymentFilter { text: Some(text.into()), ..DeploymentFilter::default() },
            )
            .await
        };
        assert_eq!(search("100%").await, ["a"]);
        assert_eq!(search("snake_").await, ["c"]);
        assert_eq!(search("wow!").await, ["e"]);
        assert_eq!(search("mixed case").await, ["f"]);
        assert_eq!(search("MIXED").await, ["f"]);
        assert_eq!(search("k\\s").await, ["g"]);
        assert_eq!(search("'quote'").await, ["g"]);
        assert_eq!(search("ada l").await, ["h"]);
        assert_eq!(search("v2").await, ["V2"]);
        // By the service's slug: all of them.
        assert_eq!(search("SHOP").await.len(), 10);
        assert_eq!(search("nothing").await, [""; 0]);
        // Letters beyond ASCII are found at least as they are written.
        assert_eq!(search("Ärger mit Öl").await, ["i"]);
        assert_eq!(search("rger MIT").await, ["i"]);
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn pages_meet_each_row_once_also_where_times_are_equal(
    #[values(On::Sqlite, On::Postgres)] on: On,
) {
    on.run(async |db| {
        let ground = ground(&db.store).await;
        // Three at each of four times.
        let records: Vec<_> =
            (0..12i64).map(|n| ground.deployment(&n.to_string(), n / 3)).collect();
        deploy(&db.store, &records).await;
        let mut expected = records.clone();
        expected.sort_by_key(|record| std::cmp::Reverse((record.deployed_at, record.id)));

        let mut link = db.store.read().await.unwrap();
        let all = DeploymentFilter::default();
        let mut before: Option<(_, DeploymentId)> = None;
        let mut met = Vec::new();
        loop {
            let page = Page { before, limit: 5 };
            let found = deployments::list(&mut link, &all, page).await.unwrap();
            let Some(last) = found.last() else { break };
            before = Some((last.deployed_at, last.id));
            met.extend(found);
        }
        assert_eq!(met, expected);
    })
    .await;
}
