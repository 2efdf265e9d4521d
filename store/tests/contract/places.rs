//! Services, environments, rollback plans, rehearsals, releases.

use domain::{
    ids::{RehearsalId, ReleaseId, ServiceId},
    rehearsal::{Rehearsal, RehearsalFact},
    release::Release,
    rollback::RollbackPlan,
    service::{Environment, Service, ServiceEnvironment},
};
use rstest::rstest;
use store::{rehearsals, releases, services};

use crate::{
    harness::On,
    seed::{MICROSECOND, at, ground, id, put_service, service},
};

#[rstest]
#[tokio::test]
async fn services_are_kept_and_changed_by_slug(#[values(On::Sqlite, On::Postgres)] on: On) {
    on.run(async |db| {
        let [shop, bank, till] = ["shop", "bank", "till"].map(service);
        let all = [shop.clone(), bank.clone(), till.clone()];
        act!(db.store, |tx| {
            for service in all {
                put_service(tx, service).await?;
            }
            Ok(())
        })
        .unwrap();
        let changed = Service {
            id: ServiceId(id()),
            name: "Kaufhaus „Süd“".into(),
            targets: vec![],
            created_at: at(99),
            updated_at: at(5) + MICROSECOND,
            ..shop.clone()
        };
        let expected = Service { id: shop.id, created_at: shop.created_at, ..changed.clone() };
        act!(db.store, |tx| services::put(tx, changed).await).unwrap();

        let mut link = db.store.read().await.unwrap();
        let link = &mut link;
        assert_eq!(services::by_slug(link, "shop").await.unwrap(), Some(expected.clone()));
        assert_eq!(services::by_id(link, shop.id).await.unwrap(), Some(expected.clone()));
        assert_eq!(services::by_slug(link, "SHOP").await.unwrap(), None);
        assert_eq!(
            services::all(link).await.unwrap(),
            [bank.clone(), expected.clone(), till.clone()]
        );
        assert_eq!(services::after(link, "", 2).await.unwrap(), [bank, expected]);
        assert_eq!(services::after(link, "shop", 2).await.unwrap(), [till]);
        assert_eq!(services::after(link, "till", 2).await.unwrap(), []);
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn environments_have_an_order_and_base_urls(#[values(On::Sqlite, On::Postgres)] on: On) {
    on.run(async |db| {
        let ground = ground(&db.store).await;
        let service_id = ground.service.id;
        act!(db.store, |tx| {
            let dev = Environment { slug: "development".into(), name: "Dev".into(), position: 1 };
            services::add_environment(tx, dev).await?;
            // One of that slug stays as it is.
            let again = Environment { slug: "staging".into(), name: "Other".into(), position: 0 };
            services::add_environment(tx, again).await?;
            for base_url in [None, Some("https://old".into()), Some("https://new".into())] {
                let environment = "development".into();
                let plain_http_because = base_url.as_ref().map(|url| format!("{url} is ours"));
                let place =
                    ServiceEnvironment { service_id, environment, base_url, plain_http_because };
                services::put_environment(tx, place).await?;
            }
            Ok(())
        })
        .unwrap();
        let mut link = db.store.read().await.unwrap();
        let known = services::environments(&mut link).await.unwrap();
        let slugs: Vec<_> =
            known.iter().map(|known| (known.slug.as_str(), known.name.as_str())).collect();
        assert_eq!(
            slugs,
            [("development", "Dev"), ("staging", "staging"), ("production", "production")]
        );
        let places = services::environments_of(&mut link, service_id).await.unwrap();
        let urls: Vec<_> = places
            .iter()
            .map(|place| (place.environment.as_str(), place.base_url.as_deref()))
            .collect();
        assert_eq!(
            urls,
            [("development", Some("https://new")), ("staging", None), ("production", None)]
        );
        assert_eq!(places[0].plain_http_because.as_deref(), Some("https://new is ours"));
        let mut all = services::environments_of_all(&mut link).await.unwrap();
        all.sort_by_key(|place| places.iter().position(|known| known == place));
        assert_eq!(all, places);
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn a_place_of_an_unknown_service_is_refused(#[values(On::Sqlite, On::Postgres)] on: On) {
    on.run(async |db| {
        ground(&db.store).await;
        let place = ServiceEnvironment {
            service_id: ServiceId(id()),
            environment: "production".into(),
            base_url: None,
            plain_http_because: None,
        };
        let refused = act!(db.store, |tx| services::put_environment(tx, place).await).unwrap_err();
        assert!(!refused.is_unique_violation());
        assert!(refused.to_string().to_lowercase().contains("foreign key"), "{refused}");
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn a_rollback_plan_is_one_for_each_place(#[values(On::Sqlite, On::Postgres)] on: On) {
    on.run(async |db| {
        let id = ground(&db.store).await.service.id;
        let plan = RollbackPlan {
            command: "kubectl rollout undo".into(),
            hook_url: Some("https://ci.example.org/rollback".into()),
            hook_repeatable: true,
            mode: "manual".into(),
            rules: "error rate > 1 %\np95 > 800 ms".into(),
        };
        let second = RollbackPlan { hook_url: None, hook_repeatable: false, ..plan.clone() };
        let (one, two) = (plan.clone(), second.clone());
        act!(db.store, |tx| {
            services::put_rollback_plan(tx, id, "production".into(), one, at(1)).await?;
            services::put_rollback_plan(tx, id, "production".into(), two, at(2)).await
        })
        .unwrap();
        let mut link = db.store.read().await.unwrap();
        let found = services::rollback_plan(&mut link, id, "production").await.unwrap();
        assert_eq!(found, Some(second));
        assert_eq!(services::rollback_plan(&mut link, id, "staging").await.unwrap(), None);
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn rehearsals_newest_first(#[values(On::Sqlite, On::Postgres)] on: On) {
    on.run(async |db| {
        let service_id = ground(&db.store).await.service.id;
        let rehearsal = |when, worked| Rehearsal {
            id: RehearsalId(id()),
            service_id,
            fact: RehearsalFact {
                at: when,
                version: "1.0.0".into(),
                worked,
                duration_s: 41,
                environment: "staging".into(),
            },
            notes: "Went well.".into(),
            recorded_by: "Jo".into(),
            recorded_at: at(100),
        };
        let older = rehearsal(at(1), true);
        let newer = rehearsal(at(1) + MICROSECOND, false);
        let records = [newer.clone(), older.clone()];
        act!(db.store, |tx| {
            for record in records {
                rehearsals::insert(tx, record).await?;
            }
            Ok(())
        })
        .unwrap();
        let mut link = db.store.read().await.unwrap();
        let all = rehearsals::newest(&mut link, service_id, 9).await.unwrap();
        assert_eq!(all, [newer.clone(), older]);
        assert_eq!(rehearsals::newest(&mut link, service_id, 1).await.unwrap(), [newer]);
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn a_release_is_filled_in_and_never_emptied(#[values(On::Sqlite, On::Postgres)] on: On) {
    on.run(async |db| {
        let ground = ground(&db.store).await;
        let blank = Release {
            id: ReleaseId(id()),
            service_id: ground.service.id,
            version: "2.0.0".into(),
            commit_sha: None,
            artifact_digest: None,
            notes: String::new(),
            created_at: at(1),
        };
        let told = Release {
            id: ReleaseId(id()),
            commit_sha: Some("9f2c1ab".into()),
            notes: "Faster.".into(),
            created_at: at(2),
            ..blank.clone()
        };
        let digest = Release {
            id: ReleaseId(id()),
            artifact_digest: Some("sha256:00".into()),
            ..blank.clone()
        };
        let records = [blank.clone(), told.clone(), digest];
        let ids = act!(db.store, |tx| {
            let mut ids = Vec::new();
            for record in records {
                ids.push(releases::put(tx, record).await?);
            }
            Ok(ids)
        })
        .unwrap();
        assert_eq!(ids, [blank.id; 3]);
        let expected = Release {
            commit_sha: told.commit_sha,
            artifact_digest: Some("sha256:00".into()),
            notes: told.notes,
            ..blank
        };
        let mut link = db.store.read().await.unwrap();
        let link = &mut link;
        assert_eq!(releases::by_id(link, expected.id).await.unwrap(), Some(expected));
    })
    .await;
}
