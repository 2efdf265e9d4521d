//! People, tokens, sessions, settings, answers by idempotency key.

use chrono::Duration;
use domain::{
    ids::{PersonId, TokenId},
    roles::{Role, Scope},
    token::Token,
};
use rstest::rstest;
use store::{
    idempotency::{self, Response},
    people, sessions, settings, tokens,
};

use crate::{
    harness::On,
    seed::{MICROSECOND, at, id, person},
};

#[rstest]
#[tokio::test]
async fn people_are_found_and_changed(#[values(On::Sqlite, On::Postgres)] on: On) {
    on.run(async |db| {
        let jo = person("jo@example.org", Role::Operator);
        let al = person("al@example.org", Role::Admin);
        let jo_id = jo.person.id;
        let (one, two) = (jo.clone(), al.clone());
        act!(db.store, |tx| {
            assert_eq!(people::count(tx).await?, 0);
            people::insert(tx, one).await?;
            people::insert(tx, two).await?;
            people::update(
                tx,
                jo_id,
                Role::Approver,
                &["dba".into()],
                &["jo-gh".into()],
                Some(at(3)),
            )
            .await?;
            people::set_password(tx, jo_id, "$argon2id$y".into()).await?;
            people::logged_in(tx, jo_id, at(4) + MICROSECOND).await
        })
        .unwrap();
        let mut link = db.store.read().await.unwrap();
        let link = &mut link;
        let found = people::by_email(link, "jo@example.org").await.unwrap().unwrap();
        assert_eq!(found.person.role, Role::Approver);
        assert_eq!(found.logins, ["jo-gh"]);
        assert_eq!(found.person.teams, ["dba"]);
        assert_eq!(found.password_hash, "$argon2id$y");
        assert_eq!(found.created_at, jo.created_at);
        assert_eq!(found.disabled_at, Some(at(3)));
        assert_eq!(found.last_login_at, Some(at(4) + MICROSECOND));
        let by_id = people::by_id(link, al.person.id).await.unwrap().unwrap();
        assert_eq!(by_id.person, al.person);
        assert_eq!(by_id.disabled_at, None);
        assert!(people::by_id(link, PersonId(id())).await.unwrap().is_none());
        let names: Vec<_> =
            people::all(link).await.unwrap().into_iter().map(|record| record.person.name).collect();
        assert_eq!(names, ["al", "jo"]);
        assert_eq!(people::count(link).await.unwrap(), 2);
        assert!(!format!("{found:?}").contains("argon2"), "a hash must not be printed");
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn an_address_belongs_to_one_person(#[values(On::Sqlite, On::Postgres)] on: On) {
    on.run(async |db| {
        let [one, two] = [Role::Viewer, Role::Admin].map(|role| person("jo@example.org", role));
        act!(db.store, |tx| people::insert(tx, one).await).unwrap();
        let refused = act!(db.store, |tx| people::insert(tx, two).await).unwrap_err();
        assert!(refused.is_unique_violation());
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn tokens_are_found_by_prefix_and_revoked_once(#[values(On::Sqlite, On::Postgres)] on: On) {
    on.run(async |db| {
        let token = |prefix: &str, seconds| Token {
            id: TokenId(id()),
            name: "ci".into(),
            prefix: prefix.into(),
            hash: vec![0, 1, 254, 255],
            scopes: vec![Scope::DeploymentsWrite, Scope::ResultsWrite],
            services: vec!["shop".into(), "bank".into()],
            created_by: "Jo".into(),
            created_at: at(seconds),
            expires_at: Some(at(1_000)),
            revoked_at: None,
            last_used_at: None,
        };
        let one = token("d2_aaaaaaaa", 1);
        let two = Token { services: vec![], expires_at: None, ..token("d2_bbbbbbbb", 2) };
        let taken = token("d2_aaaaaaaa", 3);
        let one_id = one.id;
        let (first, second) = (one.clone(), two.clone());
        let revoked = act!(db.store, |tx| {
            tokens::insert(tx, first).await?;
            tokens::insert(tx, second).await?;
            tokens::used(tx, one_id, at(5)).await?;
            Ok([
                tokens::revoke(tx, one_id, at(6)).await?,
                tokens::revoke(tx, one_id, at(7)).await?,
                tokens::revoke(tx, TokenId(id()), at(7)).await?,
            ])
        })
        .unwrap();
        assert_eq!(revoked, [true, false, false]);
        let refused = act!(db.store, |tx| tokens::insert(tx, taken).await).unwrap_err();
        assert!(refused.is_unique_violation());

        let mut link = db.store.read().await.unwrap();
        let found = tokens::by_prefix(&mut link, "d2_aaaaaaaa").await.unwrap().unwrap();
        assert_eq!(found.id, one_id);
        assert_eq!(found.hash, one.hash);
        assert_eq!(found.scopes, one.scopes);
        assert_eq!(found.services, one.services);
        assert_eq!(found.expires_at, one.expires_at);
        assert_eq!(found.revoked_at, Some(at(6)));
        assert_eq!(found.last_used_at, Some(at(5)));
        assert!(tokens::by_prefix(&mut link, "d2_a").await.unwrap().is_none());
        let all = tokens::all(&mut link).await.unwrap();
        assert_eq!(all.iter().map(|token| token.id).collect::<Vec<_>>(), [two.id, one_id]);
        assert!(all[0].services.is_empty() && all[0].expires_at.is_none());
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn sessions_live_until_they_expire(#[values(On::Sqlite, On::Postgres)] on: On) {
    on.run(async |db| {
        act!(db.store, |tx| {
            sessions::save(tx, "a".into(), "old".into(), at(5)).await?;
            sessions::save(tx, "a".into(), "new".into(), at(10)).await?;
            sessions::save(tx, "b".into(), "data".into(), at(20)).await?;
            sessions::save(tx, "c".into(), "data".into(), at(20)).await?;
            sessions::delete(tx, "c".into()).await
        })
        .unwrap();
        let mut link = db.store.read().await.unwrap();
        let link = &mut link;
        let just_before = sessions::load(link, "a", at(10) - MICROSECOND).await.unwrap();
        assert_eq!(just_before, Some(("new".into(), at(10))));
        assert_eq!(sessions::load(link, "a", at(10)).await.unwrap(), None);
        assert_eq!(sessions::load(link, "c", at(0)).await.unwrap(), None);
        let gone = act!(db.store, |tx| sessions::delete_expired(tx, at(10)).await).unwrap();
        assert_eq!(gone, 1);
        assert_eq!(sessions::load(link, "a", at(0)).await.unwrap(), None);
        assert!(sessions::load(link, "b", at(0)).await.unwrap().is_some());
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn settings_are_replaced(#[values(On::Sqlite, On::Postgres)] on: On) {
    on.run(async |db| {
        act!(db.store, |tx| {
            settings::put(tx, "a", "1".into()).await?;
            settings::put(tx, "a", "2".into()).await
        })
        .unwrap();
        let mut link = db.store.read().await.unwrap();
        assert_eq!(settings::get(&mut link, "a").await.unwrap().as_deref(), Some("2"));
        assert_eq!(settings::get(&mut link, "b").await.unwrap(), None);
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn answers_are_kept_by_token_and_key(#[values(On::Sqlite, On::Postgres)] on: On) {
    on.run(async |db| {
        let [one, two] = [TokenId(id()), TokenId(id())];
        let answer =
            |body: &str| Response { request_hash: vec![7; 32], status: 201, body: body.to_owned() };
        let (a, b, c) = (answer("{\"a\":1}"), answer("{}"), answer("again"));
        let (kept_a, kept_b) = (a.clone(), b.clone());
        act!(db.store, |tx| {
            idempotency::insert(tx, one, "key".into(), kept_a, at(0)).await?;
            idempotency::insert(tx, two, "key".into(), kept_b, at(0) + Duration::hours(1)).await
        })
        .unwrap();
        let twice = act!(db.store, |tx| idempotency::insert(tx, one, "key".into(), c, at(1)).await);
        assert!(twice.unwrap_err().is_unique_violation());

        let mut link = db.store.read().await.unwrap();
        let link = &mut link;
        assert_eq!(idempotency::find(link, one, "key").await.unwrap(), Some(a));
        assert_eq!(idempotency::find(link, two, "key").await.unwrap(), Some(b.clone()));
        assert_eq!(idempotency::find(link, one, "Key").await.unwrap(), None);
        let gone = act!(db.store, |tx| idempotency::prune(tx, at(0) + MICROSECOND).await).unwrap();
        assert_eq!(gone, 1);
        assert_eq!(idempotency::find(link, one, "key").await.unwrap(), None);
        assert_eq!(idempotency::find(link, two, "key").await.unwrap(), Some(b));
    })
    .await;
}
