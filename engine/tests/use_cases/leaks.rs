//! A leak that was closed again leaves no green box, until somebody says what was rotated.

use std::sync::Arc;

use domain::{check::Check, measurement::Phase, verdict::Verdict};
use engine::{Error, runs::ResultStatus};
use rstest::rstest;
use serde_json::json;

use crate::{
    common::{Portal, field, portal},
    harness::On,
};

async fn looks(p: &Portal, kind: &str) -> Arc<Check> {
    p.put_check(&kind.replace('_', "-"), json!({"kind": kind, "item": "load"})).await
}

#[rstest]
#[tokio::test]
async fn what_leaked_stays_red_until_somebody_says_what_was_rotated(
    #[values(On::Sqlite, On::Postgres)] on: On,
    #[values("exposed_files", "debug_mode")] kind: &str,
) {
    portal(on, async |p| {
        let files = looks(p, kind).await;
        let id = p.announce("1.0.0").await;
        let settle =
            async |who, note: &str| p.engine.runs().settle_leak(&who, id, "load", note).await;
        p.close_all(id).await;
        p.sees(&files, Phase::Successful).await;
        assert_eq!(p.gate(id).await.verdict, Verdict::Passed);
        assert!(matches!(settle(p.operator(), "All").await, Err(Error::Conflict { .. })));

        p.sees(&files, Phase::Failed).await;
        assert!(
            matches!(settle(p.operator(), "All").await, Err(Error::Conflict { .. })),
            "it is open"
        );
        p.sees(&files, Phase::Failed).await;
        p.sees(&files, Phase::Successful).await;
        let (state, reason) = p.state(id, "load").await;
        assert_eq!(state, "failed", "{reason}");
        assert!(reason.contains("(2 times)") && reason.contains("what was rotated"), "{reason}");
        let item = async |who| {
            let page = p.engine.deployments().page(who, id).await.unwrap();
            page.run.items.into_iter().find(|now| now.item.key == "load").unwrap()
        };
        assert!(item(&p.operator).await.allowed.settle_leak);
        assert!(!item(&p.viewer).await.allowed.settle_leak);

        assert_eq!(field(settle(p.operator(), " ").await.unwrap_err()), "/note");
        let viewer = domain::actor::Actor::Person(p.viewer.clone());
        assert!(settle(viewer, "All").await.is_err());
        assert!(settle(p.ci(), "All").await.is_err(), "a token is nobody");
        settle(p.operator(), "The database's password and the API key.").await.unwrap();
        assert_eq!(p.state(id, "load").await.0, "passed");
        assert_eq!(p.gate(id).await.verdict, Verdict::Passed);
        assert!(!item(&p.operator).await.allowed.settle_leak);

        // Once more is another leak.
        p.sees(&files, Phase::Failed).await;
        p.sees(&files, Phase::Successful).await;
        assert_eq!(p.state(id, "load").await.0, "failed");
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn neither_the_next_release_nor_another_check_settles_it(
    #[values(On::Sqlite, On::Postgres)] on: On,
) {
    portal(on, async |p| {
        let home = looks(p, "http").await;
        let files = looks(p, "exposed_files").await;
        let first = p.announce("1.0.0").await;
        p.post(first, "load", ResultStatus::Passed).await.unwrap();
        // What is no leak heals.
        p.sees(&files, Phase::Successful).await;
        p.sees(&home, Phase::Failed).await;
        p.sees(&home, Phase::Successful).await;
        assert_eq!(p.state(first, "load").await.0, "passed");
        p.sees(&files, Phase::Failed).await;

        // The next release closes it.
        p.clock.advance(chrono::Duration::minutes(5));
        let second = p.announce("1.1.0").await;
        p.post(second, "load", ResultStatus::Passed).await.unwrap();
        p.sees(&home, Phase::Successful).await;
        p.sees(&files, Phase::Successful).await;
        let (state, reason) = p.state(second, "load").await;
        assert_eq!(state, "failed", "{reason}");
        assert!(reason.contains("(once)"), "{reason}");
        // Another check in its place.
        p.engine.checks().retire(&p.operator(), "shop", "exposed-files").await.unwrap();
        let debug = looks(p, "debug_mode").await;
        p.sees(&debug, Phase::Successful).await;
        assert_eq!(p.state(second, "load").await.0, "failed");
        p.engine.runs().settle_leak(&p.operator(), second, "load", "All of them.").await.unwrap();
        assert_eq!(p.state(second, "load").await.0, "passed");
    })
    .await;
}

/// Whatever becomes of the check that saw it.
#[rstest]
#[tokio::test]
async fn a_leak_stays_when_nothing_looks_for_it_any_more(
    #[values(On::Sqlite, On::Postgres)] on: On,
    #[values("load", "smoke")] item: &str,
    #[values(true, false)] retired: bool,
) {
    portal(on, async |p| {
        let home = p.put_check("home", json!({"item": "load"})).await;
        let request = json!({"kind": "exposed_files", "item": item});
        let files = p.put_check("files", request).await;
        let id = p.announce("1.0.0").await;
        p.close_all(id).await;
        p.sees(&home, Phase::Successful).await;
        p.sees(&files, Phase::Failed).await;
        p.sees(&files, Phase::Successful).await;
        if retired {
            p.engine.checks().retire(&p.operator(), "shop", "files").await.unwrap();
        } else {
            p.put_check("files", json!({"item": item})).await;
        }
        p.sees(&home, Phase::Successful).await;
        let leaks = "what was served may be in other hands";
        if item == "load" {
            let (state, reason) = p.state(id, "load").await;
            assert_eq!((state.as_str(), reason.contains(leaks)), ("failed", true), "{reason}");
        } else {
            let gate = p.gate(id).await;
            assert!(gate.reason.contains(leaks), "{}", gate.reason);
            assert_eq!(gate.failing_beside, ["smoke"]);
        }
        p.engine.runs().settle_leak(&p.operator(), id, item, "The key.").await.unwrap();
        assert!(!p.gate(id).await.reason.contains(leaks));
    })
    .await;
}

/// A leak that no box of the machine's holds on to is what a signature is given in spite of.
#[rstest]
#[tokio::test]
async fn a_leak_beside_the_boxes_is_accepted_by_name(
    #[values(On::Sqlite, On::Postgres)] on: On,
    #[values(None, Some("smoke"))] item: Option<&str>,
) {
    portal(on, async |p| {
        let request = json!({"kind": "exposed_files", "item": item, "critical": true});
        let files = p.put_check("files", request).await;
        let id = p.announce("1.0.0").await;
        p.close_all(id).await;
        p.sees(&files, Phase::Successful).await;
        assert_eq!(p.gate(id).await.failing_beside, Vec::<String>::new());
        p.sees(&files, Phase::Failed).await;
        assert_eq!(p.gate(id).await.verdict, Verdict::Failed);
        p.sees(&files, Phase::Successful).await;
        let gate = p.gate(id).await;
        assert_eq!(
            (gate.verdict, gate.failing_beside),
            (Verdict::Passed, vec!["files".to_owned()])
        );
        assert!(gate.reason.contains("what was served may be in other hands"), "{}", gate.reason);
        let refused = p.engine.runs().sign_off(&p.ann(), id, "").await.unwrap_err().to_string();
        assert!(refused.contains("in spite of this (failing: files)"), "{refused}");
        p.engine.runs().sign_off(&p.ann(), id, p.in_spite(id).await).await.unwrap();
    })
    .await;
}
