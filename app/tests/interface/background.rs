//! Settings → Background: what runs by itself and how that goes, for administrators, without
//! scripts.

use std::time::Duration;

use crate::support::{Answer, Browser, Failure, Portal};
use http::StatusCode;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

const PAGE: &str = "/settings/background";

/// The row of a task.
fn row<'a>(page: &'a Answer, name: &str) -> &'a str {
    let begins = format!("<tr id=\"task-{name}\"");
    page.body.split_once(&begins).and_then(|(_, rest)| rest.split("</tr>").next()).unwrap_or("")
}

/// Asks for the page until it shows what it ought to soon.
async fn until(
    portal: &Portal,
    browser: &mut Browser,
    what: &str,
    holds: impl Fn(&Answer) -> bool,
) -> Result<Answer, Failure> {
    for _ in 0..1_000 {
        let page = browser.get(portal, PAGE).await?;
        if holds(&page) {
            return Ok(page);
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Err(what.into())
}

#[tokio::test]
async fn administrators_see_how_each_task_goes() -> Result<(), Failure> {
    let (portal, _) = Portal::with_deployment().await?;
    let mut vic = Browser::of(&portal, "vic@example.org").await?;
    assert_eq!(vic.get(&portal, PAGE).await?.status, StatusCode::FORBIDDEN);
    assert!(!vic.get(&portal, "/settings").await?.body.contains(PAGE), "nor the way there");

    let mut mira = Browser::of(&portal, "mira@example.org").await?;
    let page = mira.get(&portal, PAGE).await?;
    assert_eq!(page.status, StatusCode::OK);
    for expected in [
        "<title>Background · Daytwo</title>",
        "href=\"/settings/background\" aria-current=\"page\"",
        "Not started",
        "its background work was not started",
    ] {
        assert!(page.body.contains(expected), "{expected} in {}", page.body);
    }

    let (tracker, stop) = (TaskTracker::new(), CancellationToken::new());
    portal.engine.background().start(&tracker, &stop);
    tracker.close();
    let page = until(&portal, &mut mira, "all work", |page| {
        page.body.matches(">Works<").count() == portal.engine.background_tasks().len()
    })
    .await?;
    assert!(page.body.contains("All work"), "{}", page.body);
    let waivers = row(&page, "expire_waivers");
    for expected in ["Expire waivers", "nothing to do", "every 30 s", "took", "<time datetime="] {
        assert!(waivers.contains(expected), "{expected} in {waivers}");
    }
    assert!(!page.body.contains("style=\""), "the policy forbids inline styles");
    stop.cancel();
    tracker.wait().await;
    Ok(())
}

#[tokio::test]
async fn a_task_that_fails_says_why_and_since_when() -> Result<(), Failure> {
    let (portal, _) = Portal::with_deployment().await?;
    let directory = portal.site.parent().ok_or("no directory")?;
    let beside = store::Pool::open(store::location(None, directory)?).await?;
    let beside = store::Store::start(beside).await?;
    let nonsense = beside.write::<_, store::StoreError, _>(|tx| {
        Box::pin(async move { store::settings::put(tx, "retention", "<nonsense>".into()).await })
    });
    nonsense.await?;
    let (tracker, stop) = (TaskTracker::new(), CancellationToken::new());
    portal.engine.background().start(&tracker, &stop);
    tracker.close();
    let mut mira = Browser::of(&portal, "mira@example.org").await?;
    let page = until(&portal, &mut mira, "two fail", |page| page.body.contains("2 fail")).await?;
    for name in ["prune", "roll_up_minutes"] {
        let failing = row(&page, name);
        for expected in ["data-state=\"failed\"", "Fails since ", "once: ", "retention"] {
            assert!(failing.contains(expected), "{expected} in {failing}");
        }
    }
    assert!(row(&page, "detect_missed").contains(">Works<"), "{}", row(&page, "detect_missed"));
    stop.cancel();
    tracker.wait().await;
    Ok(())
}
