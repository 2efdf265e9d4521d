//! What an act costs: counted, not timed.

use std::time::Duration;

use crate::support::{Browser, Failure, PASSWORD, Portal};
use axum::body::Body;
use domain::actor::Actor;
use engine::runs::ManualAction;
use http::{Request, StatusCode, header};
use http_body_util::BodyExt as _;

#[tokio::test]
async fn a_tick_is_one_commit_and_one_page() -> Result<(), Failure> {
    let (portal, id) = Portal::with_deployment().await?;
    let mut browser = Browser::of(&portal, "mira@example.org").await?;
    let (own, other) = (uuid::Uuid::from_u128(1), uuid::Uuid::from_u128(2));
    let path = format!("/deployments/{id}");
    browser.get(&portal, &path).await?;
    let mut here = listen(&portal, &browser, &format!("?deployment={id}&page={own}")).await?;
    let mut elsewhere =
        listen(&portal, &browser, &format!("?deployment={id}&page={other}")).await?;

    browser.page_id = Some(own.to_string());
    let (commits, pages) = (portal.engine.writer_stats().commits, portal.pages());
    let sessions = portal.session_writes();
    let id_text = id.to_string();
    let fields = [("deployment", id_text.as_str()), ("item", "smoke-tests")];
    let page = browser.follow(&portal, "/act/tick", &fields).await?;
    assert!(page.body.contains("<p>Ticked.</p>"), "{}", page.body);
    assert_eq!(portal.engine.writer_stats().commits, commits + 1, "commits");
    assert_eq!(portal.pages(), pages + 1, "pages");
    assert_eq!(portal.session_writes(), sessions, "writes of the session");

    // The other page is told; the next thing its own is told of is what somebody else does.
    assert!(next(&mut elsewhere).await?.contains("event: changed"));
    let (mira, _) = portal.engine.people().log_in("mira@example.org", PASSWORD.into()).await?;
    let actor = Actor::Person(mira);
    portal
        .engine
        .runs()
        .set_manual_status(&actor, id, "smoke-tests", ManualAction::Untick, "")
        .await?;
    let told = next(&mut here).await?;
    assert!(told.contains("event: changed"), "{told}");
    assert!(told.trim_end().contains("-0\n"), "the first it is told: {told}");
    Ok(())
}

#[tokio::test]
async fn a_refused_form_costs_no_commit_and_one_page() -> Result<(), Failure> {
    let (portal, id) = Portal::with_deployment().await?;
    let mut browser = Browser::of(&portal, "mira@example.org").await?;
    browser.get(&portal, &format!("/deployments/{id}")).await?;
    let (commits, pages) = (portal.engine.writer_stats().commits, portal.pages());
    let id = id.to_string();
    let fields = [("run", id.as_str()), ("item", "perf-security"), ("note", "I looked")];
    let page = browser.post(&portal, "/act/tick", &fields).await?;
    assert_eq!(page.status, StatusCode::CONFLICT);
    assert!(page.body.contains("role=\"alert\"") && page.body.contains("I looked"));
    assert_eq!(portal.engine.writer_stats().commits, commits);
    assert_eq!(portal.pages(), pages + 1);
    Ok(())
}

/// Opens an event stream and takes its greeting.
async fn listen(portal: &Portal, browser: &Browser, query: &str) -> Result<Body, Failure> {
    let request = Request::get(format!("/events{query}"))
        .header(header::COOKIE, browser.cookie().unwrap_or_default());
    let mut body = portal.send(request.body(Body::empty())?).await?.into_body();
    assert!(next(&mut body).await?.contains("event: hello"));
    Ok(body)
}

async fn next(body: &mut Body) -> Result<String, Failure> {
    // Only a guard against hanging: the stream answers at once.
    let frame = tokio::time::timeout(Duration::from_secs(30), body.frame()).await?;
    let data = frame.ok_or("the stream ended")??.into_data().map_err(|_| "no data")?;
    Ok(String::from_utf8(data.to_vec())?)
}
