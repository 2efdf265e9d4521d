//! Every act is a server function, every form sends to one, and strangers leave no trace at any.

use std::collections::BTreeSet;

use crate::support::{Browser, Failure, PASSWORD, Portal};
use http::{Method, StatusCode};
use leptos::server_fn::axum::server_fn_paths;

/// The acts that need nobody signed in.
const OPEN: [&str; 4] = ["/act/log-in", "/act/log-out", "/act/set-up", "/act/theme"];

fn registered() -> BTreeSet<String> {
    server_fn_paths().map(|(path, _)| path.to_owned()).collect()
}

#[test]
fn each_file_of_an_act_registers_its_functions() -> Result<(), Failure> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/actions");
    let mut written = BTreeSet::new();
    for file in std::fs::read_dir(folder)? {
        let source = std::fs::read_to_string(file?.path())?;
        let ends = source.split("#[server(prefix = \"/act\", endpoint = \"").skip(1);
        written.extend(ends.filter_map(|at| Some(format!("/act/{}", at.split_once('"')?.0))));
        assert_eq!(
            source.matches("#[server(prefix").count(),
            source.matches("input = Form)]").count(),
            "a form reads brackets and repeated names as they are: {source}"
        );
    }
    assert!(written.len() >= 35, "{written:?}");
    assert_eq!(registered(), written);
    assert!(server_fn_paths().all(|(_, method)| method == Method::POST), "reading changes nothing");
    Ok(())
}

#[tokio::test]
async fn each_form_sends_to_a_server_function() -> Result<(), Failure> {
    let (portal, id) = Portal::with_deployment().await?;
    let empty = Portal::empty().await?;
    let mut found = BTreeSet::new();
    found.extend(actions(&Browser::new().get(&empty, "/setup").await?.body));
    found.extend(actions(&Browser::new().get(&portal, "/login").await?.body));
    let mut browser = Browser::of(&portal, "mira@example.org").await?;
    for path in [
        "/",
        &format!("/deployments/{id}"),
        "/duties",
        "/services",
        "/services/shop",
        "/services/shop/checks",
        "/services/shop/indicators",
        "/services/shop/heartbeats",
        "/services/shop/rollback",
        "/services/shop/settings",
        "/settings",
        "/settings/people",
        "/settings/tokens",
        "/settings/storage",
    ] {
        let page = browser.get(&portal, path).await?;
        assert_eq!(page.status, StatusCode::OK, "{path}");
        found.extend(actions(&page.body));
    }
    assert!(found.len() > 20, "{found:?}");
    let unknown: Vec<_> = found.difference(&registered()).cloned().collect();
    assert_eq!(unknown, Vec::<String>::new());
    Ok(())
}

fn actions(page: &str) -> BTreeSet<String> {
    let ends = page.split("action=\"/act/").skip(1);
    ends.filter_map(|at| Some(format!("/act/{}", at.split('"').next()?))).collect()
}

#[tokio::test]
async fn strangers_leave_no_trace() -> Result<(), Failure> {
    let (portal, id) = Portal::with_deployment().await?;
    let id = id.to_string();
    let (commits, writes) = (portal.engine.writer_stats().commits, portal.session_writes());
    let complete = [
        ("deployment", id.as_str()),
        ("run", id.as_str()),
        ("service", "shop"),
        ("item", "smoke-tests"),
        ("key", "x"),
        ("reason", "x"),
        ("title", "x"),
        ("name", "x"),
        ("email", "x@example.org"),
        ("password", PASSWORD),
        ("version", "2"),
        ("expires", "1h"),
        ("sure", "yes"),
    ];
    for path in registered() {
        for html in [false, true] {
            for fields in [&complete[..], &[]] {
                let mut browser = if html { Browser::new() } else { Browser::program() };
                browser.stands_on("/settings");
                let answer = browser.post(&portal, &path, fields).await?;
                let context = format!("{path} {html} {fields:?}: {}", answer.status);
                if !OPEN.contains(&path.as_str()) {
                    let expected =
                        if html { StatusCode::SEE_OTHER } else { StatusCode::UNAUTHORIZED };
                    assert_eq!(answer.status, expected, "{context}");
                    assert!(!html || answer.location().starts_with("/login"), "{context}");
                    assert_eq!(answer.header("set-cookie"), "", "{context}");
                }
                assert_eq!(browser.cookie(), None, "{context}");
            }
        }
    }
    assert_eq!(portal.session_writes(), writes);
    // The key of the messages' cookies may have been drawn.
    assert!(portal.engine.writer_stats().commits <= commits + 1);
    Ok(())
}

#[tokio::test]
async fn a_failed_sign_in_says_so_wherever_it_came_from() -> Result<(), Failure> {
    let (portal, _) = Portal::with_deployment().await?;
    let wrong = [("email", "mira@example.org"), ("password", "wrong")];
    for page in ["/login?next=/history", "/", "/settings"] {
        let mut browser = Browser::new();
        browser.stands_on(page);
        let answer = browser.post(&portal, "/act/log-in", &wrong).await?;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{page}");
        assert!(answer.body.contains("do not belong together"), "{page}: {}", answer.body);
        assert!(answer.body.contains("<h1"), "{page}: it is a page: {}", answer.body);
        assert_eq!(browser.cookie(), None, "{page}");
    }
    assert_eq!(portal.session_writes(), 0);
    Ok(())
}
