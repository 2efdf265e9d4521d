//! Setting up, signing in and out, and who gets where.

use crate::support::{Browser, Failure, PASSWORD, Portal};
use http::StatusCode;

#[tokio::test]
async fn the_first_visitor_sets_the_portal_up_once() -> Result<(), Failure> {
    let portal = Portal::empty().await?;
    let mut browser = Browser::new();
    assert_eq!(browser.get(&portal, "/").await?.location(), "/setup");
    let page = browser.get(&portal, "/setup").await?;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.body.contains("action=\"/act/set-up\""), "{}", page.body);

    let fields = [("name", "Mira Koch"), ("email", "mira@example.org"), ("password", "short")];
    let refused = browser.post(&portal, "/act/set-up", &fields).await?;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.body.contains("must have at least 12 characters"), "{}", refused.body);

    let fields = [("name", "Mira Koch"), ("email", "mira@example.org"), ("password", PASSWORD)];
    let board = browser.follow(&portal, "/act/set-up", &fields).await?;
    assert_eq!(board.status, StatusCode::OK);
    assert!(board.body.contains("Welcome, Mira Koch."), "{}", board.body);
    assert!(board.body.contains("<h1>Board</h1>"), "{}", board.body);

    let mut second = Browser::program();
    let again = second.post(&portal, "/act/set-up", &fields).await?;
    assert_eq!(again.status, StatusCode::CONFLICT);
    let mut third = Browser::new();
    assert_eq!(third.get(&portal, "/setup").await?.location(), "/login");
    Ok(())
}

#[tokio::test]
async fn signing_in_leads_back_under_a_new_session() -> Result<(), Failure> {
    let (portal, id) = Portal::with_deployment().await?;
    let mut browser = Browser::new();
    let page = format!("/deployments/{id}");
    let login = format!("/login?next={page}");
    assert_eq!(browser.get(&portal, &page).await?.location(), login);

    let form = browser.get(&portal, &login).await?;
    assert!(form.body.contains(&format!("value=\"{page}\"")), "{}", form.body);
    let wrong = [("email", "mira@example.org"), ("password", "wrong"), ("next", &page)];
    let refused = browser.post(&portal, "/act/log-in", &wrong).await?;
    assert_eq!(refused.status, StatusCode::UNAUTHORIZED);
    assert!(refused.body.contains("do not belong together"), "{}", refused.body);
    assert!(refused.body.contains("value=\"mira@example.org\""), "{}", refused.body);
    assert!(!refused.body.contains("wrong"), "a password is not shown again: {}", refused.body);
    let named = format!("/act/log-in?page=/login%3Fnext%3D{page}");
    assert!(refused.body.contains(&named), "the next try knows the page: {}", refused.body);
    assert_eq!(browser.cookie(), None, "nobody is given a session before they sign in");
    assert_eq!(portal.session_writes(), 0);

    let right = [("email", "mira@example.org"), ("password", PASSWORD), ("next", &page)];
    let answer = browser.post(&portal, "/act/log-in", &right).await?;
    assert_eq!(answer.location(), page);
    let old = browser.cookie();
    let again = browser.post(&portal, "/act/log-in", &right).await?;
    assert_eq!(again.status, StatusCode::SEE_OTHER);
    assert_ne!(browser.cookie(), old, "another session's id is nobody's to keep");

    let old = browser.cookie();
    browser.post(&portal, "/act/log-out", &[]).await?;
    assert_eq!(browser.get(&portal, &page).await?.location(), login, "after signing out: {old:?}");
    Ok(())
}

#[tokio::test]
async fn signing_in_never_leads_elsewhere() -> Result<(), Failure> {
    let (portal, _) = Portal::with_deployment().await?;
    for next in ["//evil.example", "https://evil.example", "/\\evil.example"] {
        let mut browser = Browser::new();
        let fields = [("email", "mira@example.org"), ("password", PASSWORD), ("next", next)];
        let answer = browser.post(&portal, "/act/log-in", &fields).await?;
        assert_eq!(answer.location(), "/", "{next}");
    }
    Ok(())
}

#[tokio::test]
async fn strangers_get_nowhere() -> Result<(), Failure> {
    let (portal, id) = Portal::with_deployment().await?;
    let mut browser = Browser::new();
    for path in ["/", "/nowhere", "/settings"] {
        let answer = browser.get(&portal, path).await?;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{path}");
        assert!(answer.location().starts_with("/login"), "{path}: {}", answer.location());
    }
    for path in ["/events", "/palette.json"] {
        let answer = browser.get(&portal, path).await?;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{path}");
    }
    let mut program = Browser::program();
    let id = id.to_string();
    for act in [
        "announce",
        "end-waiver",
        "mark-failed",
        "probe-item",
        "roll-back",
        "settle-leak",
        "sign-off",
        "tick",
        "untick",
        "waive",
        "write-lesson",
    ] {
        let path = format!("/act/{act}");
        let complete = [
            ("deployment", id.as_str()),
            ("item", "smoke-tests"),
            ("reason", "x"),
            ("title", "x"),
            ("version", "2"),
            ("expires", "1h"),
            ("sure", "yes"),
        ];
        for fields in [&complete[..], &[]] {
            let answer = program.post(&portal, &path, fields).await?;
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{act}: {}", answer.body);
        }
    }
    Ok(())
}
