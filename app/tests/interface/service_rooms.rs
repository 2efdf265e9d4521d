//! The rooms of a service's page, as a browser without scripts meets them.

use http::StatusCode;

use crate::support::{Browser, Failure, Portal};

const ROOMS: [&str; 6] = ["", "/checks", "/indicators", "/heartbeats", "/rollback", "/settings"];

fn acts(body: &str) -> Vec<&str> {
    body.split("action=\"/act/").skip(1).filter_map(|at| at.split('"').next()).collect()
}

/// The bar of a page's rooms.
fn bar(body: &str) -> Result<&str, Failure> {
    let (_, bar) = body.split_once("aria-label=\"Rooms of Shop\"").ok_or("no bar")?;
    Ok(bar.split_once("</nav>").ok_or("no end of the bar")?.0)
}

/// The rooms the bar marks as the one that is open.
fn current(body: &str) -> Result<Vec<&str>, Failure> {
    let marked = bar(body)?.split("<a ").filter(|link| link.contains("aria-current"));
    Ok(marked.filter_map(|link| link.split("href=\"").nth(1)?.split('"').next()).collect())
}

#[tokio::test]
async fn each_is_an_address_and_marks_itself_in_the_bar() -> Result<(), Failure> {
    let (portal, _) = Portal::with_deployment().await?;
    let mut browser = Browser::of(&portal, "mira@example.org").await?;
    for room in ROOMS {
        let path = format!("/services/shop{room}");
        let page = browser.get(&portal, &path).await?;
        assert_eq!(page.status, StatusCode::OK, "{path}");
        assert_eq!(page.body.matches("<h1>").count(), 1, "{path}");
        let bar = bar(&page.body)?;
        for other in ROOMS {
            assert!(bar.contains(&format!("href=\"/services/shop{other}\"")), "{bar}");
        }
        assert_eq!(current(&page.body)?, [path]);
        assert!(!page.body.contains("style=\""), "the policy forbids inline styles");
    }
    Ok(())
}

#[tokio::test]
async fn one_form_announces_and_it_stands_on_the_overview() -> Result<(), Failure> {
    let (portal, _) = Portal::with_deployment().await?;
    let mut browser = Browser::of(&portal, "mira@example.org").await?;
    for room in ROOMS {
        let page = browser.get(&portal, &format!("/services/shop{room}")).await?;
        let forms = acts(&page.body).into_iter().filter(|act| *act == "announce").count();
        assert_eq!(forms, usize::from(room.is_empty()), "{room}");
    }
    browser.get(&portal, "/services/shop").await?;
    let fields = [("place", "shop production"), ("version", "1.5.0")];
    let page = browser.follow(&portal, "/act/announce", &fields).await?;
    assert!(page.body.contains("Shop 1.5.0"), "{}", page.body);
    Ok(())
}

#[tokio::test]
async fn a_form_comes_back_to_its_room() -> Result<(), Failure> {
    let (portal, _) = Portal::with_deployment().await?;
    let mut browser = Browser::of(&portal, "mira@example.org").await?;
    let service = ("service", "shop");
    let here = ("environment", "production");
    let key = ("key", "worker");
    let sent: [(&str, &str, &[_], &str); 6] = [
        ("/rollback", "put-plan", &[service, here, ("command", "undo")], "#rollback"),
        (
            "/heartbeats",
            "put-heartbeat",
            &[service, here, key, ("period_s", "60")],
            "#heartbeat-worker",
        ),
        ("/heartbeats", "retire-heartbeat", &[service, key], "#heartbeats"),
        ("/settings", "change-service", &[service, ("name", "Shop")], "#settings"),
        ("/settings", "change-targets", &[service], "#targets"),
        ("/settings", "change-version-source", &[service], "#version-source"),
    ];
    for (room, act, fields, anchor) in sent {
        let path = format!("/services/shop{room}");
        browser.get(&portal, &path).await?;
        let answer = browser.post(&portal, &format!("/act/{act}"), fields).await?;
        assert_eq!(answer.location(), format!("{path}{anchor}"), "{act}");
        // What is refused is answered with the room itself, which says so.
        browser.get(&portal, &path).await?;
        let refused = browser.post(&portal, &format!("/act/{act}"), &[("service", "no")]).await?;
        assert!(refused.status.is_client_error(), "{act}: {}", refused.status);
        assert!(refused.body.contains("role=\"alert\""), "{act}: {}", refused.body);
        assert_eq!(current(&refused.body)?, [path], "{act}");
    }
    Ok(())
}

#[tokio::test]
async fn a_viewer_reads_all_and_is_told_who_may_change_it() -> Result<(), Failure> {
    let (portal, _) = Portal::with_deployment().await?;
    let mut browser = Browser::of(&portal, "vic@example.org").await?;
    for room in ROOMS {
        let page = browser.get(&portal, &format!("/services/shop{room}")).await?;
        assert_eq!(page.status, StatusCode::OK, "{room}");
        assert_eq!(acts(&page.body), ["theme", "log-out"], "{room}");
        let told = page.body.contains("To change a service takes the role operator");
        assert_eq!(told, !room.is_empty(), "{room}");
    }
    let settings = browser.get(&portal, "/services/shop/settings").await?;
    assert!(settings.body.contains("Base URL of production"), "{}", settings.body);
    Ok(())
}

#[tokio::test]
async fn links_from_before_lead_to_a_line_with_the_way_on() -> Result<(), Failure> {
    let (portal, _) = Portal::with_deployment().await?;
    let mut browser = Browser::of(&portal, "mira@example.org").await?;
    let page = browser.get(&portal, "/services/shop").await?;
    for room in &ROOMS[1..] {
        let name = room.trim_start_matches('/');
        assert!(page.body.contains(&format!("<li id=\"{name}\">")), "{name}: {}", page.body);
    }
    assert!(page.body.contains("id=\"production\""), "{}", page.body);
    Ok(())
}

#[tokio::test]
async fn strangers_and_strange_addresses() -> Result<(), Failure> {
    let (portal, _) = Portal::with_deployment().await?;
    let mut stranger = Browser::new();
    for room in ROOMS {
        let path = format!("/services/shop{room}");
        let answer = stranger.get(&portal, &path).await?;
        assert_eq!(answer.location(), format!("/login?next={path}"));
    }
    let mut browser = Browser::of(&portal, "mira@example.org").await?;
    for room in ROOMS {
        let page = browser.get(&portal, &format!("/services/nobody{room}")).await?;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{room}");
    }
    assert_eq!(browser.get(&portal, "/services/shop/attic").await?.status, StatusCode::NOT_FOUND);
    Ok(())
}
