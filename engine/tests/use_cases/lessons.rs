//! Lessons.

use domain::{page::Page, roles::Scope};
use engine::Error;
use rstest::rstest;

use crate::{
    common::{field, portal, token},
    harness::On,
};

#[rstest]
#[tokio::test]
async fn are_written_on_a_run_and_found_again(#[values(On::Sqlite, On::Postgres)] on: On) {
    portal(on, async |p| {
        let id = p.signed_off("1.0.0").await;
        p.leaves(&["lesson.write", "lesson.write", "lesson.write"], async || {
            for (title, body) in [
                ("Queue stood still", "Workers ran old code."),
                ("Mail in spam", "SPF was missing; 100% of it."),
                ("Cache was cold", "Warm it before the queue opens."),
            ] {
                p.engine.lessons().write(&p.operator(), id, title, body).await.unwrap();
            }
        })
        .await;
        let search = async |text: &str, page| {
            let (found, next) = p.engine.lessons().list(&p.ci(), text, None, page).await.unwrap();
            (found.into_iter().map(|lesson| lesson.title).collect::<Vec<_>>(), next)
        };
        let all = Page::first(9);
        assert_eq!(search("QUEUE", all).await.0, ["Cache was cold", "Queue stood still"]);
        assert_eq!(search(" 100% ", all).await.0, ["Mail in spam"]);
        assert_eq!(search("_", all).await.0, [""; 0]);
        let (first, next) = search("", Page::first(2)).await;
        assert_eq!(first, ["Cache was cold", "Mail in spam"]);
        let (rest, next) = search("", Page { before: next, limit: 2 }).await;
        assert_eq!((rest, next), (vec!["Queue stood still".to_owned()], None));

        let page = p.engine.deployments().page(&p.viewer, id).await.unwrap();
        assert_eq!(page.lessons.len(), 3);
        let unknown = p.engine.lessons().list(&p.ci(), "", Some("none"), all).await.unwrap_err();
        assert!(matches!(unknown, Error::NotFound { .. }));
        // A token of another service sees none of them.
        p.put_service("bank", None).await;
        let bank = token(&[Scope::Read], &["bank"]);
        let (seen, _) = p.engine.lessons().list(&bank, "", None, all).await.unwrap();
        assert!(seen.is_empty());
        let refused = p.engine.lessons().list(&bank, "", Some("shop"), all).await.unwrap_err();
        assert!(matches!(refused, Error::Forbidden(_)));
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn are_written_by_people(#[values(On::Sqlite, On::Postgres)] on: On) {
    portal(on, async |p| {
        let id = p.announce("1.0.0").await;
        p.leaves(&[], async || {
            let admin_token = token(&[Scope::Admin], &[]);
            let refused = p.engine.lessons().write(&admin_token, id, "T", "B").await.unwrap_err();
            assert!(matches!(refused, Error::Forbidden(_)));
            let refused = p.engine.lessons().write(&p.operator(), id, " ", "B").await.unwrap_err();
            assert_eq!(field(refused), "/title");
            let nowhere = domain::ids::DeploymentId(uuid::Uuid::nil());
            let refused = p.engine.lessons().write(&p.operator(), nowhere, "T", "B").await;
            assert!(matches!(refused, Err(Error::NotFound { .. })));
        })
        .await;
    })
    .await;
}
