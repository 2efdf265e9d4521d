//! What the pages and lists show.

use chrono::Duration;
use domain::{deployment::DeploymentFilter, watch::WatchState};
use engine::{
    Error,
    deployments::{AnnounceRequest, ListQuery},
};
use rstest::rstest;

use crate::{
    common::{announcement, portal},
    harness::On,
};

#[rstest]
#[tokio::test]
async fn the_board_says_what_waits_on_whom(#[values(On::Sqlite, On::Postgres)] on: On) {
    portal(on, async |p| {
        let id = p.announce("1.0.0").await;
        let board = p.engine.board().page(&p.operator).await.unwrap();
        let waiting: Vec<_> =
            board.waiting_on_me.iter().map(|(item, _)| item.key.as_str()).collect();
        // The mixed one waits for its machine first.
        assert_eq!(waiting, ["smoke"]);
        assert!(board.overdue.is_empty());
        assert!(p.engine.board().page(&p.viewer).await.unwrap().waiting_on_me.is_empty());

        p.clock.advance(Duration::minutes(31));
        let board = p.engine.board().page(&p.operator).await.unwrap();
        assert_eq!(board.overdue[0].0.key, "smoke");
        p.post(id, "mail", engine::runs::ResultStatus::Passed).await.unwrap();
        let board = p.engine.board().page(&p.operator).await.unwrap();
        let waiting: Vec<_> =
            board.waiting_on_me.iter().map(|(item, _)| item.key.as_str()).collect();
        assert_eq!(waiting, ["smoke", "mail"]);
        assert!(board.to_sign.is_empty());
        p.close_all(id).await;
        let board = p.engine.board().page(&p.ann).await.unwrap();
        assert_eq!(board.to_sign.iter().map(|open| open.id).collect::<Vec<_>>(), [id]);
        let production = board.environments.iter().find(|e| e.slug == "production").unwrap();
        let (_, running) = board.cell(&board.services[0], production).unwrap();
        assert_eq!(running.as_ref().unwrap().id, id);
        // The database answers, but nothing is measured here.
        assert!(matches!(p.engine.readiness().check().await, Err(engine::Error::Internal(_))));
        assert_eq!(
            p.engine.readiness().deployments_by_state().await.unwrap(),
            [("watching".to_owned(), "passed".to_owned(), 1)]
        );
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn history_is_filtered_and_paged(#[values(On::Sqlite, On::Postgres)] on: On) {
    portal(on, async |p| {
        for version in ["1.0.0", "1.1.0", "1.2.0"] {
            p.signed_off(version).await;
        }
        let open = p.announce("1.3.0").await;
        let all = DeploymentFilter::default();
        let page = p.engine.history().page(&p.viewer, &all, None, 3).await.unwrap();
        let versions: Vec<_> = page.deployments.iter().map(|d| d.version.as_str()).collect();
        assert_eq!((versions, page.more), (vec!["1.3.0", "1.2.0", "1.1.0"], true));
        let last = page.deployments.last().unwrap();
        let before = Some((last.deployed_at, last.id));
        let page = p.engine.history().page(&p.viewer, &all, before, 3).await.unwrap();
        assert_eq!((page.deployments[0].version.as_str(), page.more), ("1.0.0", false));

        let query = ListQuery {
            service: Some("shop".into()),
            environment: None,
            state: Some(WatchState::Watching),
            since: None,
            before: None,
            limit: 1,
        };
        let (list, _) = p.engine.deployments().list(&p.ci(), query.clone()).await.unwrap();
        assert_eq!(list.iter().map(|d| d.id).collect::<Vec<_>>(), [open]);
        let every = ListQuery { state: None, ..query };
        let (first, next) = p.engine.deployments().list(&p.ci(), every.clone()).await.unwrap();
        let (second, _) = p
            .engine
            .deployments()
            .list(&p.ci(), ListQuery { before: next, ..every })
            .await
            .unwrap();
        assert_eq!((first[0].version.as_str(), second[0].version.as_str()), ("1.3.0", "1.2.0"));
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn the_audit_page_says_whether_the_chain_holds(#[values(On::Sqlite, On::Postgres)] on: On) {
    portal(on, async |p| {
        p.signed_off("1.0.0").await;
        let page = p.engine.audit_log().page(&p.admin, None).await.unwrap();
        assert_eq!(page.chain, Ok(i64::try_from(page.entries.len()).unwrap()));
        let older = p.engine.audit_log().page(&p.admin, Some(3)).await.unwrap();
        assert_eq!(older.entries.iter().map(|entry| entry.seq).collect::<Vec<_>>(), [2, 1]);
        let refused = p.engine.audit_log().page(&p.ann, None).await.unwrap_err();
        assert!(matches!(refused, Error::Forbidden(_)));
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn a_text_that_no_database_keeps_is_refused_and_no_trouble(
    #[values(On::Sqlite, On::Postgres)] on: On,
) {
    portal(on, async |p| {
        let request = AnnounceRequest { service: "\0shop".into(), ..announcement("1.0.0") };
        let refused = p.engine.deployments().announce(&p.ci(), request, None).await.unwrap_err();
        assert!(matches!(refused, Error::NotFound { .. } | Error::Invalid(_)), "{refused}");
        // What others do goes on.
        p.announce("1.0.0").await;
    })
    .await;
}

/// A viewer reads where a check looks, not the key it looks with.
#[tokio::test]
async fn the_page_of_a_check_shows_no_secret_of_its_address() {
    portal(On::Sqlite, async |p| {
        let url = "http://127.0.0.1:9/?api_key=geheim2&page=3";
        p.put_check("home", serde_json::json!({"url": url})).await;
        let page = p.engine.checks().page(&p.viewer, "shop", "home").await.unwrap();
        assert_eq!(page.address, "http://127.0.0.1:9/?api_key=[redacted]&page=3");
    })
    .await;
}
