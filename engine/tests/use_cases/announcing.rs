//! Announcing deployments.

use domain::{deployment::DeploymentKind, verdict::Verdict};
use engine::{
    Error,
    deployments::{AnnounceRequest, ListQuery},
};
use rstest::rstest;

use crate::{
    common::{announcement, begin, field, portal},
    harness::On,
};

#[rstest]
#[tokio::test]
async fn the_kind_is_first_and_then_subsequent(#[values(On::Sqlite, On::Postgres)] on: On) {
    portal(on, async |p| {
        let first = p.announce("1.0.0").await;
        let view = p.view(first).await;
        assert_eq!(
            (view.kind.as_str(), view.state.as_str(), view.verdict.as_str()),
            ("first", "watching", "undecided")
        );
        assert_eq!(view.runbook, "small v1");
        assert_eq!(view.deployed_at, begin());
        assert_eq!(view.watch_ends_at, begin() + chrono::Duration::hours(48));
        let keys: Vec<_> = view.items.iter().map(|item| item.key.as_str()).collect();
        assert_eq!(keys, ["smoke", "mail", "load", "cleanup"]);
        assert_eq!(view.items[0].due_at, Some(begin() + chrono::Duration::minutes(30)));
        assert_eq!(p.view(p.announce("1.1.0").await).await.kind, "subsequent");
        // Another environment has its own first.
        let staging = AnnounceRequest { environment: "staging".into(), ..announcement("1.1.0") };
        let staging = p.engine.deployments().announce_by_hand(&p.ci(), staging).await.unwrap();
        assert_eq!(p.view(staging).await.kind, "first");
        let hotfix =
            AnnounceRequest { kind: Some(DeploymentKind::Hotfix), ..announcement("1.1.1") };
        let hotfix = p.engine.deployments().announce_by_hand(&p.ci(), hotfix).await.unwrap();
        assert_eq!(p.view(hotfix).await.kind, "hotfix");
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn what_is_unknown_is_named(#[values(On::Sqlite, On::Postgres)] on: On) {
    portal(on, async |p| {
        let refused = async |request| {
            p.engine.deployments().announce(&p.ci(), request, None).await.unwrap_err()
        };
        let service = AnnounceRequest { service: "bank".into(), ..announcement("1") };
        assert_eq!(field(refused(service).await), "/service");
        let environment = AnnounceRequest { environment: "moon".into(), ..announcement("1") };
        let says = refused(environment).await.to_string();
        assert!(says.contains("staging, production"), "{says}");
        let runbook = AnnounceRequest { runbook: Some("none".into()), ..announcement("1") };
        assert_eq!(field(refused(runbook).await), "/runbook");
        let future = AnnounceRequest {
            deployed_at: Some(begin() + chrono::Duration::hours(1)),
            ..announcement("1")
        };
        assert_eq!(field(refused(future).await), "/deployed_at");
        assert_eq!(field(refused(announcement("1 2")).await), "/version");
        // Nothing of all that was kept.
        let (list, _) = p
            .engine
            .deployments()
            .list(
                &p.ci(),
                ListQuery {
                    service: None,
                    environment: None,
                    state: None,
                    since: None,
                    before: None,
                    limit: 9,
                },
            )
            .await
            .unwrap();
        assert!(list.is_empty());
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn without_a_runbook_that_fits_nothing_opens(#[values(On::Sqlite, On::Postgres)] on: On) {
    crate::common::bare_portal(on, async |p| {
        let refused =
            p.engine.deployments().announce(&p.ci(), announcement("1"), None).await.unwrap_err();
        assert!(refused.to_string().starts_with("No published runbook"), "{refused}");
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn the_same_version_twice_is_a_conflict(#[values(On::Sqlite, On::Postgres)] on: On) {
    portal(on, async |p| {
        let id = p.announce("1.0.0").await;
        p.leaves(&[], async || {
            let refused = p
                .engine
                .deployments()
                .announce(&p.ci(), announcement("1.0.0"), None)
                .await
                .unwrap_err();
            assert!(matches!(refused, Error::Conflict { .. }));
            assert!(refused.to_string().contains(&id.to_string()), "{refused}");
        })
        .await;
        // Once it is signed off, it may come again.
        p.close_all(id).await;
        p.engine.runs().sign_off(&p.ann(), id, "").await.unwrap();
        assert_ne!(p.announce("1.0.0").await, id);
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn a_newer_one_takes_the_place_of_the_open_one(#[values(On::Sqlite, On::Postgres)] on: On) {
    portal(on, async |p| {
        let old = p.announce("1.0.0").await;
        p.close_all(old).await;
        assert_eq!(p.gate(old).await.verdict, Verdict::Passed);
        p.leaves(&["deployment.supersede", "deployment.announce"], async || {
            p.announce("1.1.0").await;
        })
        .await;
        assert_eq!(p.view(old).await.state, "superseded");
        // What was superseded was never signed off, so it passes no more.
        assert_eq!(p.gate(old).await.verdict, Verdict::Undecided);
        let page = p.engine.deployments().page(&p.viewer, old).await.unwrap();
        assert_eq!(page.superseded_by.unwrap().version, "1.1.0");
        let refused = p.tick(old, "cleanup").await.unwrap_err();
        assert!(refused.to_string().contains("superseded"), "{refused}");
    })
    .await;
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_at_the_same_instant_leave_one_watch(
    #[values(On::Sqlite, On::Postgres)] on: On,
    #[values(true, false)] same_version: bool,
) {
    portal(on, async |p| {
        let tasks: Vec<_> = (0..6)
            .map(|n| {
                let version = if same_version { "2.0.0".into() } else { format!("2.{n}.0") };
                let (engine, ci) = (p.engine.clone(), p.ci());
                tokio::spawn(async move {
                    engine.deployments().announce(&ci, announcement(&version), None).await
                })
            })
            .collect();
        let mut announced = 0;
        for task in tasks {
            match task.await.unwrap() {
                Ok(answer) => {
                    answer.now().unwrap();
                    announced += 1;
                }
                Err(refused) => assert!(matches!(refused, Error::Conflict { .. }), "{refused:?}"),
            }
        }
        assert_eq!(announced, if same_version { 1 } else { 6 });
        let board = p.engine.board().page(&p.viewer).await.unwrap();
        assert_eq!(board.watching.len(), 1);
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn the_deployer_is_recognised_by_name_or_address(#[values(On::Sqlite, On::Postgres)] on: On) {
    portal(on, async |p| {
        for (version, named, expected) in [
            ("1", Some("ANN@example.org"), vec![p.ann.id]),
            ("2", Some("Ben <ann@example.org>"), vec![p.ann.id, p.ben.id]),
            ("3", Some("Jenkins"), vec![]),
            ("4", None, vec![]),
        ] {
            let request =
                AnnounceRequest { deployed_by: named.map(Into::into), ..announcement(version) };
            let id = p.engine.deployments().announce_by_hand(&p.ci(), request).await.unwrap();
            let page = p.engine.deployments().page(&p.viewer, id).await.unwrap();
            assert_eq!(page.deployment.deployers, expected, "{version}");
        }
        // In the browser it is whoever announces, also under another name.
        let request = AnnounceRequest { deployed_by: Some("me".into()), ..announcement("5") };
        let id = p.engine.deployments().announce_by_hand(&p.ann(), request).await.unwrap();
        let page = p.engine.deployments().page(&p.viewer, id).await.unwrap();
        assert_eq!(page.deployment.deployers, [p.ann.id]);
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn a_run_of_fifty_items_opens_in_few_statements(#[values(On::Sqlite, On::Postgres)] on: On) {
    portal(on, async |p| {
        let mut yaml = String::from(
            "slug: fifty\ntitle: Fifty\napplies_to:\n  kinds: [first, subsequent]\nwatch: 48h\n\
             sign_off:\n  - role: approver\n    count: 1\nitems:\n",
        );
        for n in 1..=50 {
            let actor = ["human", "mixed", "automated"][n % 3];
            yaml += &format!(
                "  - key: item-{n}\n    title: Item {n}\n    actor: {actor}\n    instructions: Look.\n"
            );
        }
        p.engine.runbooks().publish(&p.admin(), "fifty.yaml", &yaml).await.unwrap();
        let mut request = announcement("1.0.0");
        request.runbook = Some("fifty".into());
        let before = store::db::statements();
        let announced = p.engine.deployments().announce(&p.ci(), request, None).await.unwrap();
        let spent = store::db::statements() - before;
        assert_eq!(announced.now().unwrap().items.len(), 50);
        // 237 before items were added, evaluated and shown together.
        assert!(spent <= 52, "{spent} statements");
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn a_runbook_is_chosen_among_those_that_fit(#[values(On::Sqlite, On::Postgres)] on: On) {
    portal(on, async |p| {
        p.engine.runbooks().publish_shipped().await.unwrap();
        let named =
            |runbook: &str| AnnounceRequest { runbook: Some(runbook.into()), ..announcement("1") };
        for duty in ["backup-restore-drill", "vendor-sync"] {
            let refused = p.engine.deployments().announce_by_hand(&p.ci(), named(duty)).await;
            let Err(Error::Invalid(errors)) = refused else { panic!("{refused:?}") };
            assert_eq!(errors[0].pointer, "/runbook");
            assert!(errors[0].message.contains("first-deploy"), "{}", errors[0].message);
        }
        // One without kinds is chosen by name alone.
        let chosen =
            p.engine.deployments().announce_by_hand(&p.ci(), named("backend-deploy")).await;
        chosen.unwrap();
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn a_kind_is_true_of_the_history(#[values(On::Sqlite, On::Postgres)] on: On) {
    portal(on, async |p| {
        let of_kind = async |version: &str, kind| {
            let request = AnnounceRequest { kind: Some(kind), ..announcement(version) };
            p.engine.deployments().announce_by_hand(&p.ci(), request).await
        };
        // Until one was signed off, each is the first.
        of_kind("1", DeploymentKind::First).await.unwrap();
        of_kind("2", DeploymentKind::First).await.unwrap();
        p.signed_off("3").await;
        let again = of_kind("4", DeploymentKind::First).await.unwrap_err();
        assert_eq!(field(again), "/kind");
        let never = of_kind("4", DeploymentKind::Rollback).await.unwrap_err();
        assert_eq!(field(never), "/kind");
        of_kind("4", DeploymentKind::Hotfix).await.unwrap();
        of_kind("3", DeploymentKind::Rollback).await.unwrap();
    })
    .await;
}
