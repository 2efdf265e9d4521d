//! Publishing runbooks.

use engine::Error;
use rstest::rstest;

use crate::{
    common::{RUNBOOK, bare_portal, portal},
    harness::On,
};

#[rstest]
#[tokio::test]
async fn the_same_again_makes_no_version_and_a_change_touches_no_run(
    #[values(On::Sqlite, On::Postgres)] on: On,
) {
    portal(on, async |p| {
        let old = p.announce("1.0.0").await;
        p.leaves(&[], async || {
            let again = p.engine.runbooks().publish(&p.admin(), "a.yaml", RUNBOOK).await.unwrap();
            assert_eq!((again.number, again.new), (1, false));
            let commented = format!("# A comment changes nothing.\n{RUNBOOK}");
            let again =
                p.engine.runbooks().publish(&p.admin(), "a.yaml", &commented).await.unwrap();
            assert_eq!((again.number, again.new), (1, false));
        })
        .await;
        let before = serde_json::to_value(p.view(old).await).unwrap();
        p.leaves(&["runbook.publish"], async || {
            let changed = RUNBOOK.replace("Load holds", "Load really holds");
            let changed =
                p.engine.runbooks().publish(&p.admin(), "a.yaml", &changed).await.unwrap();
            assert_eq!((changed.number, changed.new), (2, true));
        })
        .await;
        assert_eq!(serde_json::to_value(p.view(old).await).unwrap(), before);
        let new = p.announce("1.1.0").await;
        assert_eq!(p.item(new, "load").await.title, "Load really holds");
        assert_eq!(p.view(new).await.runbook, "small v2");
        let page = p.engine.runbooks().page(&p.ci(), "small").await.unwrap();
        assert_eq!(page.versions.iter().map(|v| v.number).collect::<Vec<_>>(), [2, 1]);
        assert_eq!(page.used_by.len(), 2);
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn takes_an_administrator_and_a_runbook(#[values(On::Sqlite, On::Postgres)] on: On) {
    portal(on, async |p| {
        p.leaves(&[], async || {
            let changed = RUNBOOK.replace("Load holds", "No");
            let refused = p.engine.runbooks().publish(&p.ann(), "a.yaml", &changed).await;
            assert!(matches!(refused, Err(Error::Forbidden(_))));
            let broken = RUNBOOK.replace("actor: human", "actor: nobody");
            let refused = p.engine.runbooks().publish(&p.admin(), "a.yaml", &broken).await;
            assert!(matches!(refused, Err(Error::Invalid(_))));
            // A run that requires nothing would pass with nothing done.
            let idle = RUNBOOK.replace("    actor:", "    required: false\n    actor:");
            let idle = idle.replacen(
                "    required: false\n    instructions: Remove",
                "    instructions: Remove",
                1,
            );
            let refused = p.engine.runbooks().publish(&p.admin(), "a.yaml", &idle).await;
            assert!(refused.unwrap_err().to_string().contains("no required item"));
        })
        .await;
        let none = p.engine.runbooks().page(&p.ci(), "none").await.unwrap_err();
        assert!(matches!(none, Error::NotFound { .. }));
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn those_that_ship_are_published_once_and_leave_a_teams_own_alone(
    #[values(On::Sqlite, On::Postgres)] on: On,
) {
    bare_portal(on, async |p| {
        let own = RUNBOOK.replace("slug: small", "slug: first-deploy");
        p.engine.runbooks().publish(&p.admin(), "own.yaml", &own).await.unwrap();
        p.engine.runbooks().publish_shipped().await.unwrap();
        let published = p.engine.runbooks().list(&p.ci()).await.unwrap();
        assert_eq!(published.len(), formats::SHIPPED_RUNBOOKS.len());
        assert!(published.iter().all(|version| version.number == 1));
        let first = published.iter().find(|v| v.content.slug == "first-deploy").unwrap();
        assert_eq!(first.content.title, "Small");
        p.leaves(&[], async || p.engine.runbooks().publish_shipped().await.unwrap()).await;
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn the_shipped_ones_carry_a_deployment_through(#[values(On::Sqlite, On::Postgres)] on: On) {
    bare_portal(on, async |p| {
        p.engine.runbooks().publish_shipped().await.unwrap();
        let first = p.announce("1.0.0").await;
        assert_eq!(p.view(first).await.runbook, "first-deploy v1");
        let second = p.announce("1.1.0").await;
        let view = p.view(second).await;
        assert_eq!(view.runbook, "subsequent-deploy v1");
        assert_eq!(view.verdict, "undecided");
        // Without an address, logs or baselines each of them says what is missing.
        for (key, says) in [
            ("perf-security", "no base URL"),
            ("logs-triaged", "silence is not proof"),
            ("baselines", "No baseline"),
            ("rollback-rehearsed", "no rollback plan"),
        ] {
            let (state, reason) = p.state(second, key).await;
            assert_eq!(state, "undecided", "{key}");
            assert!(reason.contains(says), "{key}: {reason}");
        }
    })
    .await;
}
