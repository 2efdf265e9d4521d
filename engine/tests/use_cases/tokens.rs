//! API tokens.

use chrono::Duration;
use domain::{roles::Scope, who::Who};
use engine::{Refusal, tokens::NewToken};
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

fn says(refused: Result<Who, Refusal>) -> String {
    match refused {
        Err(Refusal::Unauthenticated(sentence)) => sentence,
        other => panic!("{other:?}"),
    }
}

#[rstest]
#[tokio::test]
async fn only_the_token_that_was_made_is_let_in(#[values(On::Sqlite, On::Postgres)] on: On) {
    portal(on, async |p| {
        let mut token = String::new();
        p.leaves(&["token.create"], async || {
            token = p.engine.create_token(&p.admin(), new_token(&[])).await.unwrap();
        })
        .await;
        let Who::Token { name, scopes, services, .. } =
            p.engine.authenticate(&token).await.unwrap()
        else {
            panic!("not a token");
        };
        assert_eq!((name.as_str(), scopes), ("ci", vec![Scope::DeploymentsWrite]));
        assert!(services.is_empty());
        let kept = p.engine.tokens(&p.admin()).await.unwrap();
        assert_eq!(kept[0].last_used_at, Some(begin()));
        assert!(!format!("{kept:?}").contains(&token[11..43]), "the secret must not be kept");

        let typo = token.replace(&token[20..21], if &token[20..21] == "x" { "y" } else { "x" });
        assert!(says(p.engine.authenticate(&typo).await).contains("checksum"));
        assert!(says(p.engine.authenticate("").await).contains("not a Daytwo token"));
        assert!(says(p.engine.authenticate("d2_ü").await).contains("not a Daytwo token"));
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
            foreign = other.engine.create_token(&other.admin(), new_token(&[])).await.unwrap();
        })
        .await;
        assert!(says(p.engine.authenticate(&foreign).await).contains("not known here"));
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn an_expired_or_revoked_one_is_let_in_no_more(#[values(On::Sqlite, On::Postgres)] on: On) {
    portal(on, async |p| {
        let expiring = p.engine.create_token(&p.admin(), new_token(&[])).await.unwrap();
        let lasting = NewToken { expires_at: None, ..new_token(&[]) };
        let revoked = p.engine.create_token(&p.admin(), lasting).await.unwrap();
        p.clock.advance(Duration::days(1) - Duration::seconds(1));
        p.engine.authenticate(&expiring).await.unwrap();
        let Who::Token { id, .. } = p.engine.authenticate(&revoked).await.unwrap() else {
            panic!("not a token");
        };
        // Also while it is still believed without asking the database.
        p.clock.advance(Duration::seconds(1));
        assert!(says(p.engine.authenticate(&expiring).await).contains("expired"));

        p.leaves(&["token.revoke"], async || {
            p.engine.revoke_token(&p.admin(), id).await.unwrap();
        })
        .await;
        assert!(says(p.engine.authenticate(&revoked).await).contains("revoked"));
        let twice = p.engine.revoke_token(&p.admin(), id).await.unwrap_err();
        assert!(matches!(twice, Refusal::NotFound { .. }));
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn one_limited_to_a_service_reaches_no_other(#[values(On::Sqlite, On::Postgres)] on: On) {
    portal(on, async |p| {
        p.put_service("bank", None).await;
        let token = p.engine.create_token(&p.admin(), new_token(&["bank"])).await.unwrap();
        let bank = p.engine.authenticate(&token).await.unwrap();
        let refused = p.engine.announce(&bank, announcement("1"), None).await.unwrap_err();
        assert!(refused.to_string().contains("other services than `shop`"), "{refused}");
        let id = p.announce("1").await;
        let refused = p.engine.deployment(&bank, id).await.unwrap_err();
        assert!(matches!(refused, Refusal::Forbidden(_)));
        let request = engine::rollback::RollbackRequest { reason: "Errors.".into() };
        let refused = p.engine.roll_back(&bank, id, request, None).await.unwrap_err();
        assert!(matches!(refused, Refusal::Forbidden(_)));
        assert_eq!(p.view(id).await.state, "watching");
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn are_made_by_administrators(#[values(On::Sqlite, On::Postgres)] on: On) {
    portal(on, async |p| {
        for who in [p.ann(), p.ci()] {
            let refused = p.engine.create_token(&who, new_token(&[])).await.unwrap_err();
            assert!(matches!(refused, Refusal::Forbidden(_)));
            p.engine.tokens(&who).await.unwrap_err();
        }
        let unknown = p.engine.create_token(&p.admin(), new_token(&["none"])).await.unwrap_err();
        assert!(matches!(unknown, Refusal::NotFound { .. }));
        let past = NewToken { expires_at: Some(begin()), ..new_token(&[]) };
        let refused = p.engine.create_token(&p.admin(), past).await.unwrap_err();
        assert_eq!(field(refused), "/expires_at");
        let scopeless = NewToken { scopes: vec![], ..new_token(&[]) };
        let refused = p.engine.create_token(&p.admin(), scopeless).await.unwrap_err();
        assert_eq!(field(refused), "/scopes");
        assert!(p.engine.tokens(&p.admin()).await.unwrap().is_empty());
    })
    .await;
}
