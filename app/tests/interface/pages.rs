//! What pages show to whom, and what stands around them.

use std::time::Duration;

use crate::support::{Browser, Failure, PASSWORD, Portal};
use axum::body::Body;
use domain::actor::Actor;
use engine::runs::ManualAction;
use http::{Request, StatusCode, header};
use http_body_util::BodyExt as _;

#[tokio::test]
async fn the_deployment_says_what_is_left() -> Result<(), Failure> {
    let (portal, id) = Portal::with_deployment().await?;
    let mut browser = Browser::of(&portal, "mira@example.org").await?;
    let page = browser.get(&portal, &format!("/deployments/{id}")).await?;
    assert_eq!(page.status, StatusCode::OK);
    for expected in [
        "<title>Shop 1.4.0 on production · Daytwo</title>",
        "data-live=\"banner\"",
        "nothing has failed",
        "of 48 h",
        "There is no rollback plan.",
        "Opens when every required box is closed.",
        "announced 1.4.0 on production",
        "<strong>new</strong>",
    ] {
        assert!(page.body.contains(expected), "{expected} in {}", page.body);
    }
    assert!(!page.body.contains("alert(1)</script>"), "notes are sanitized");
    assert!(!page.body.contains("style=\""), "the policy forbids inline styles");
    Ok(())
}

#[tokio::test]
async fn a_viewer_sees_no_buttons_they_may_not_press() -> Result<(), Failure> {
    let (portal, id) = Portal::with_deployment().await?;
    let mut browser = Browser::of(&portal, "vic@example.org").await?;
    for path in ["/".to_owned(), format!("/deployments/{id}")] {
        let page = browser.get(&portal, &path).await?;
        assert_eq!(page.status, StatusCode::OK);
        let acts: Vec<_> = page
            .body
            .split("action=\"/act/")
            .skip(1)
            .filter_map(|at| at.split('"').next())
            .collect();
        assert_eq!(acts, ["theme", "log-out"], "{path}");
    }
    Ok(())
}

#[tokio::test]
async fn what_is_not_there_is_404() -> Result<(), Failure> {
    let (portal, _) = Portal::with_deployment().await?;
    let mut browser = Browser::of(&portal, "mira@example.org").await?;
    let nobody = format!("/deployments/{}", uuid::Uuid::nil());
    for path in ["/nowhere", "/deployments/nonsense", &nobody] {
        let page = browser.get(&portal, path).await?;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{path}");
        assert!(page.body.contains("There is nothing here"), "{path}: {}", page.body);
    }
    Ok(())
}

#[tokio::test]
async fn every_page_carries_its_policy() -> Result<(), Failure> {
    let (portal, id) = Portal::with_deployment().await?;
    let mut browser = Browser::of(&portal, "mira@example.org").await?;
    for path in ["/", &format!("/deployments/{id}"), "/nowhere"] {
        let page = browser.get(&portal, path).await?;
        let policy = page.header("content-security-policy");
        let nonce = policy.split("'nonce-").nth(1).and_then(|rest| rest.split('\'').next());
        let nonce = nonce.unwrap_or_else(|| panic!("{path}: no nonce in {policy}"));
        let scripts = page.body.matches("<script").count();
        let signed = page.body.matches(&format!("nonce=\"{nonce}\"")).count();
        assert!(scripts > 0 && signed >= scripts, "{path}: {signed} of {scripts} scripts signed");
        assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
        assert_eq!(page.header("x-content-type-options"), "nosniff");
        assert_eq!(page.header("referrer-policy"), "same-origin");
    }
    Ok(())
}

