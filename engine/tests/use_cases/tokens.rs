//! API tokens.

use chrono::Duration;
use domain::{actor::Actor, roles::Scope};
use engine::{Error, tokens::NewToken};
use rstest::rstest;

use crate::{
    common::{announcement, begin, field, portal},
    harness::On,
};

fn new_token(services: &[&str]) -> NewToken {
    NewToken {
        name: "ci".into(),
        scopes: vec![Scope::DeploymentsWrite],
        services: services.iter().map(ToString::to_string).collect(),
        expires_at: Some(begin() + Duration::days(1)),
    }
}

fn says(refused: Result<Actor, Error>) -> String {
    match refused {
        Err(Error::Unauthenticated(sentence)) => sentence,
        other => panic!("{other:?}"),
    }
}

#[rstest]
#[tokio::test]
async fn only_the_token_that_was_made_is_let_in(#[values(On::Sqlite, On::Postgres)] on: On) {
    portal(on, async |p| {
        let mut token = String::new();
        p.leaves(&["token.create"], async || {
            token = p.engine.tokens().create(&p.admin(), new_token(&[])).await.unwrap();
        })
        .await;
        let Actor::Token { name, scopes, services, .. } =
            p.engine.tokens().authenticate(&token).await.unwrap()
        else {
            panic!("not a token");
        };
        assert_eq!((name.as_str(), scopes), ("ci", vec![Scope::DeploymentsWrite]));
        assert!(services.is_empty());
        let kept = p.engine.tokens().list(&p.admin()).await.unwrap();
        assert_eq!(kept[0].last_used_at, Some(begin()));
        assert!(!format!("{kept:?}").contains(&token[11..43]), "the secret must not be kept");

        let typo = token.replace(&token[20..21], if &token[20..21] == "x" { "y" } else { "x" });
        assert!(says(p.engine.tokens().authenticate(&typo).await).contains("checksum"));
        assert!(says(p.engine.tokens().authenticate("").await).contains("not a Daytwo token"));
        assert!(says(p.engine.tokens().authenticate("d2_ü").await).contains("not a Daytwo token"));
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn one_of_another_portal_is_not_known(#[values(On::Sqlite, On::Postgres)] on: On) {
    portal(on, async |p| {
        // Made by another portal: well formed, and unknown here.
        let mut foreign = String::new();
        portal(On::Sqlite, async |other| {
            foreign = other.engine.tokens().create(&other.admin(), new_token(&[])).await.unwrap();
        })
        .await;
        assert!(says(p.engine.tokens().authenticate(&foreign).await).contains("not known here"));
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn an_expired_or_revoked_one_is_let_in_no_more(#[values(On::Sqlite, On::Postgres)] on: On) {
    portal(on, async |p| {
        let expiring = p.engine.tokens().create(&p.admin(), new_token(&[])).await.unwrap();
        let lasting = NewToken { expires_at: None, ..new_token(&[]) };
        let revoked = p.engine.tokens().create(&p.admin(), lasting).await.unwrap();
        p.clock.advance(Duration::days(1) - Duration::seconds(1));
        p.engine.tokens().authenticate(&expiring).await.unwrap();
        let Actor::Token { id, .. } = p.engine.tokens().authenticate(&revoked).await.unwrap()
        else {
            panic!("not a token");
        };
        // Also while it is still believed without asking the database.
        p.clock.advance(Duration::seconds(1));
        assert!(says(p.engine.tokens().authenticate(&expiring).await).contains("expired"));

        p.leaves(&["token.revoke"], async || {
            p.engine.tokens().revoke(&p.admin(), id).await.unwrap();
        })
        .await;
        assert!(says(p.engine.tokens().authenticate(&revoked).await).contains("revoked"));
        let twice = p.engine.tokens().revoke(&p.admin(), id).await.unwrap_err();
        assert!(matches!(twice, Error::NotFound { .. }));
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn one_limited_to_a_service_reaches_no_other(#[values(On::Sqlite, On::Postgres)] on: On) {
    portal(on, async |p| {
        p.put_service("bank", None).await;
        let token = p.engine.tokens().create(&p.admin(), new_token(&["bank"])).await.unwrap();
        let bank = p.engine.tokens().authenticate(&token).await.unwrap();
        let refused =
            p.engine.deployments().announce(&bank, announcement("1"), None).await.unwrap_err();
        assert!(refused.to_string().contains("other services than `shop`"), "{refused}");
        let id = p.announce("1").await;
        let refused = p.engine.deployments().view(&bank, id).await.unwrap_err();
        assert!(matches!(refused, Error::Forbidden(_)));
        let request = engine::rollback::RollbackRequest { reason: "Errors.".into() };
        let refused = p.engine.rollback().trigger(&bank, id, request, None).await.unwrap_err();
        assert!(matches!(refused, Error::Forbidden(_)));
        assert_eq!(p.view(id).await.state, "watching");
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn are_made_by_administrators(#[values(On::Sqlite, On::Postgres)] on: On) {
    portal(on, async |p| {
        for actor in [p.ann(), p.ci()] {
            let refused = p.engine.tokens().create(&actor, new_token(&[])).await.unwrap_err();
            assert!(matches!(refused, Error::Forbidden(_)));
            p.engine.tokens().list(&actor).await.unwrap_err();
        }
        let unknown = p.engine.tokens().create(&p.admin(), new_token(&["none"])).await.unwrap_err();
        assert!(matches!(unknown, Error::NotFound { .. }));
        let past = NewToken { expires_at: Some(begin()), ..new_token(&[]) };
        let refused = p.engine.tokens().create(&p.admin(), past).await.unwrap_err();
        assert_eq!(field(refused), "/expires_at");
        let scopeless = NewToken { scopes: vec![], ..new_token(&[]) };
        let refused = p.engine.tokens().create(&p.admin(), scopeless).await.unwrap_err();
        assert_eq!(field(refused), "/scopes");
        assert!(p.engine.tokens().list(&p.admin()).await.unwrap().is_empty());
    })
    .await;
}
