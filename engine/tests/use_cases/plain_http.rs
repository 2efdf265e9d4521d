//! A service that is plain HTTP on purpose says so once, and waives nothing at each release.

use engine::services::{EnvironmentRequest, ServiceRequest};
use rstest::rstest;

use crate::{
    common::{Portal, RUNBOOK, bare_portal, field, result},
    harness::On,
};

/// Says where the shop answers on production, and why it is plain there.
async fn put(p: &Portal, base_url: &str, plain: Option<Option<&str>>) -> Result<(), engine::Error> {
    let production = EnvironmentRequest {
        slug: "production".into(),
        base_url: Some(Some(base_url.into())),
        plain_http_because: plain.map(|why| why.map(str::to_owned)),
    };
    let request = ServiceRequest {
        name: "Shop".into(),
        environments: vec![production],
        ..Default::default()
    };
    p.engine.services().put(&p.admin(), "shop", request).await.map(drop)
}

/// The probes that built-in checks measure.
async fn measured(p: &Portal) -> Vec<String> {
    let room = p.engine.services().checks(&p.viewer, "shop").await.unwrap();
    let mut all: Vec<_> = room.checks.into_iter().filter_map(|now| now.check.built_in).collect();
    all.sort();
    all
}

#[rstest]
#[tokio::test]
async fn nothing_of_https_is_expected_where_somebody_said_why(
    #[values(On::Sqlite, On::Postgres)] on: On,
) {
    bare_portal(on, async |p| {
        let probes = "    probes: [exposed-files, https-redirect, hsts, tls]\n    instructions: CI";
        let runbook = RUNBOOK.replace("    instructions: CI", probes);
        p.engine.runbooks().publish(&p.admin(), "small.yaml", &runbook).await.unwrap();
        put(p, "http://intranet.example.org", None).await.unwrap();
        let id = p.announce("1.0.0").await;
        let all = ["exposed-files", "hsts", "https-redirect", "tls"];
        assert_eq!(measured(p).await, all);

        let why = "it is behind the VPN";
        put(p, "http://intranet.example.org", Some(Some(why))).await.unwrap();
        assert_eq!(measured(p).await, ["exposed-files"]);
        let (state, reason) = p.state(id, "load").await;
        assert_eq!(state, "running", "{reason}");
        assert!(
            reason.ends_with("Plain HTTP on purpose, because it is behind the VPN"),
            "{reason}"
        );
        let open = p.engine.deployments().page(&p.viewer, id).await.unwrap();
        let told = |text: &str| open.run.timeline.iter().any(|line| line.sentence.contains(text));
        assert!(told("plain HTTP on purpose, because it is behind the VPN"));

        // It stays said at the next release, and where the field is absent.
        put(p, "http://intranet.example.org", None).await.unwrap();
        p.announce("1.1.0").await;
        assert_eq!(measured(p).await, ["exposed-files"]);

        // Of an address with HTTPS everything is expected.
        put(p, "https://intranet.example.org", None).await.unwrap();
        assert_eq!(measured(p).await, all);
        let refused = put(p, "https://intranet.example.org", Some(Some(why))).await.unwrap_err();
        assert_eq!(field(refused), "/environments/0/plain_http_because");
        put(p, "http://intranet.example.org", Some(None)).await.unwrap();
        assert_eq!(measured(p).await, all);
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn a_box_of_nothing_else_is_closed_by_no_declaration(
    #[values(On::Sqlite, On::Postgres)] on: On,
) {
    bare_portal(on, async |p| {
        let probes = "    probes: [https-redirect, hsts]\n    instructions: CI";
        let runbook = RUNBOOK.replace("    instructions: CI", probes);
        p.engine.runbooks().publish(&p.admin(), "small.yaml", &runbook).await.unwrap();
        let id = p.announce("1.0.0").await;
        put(p, "http://intranet.example.org", Some(Some("it is internal"))).await.unwrap();
        assert_ne!(p.state(id, "load").await.0, "passed");
        p.engine
            .runs()
            .post_result(&p.ci(), id, "load", result(engine::runs::ResultStatus::Passed), None)
            .await
            .unwrap();
        assert_eq!(p.state(id, "load").await.0, "passed");
    })
    .await;
}

/// A box that looks at nothing but HTTPS does not apply there; a person's half of one stays theirs.
#[rstest]
#[tokio::test]
async fn a_box_of_https_alone_is_not_waited_for(#[values(On::Sqlite, On::Postgres)] on: On) {
    bare_portal(on, async |p| {
        let only = "    probes: [https-redirect, hsts, tls]\n    instructions: CI";
        let runbook = RUNBOOK.replace("    instructions: CI", only);
        p.engine.runbooks().publish(&p.admin(), "small.yaml", &runbook).await.unwrap();
        put(p, "http://intranet.example.org", None).await.unwrap();
        let id = p.announce("1.0.0").await;
        assert_eq!(p.state(id, "load").await.0, "running");
        put(p, "http://intranet.example.org", Some(Some("it is behind the VPN"))).await.unwrap();
        let next = p.announce("1.1.0").await;
        let (state, reason) = p.state(next, "load").await;
        assert_eq!(state, "not_required", "{reason}");
        assert!(reason.contains("because it is behind the VPN"), "{reason}");
        assert!(!p.gate(next).await.open.contains(&"load".to_owned()));
    })
    .await;
}
