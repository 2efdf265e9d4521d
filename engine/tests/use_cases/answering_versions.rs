//! The version that answered: a rollout that is half done and a cache are not the release.

use std::sync::{Arc, Mutex};

use axum::{Router, http::HeaderMap};
use chrono::Duration;
use domain::ids::DeploymentId;
use engine::{
    Error,
    deployments::AnnounceRequest,
    services::{ServiceRequest, VersionSourceRequest},
};
use rstest::rstest;
use serde_json::json;

use crate::{
    common::{Portal, announcement, field, portal, serve, token},
    harness::On,
};

/// A shop whose answers name this version; none where it is empty.
async fn shop() -> (String, Arc<Mutex<String>>) {
    let version: Arc<Mutex<String>> = Arc::default();
    let named = version.clone();
    let app = Router::new().fallback(move || async move {
        let mut headers = HeaderMap::new();
        let named = named.lock().unwrap().clone();
        if !named.is_empty() {
            headers.insert("x-version", named.parse().unwrap());
        }
        (headers, "fine")
    });
    (format!("http://{}/", serve(app).await), version)
}

async fn named_by(p: &Portal, source: Option<VersionSourceRequest>) -> Result<(), Error> {
    let request = ServiceRequest {
        name: "Shop".into(),
        version_source: Some(source),
        ..ServiceRequest::default()
    };
    p.engine.services().put(&p.operator(), "shop", request).await.map(drop)
}

fn header(min_share: u8) -> Option<VersionSourceRequest> {
    Some(VersionSourceRequest { from: "header".into(), name: "X-Version".into(), min_share })
}

/// The check of the box `load` runs; answers the box's state and sentence.
async fn looks(p: &Portal, id: DeploymentId) -> (String, String) {
    p.clock.advance(Duration::seconds(30));
    p.engine.checks().probe_item(&p.operator(), id, "load").await.unwrap();
    p.state(id, "load").await
}

#[rstest]
#[tokio::test]
async fn only_the_announced_version_s_answers_count(#[values(On::Sqlite, On::Postgres)] on: On) {
    portal(on, async |p| {
        let (url, answers) = shop().await;
        p.put_check("home", json!({"item": "load", "url": url})).await;
        let commit = "9f2c1ab9f2c1ab9f2c1ab9f2c1ab9f2c1ab9f2c1";
        let request = AnnounceRequest { commit: Some(commit.into()), ..announcement("1.4.0") };
        let id = p.engine.deployments().announce_by_hand(&p.ci(), request).await.unwrap();
        "1.3.9".clone_into(&mut answers.lock().unwrap());
        assert_eq!(looks(p, id).await.0, "passed", "nobody has said where a version is named");

        named_by(p, header(60)).await.unwrap();
        let (state, reason) = looks(p, id).await;
        assert_eq!(state, "undecided", "{reason}");
        assert!(reason.contains("1.3.9 answered instead of 1.4.0"), "{reason}");
        answers.lock().unwrap().clear();
        let (state, reason) = looks(p, id).await;
        assert_eq!(state, "undecided", "{reason}");
        assert!(reason.contains("does not say which version gave it"), "{reason}");
        // The newest answer is the release's, most of the last minutes are not.
        "v1.4.0".clone_into(&mut answers.lock().unwrap());
        let (state, reason) = looks(p, id).await;
        assert_eq!(state, "undecided", "{reason}");
        assert!(
            reason.contains("only 1 of 3 answers of the last 10 min came from 1.4.0"),
            "{reason}"
        );
        "9f2c1ab".clone_into(&mut answers.lock().unwrap());
        assert_eq!(looks(p, id).await.0, "undecided", "2 of 4");
        assert_eq!(looks(p, id).await.0, "passed", "3 of 5");
        let seen = p.view(id).await.answered.unwrap();
        let seen: Vec<_> =
            seen.iter().map(|one| (one.version.as_deref(), one.announced, one.answers)).collect();
        let all = [
            (Some("9f2c1ab"), true, 2),
            (None, false, 1),
            (Some("1.3.9"), false, 1),
            (Some("v1.4.0"), true, 1),
        ];
        assert_eq!(seen, all);
        let page = p.engine.deployments().page(&p.viewer, id).await.unwrap();
        assert_eq!(page.run.answered.unwrap().1.total(), 5);

        // Of the next release all of these are another's.
        let next = p.announce("1.5.0").await;
        let (state, reason) = looks(p, next).await;
        assert_eq!(state, "undecided", "{reason}");
        assert!(reason.contains("9f2c1ab answered instead of 1.5.0"), "{reason}");
        named_by(p, None).await.unwrap();
        assert_eq!(looks(p, next).await.0, "passed");
        assert!(p.view(next).await.answered.is_none());
    })
    .await;
}

/// A service that names another version with each answer fills nothing.
#[rstest]
#[tokio::test]
async fn the_versions_that_are_told_apart_are_few(#[values(On::Sqlite, On::Postgres)] on: On) {
    portal(on, async |p| {
        let (url, answers) = shop().await;
        p.put_check("home", json!({"item": "load", "url": url})).await;
        named_by(p, header(100)).await.unwrap();
        let id = p.announce("1.4.0").await;
        for n in 0..30 {
            *answers.lock().unwrap() = format!("{n}");
            p.clock.advance(Duration::seconds(1));
            p.engine.checks().probe_item(&p.operator(), id, "load").await.unwrap();
        }
        let seen = p.view(id).await.answered.unwrap();
        assert_eq!(seen.len(), 21);
        assert_eq!((seen[0].version.as_deref(), seen[0].answers), (Some("(others)"), 10));
    })
    .await;
}

#[rstest]
#[case("header", "X Version", 100, "/version_source/name")]
#[case("header", "", 100, "/version_source/name")]
#[case("json", "version", 100, "/version_source/name")]
#[case("cookie", "version", 100, "/version_source/from")]
#[case("meta", "version", 0, "/version_source/min_share")]
#[case("meta", "version", 101, "/version_source/min_share")]
#[tokio::test]
async fn what_names_no_version_is_refused(
    #[case] from: &str,
    #[case] name: &str,
    #[case] min_share: u8,
    #[case] pointer: &str,
) {
    portal(On::Sqlite, async |p| {
        let source = VersionSourceRequest { from: from.into(), name: name.into(), min_share };
        let refused = named_by(p, Some(source)).await.unwrap_err();
        assert_eq!(field(refused), pointer);
    })
    .await;
}

/// An environment is everybody's: no token of one service adds it.
#[rstest]
#[tokio::test]
async fn a_limited_token_adds_no_environment(#[values(On::Sqlite, On::Postgres)] on: On) {
    use domain::roles::Scope;
    portal(on, async |p| {
        let add = |slug: &str| -> ServiceRequest {
            serde_json::from_value(json!({"name": "Shop", "environments": [{"slug": slug}]}))
                .unwrap()
        };
        let services = p.engine.services();
        let limited = token(&[Scope::ConfigWrite], &["shop"]);
        let refused = services.put(&limited, "shop", add("mine")).await.unwrap_err();
        assert!(matches!(refused, Error::Forbidden(_)), "{refused}");
        services.put(&limited, "shop", add("staging")).await.unwrap();
        let all = token(&[Scope::ConfigWrite], &[]);
        for n in 2..50 {
            services.put(&all, "shop", add(&format!("e{n}"))).await.unwrap();
        }
        let refused = services.put(&all, "shop", add("e50")).await.unwrap_err();
        assert_eq!(field(refused), "/environments/0/slug");
        services.put(&all, "shop", add("e49")).await.unwrap();
    })
    .await;
}