#[tokio::test]
async fn files_are_compressed_and_kept() -> Result<(), Failure> {
    let portal = Portal::empty().await?;
    std::fs::write(portal.site.join("pkg/daytwo.css"), "body{}")?;
    std::fs::write(portal.site.join("pkg/daytwo.css.br"), "brotli")?;
    std::fs::write(portal.site.join("icons.svg"), "<svg/>")?;
    let request = Request::get("/pkg/daytwo.css").header(header::ACCEPT_ENCODING, "br");
    let response = portal.send(request.body(Body::empty())?).await?;
    assert_eq!(response.headers()["content-encoding"], "br");
    assert_eq!(response.headers()["content-type"], "text/css");
    let mut browser = Browser::new();
    let icons = browser.get(&portal, "/icons.svg").await?;
    assert_eq!(
        (icons.status, icons.header("cache-control")),
        (StatusCode::OK, "public, max-age=600")
    );
    let outside = browser.get(&portal, "/pkg/../../daytwo.db").await?;
    assert_ne!(outside.status, StatusCode::OK);
    Ok(())
}

#[tokio::test]
async fn a_change_is_told_to_whoever_looks() -> Result<(), Failure> {
    let (portal, id) = Portal::with_deployment().await?;
    let browser = Browser::of(&portal, "mira@example.org").await?;
    let request = Request::get(format!("/events?deployment={id}"))
        .header(header::COOKIE, browser.cookie().unwrap_or_default());
    let response = portal.send(request.body(Body::empty())?).await?;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    assert_eq!(response.headers()["x-accel-buffering"], "no");
    let mut body = response.into_body();
    assert!(next(&mut body).await?.contains("event: hello"));
    let (mira, _) = portal.engine.people().log_in("mira@example.org", PASSWORD.into()).await?;
    let actor = Actor::Person(mira);
    portal
        .engine
        .runs()
        .set_manual_status(&actor, id, "smoke-tests", ManualAction::Tick, "")
        .await?;
    let told = next(&mut body).await?;
    assert!(told.contains("event: changed") && told.contains("id: "), "{told}");
    Ok(())
}

async fn next(body: &mut Body) -> Result<String, Failure> {
    // Only a guard against hanging: the stream answers at once.
    let frame = tokio::time::timeout(Duration::from_secs(30), body.frame()).await?;
    let data = frame.ok_or("the stream ended")??.into_data().map_err(|_| "no data")?;
    Ok(String::from_utf8(data.to_vec())?)
}

/// Opens a page's stream.
async fn listen(portal: &Portal, browser: &Browser) -> Result<Body, Failure> {
    let request =
        Request::get("/events").header(header::COOKIE, browser.cookie().unwrap_or_default());
    let mut body = portal.send(request.body(Body::empty())?).await?.into_body();
    assert!(next(&mut body).await?.contains("event: hello"));
    Ok(body)
}

#[tokio::test]
async fn one_reader_holds_so_many_streams_and_the_oldest_makes_room() -> Result<(), Failure> {
    let (portal, _) = Portal::with_deployment().await?;
    let mira = Browser::of(&portal, "mira@example.org").await?;
    let vic = Browser::of(&portal, "vic@example.org").await?;
    let mut of_vic = listen(&portal, &vic).await?;
    let mut oldest = listen(&portal, &mira).await?;
    let mut others = Vec::new();
    for _ in 0..8 {
        others.push(listen(&portal, &mira).await?);
    }
    let told = next(&mut oldest).await?;
    // It comes back after minutes, not at once for another's place.
    assert!(told.contains("event: displaced") && told.contains("retry: 300000"), "{told}");
    assert!(oldest.frame().await.is_none(), "and ends");
    let waits = tokio::time::timeout(Duration::from_millis(50), others[0].frame()).await;
    assert!(waits.is_err(), "the others go on");
    let waits = tokio::time::timeout(Duration::from_millis(50), of_vic.frame()).await;
    assert!(waits.is_err(), "and so do those of others");
    Ok(())
}

#[tokio::test]
async fn a_stream_ends_with_its_session() -> Result<(), Failure> {
    let (portal, _) = Portal::with_deployment().await?;
    let mut mira = Browser::of(&portal, "mira@example.org").await?;
    let mut body = listen(&portal, &mira).await?;
    mira.post(&portal, "/act/log-out", &[]).await?;
    let ended = tokio::time::timeout(Duration::from_secs(60), async {
        while let Some(frame) = body.frame().await {
            let Ok(_still_here) = frame else { break };
        }
    });
    ended.await?;
    Ok(())
}
