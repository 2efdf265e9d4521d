//! The `exposed_files` probe against sites that hide, leak, answer everything, or fail.

mod support;

use axum::Router;
use axum::response::{Html, IntoResponse as _, Redirect, Response};
use domain::check::ProbeSpec;
use domain::measurement::{Measurement, Phase};
use http::{StatusCode, Uri};
use rstest::rstest;
use support::{closed_port, finding, probe, serve};

async fn look(answer: fn(&str) -> Response) -> Measurement {
    let app = Router::new().fallback(move |uri: Uri| async move { answer(uri.path()) });
    let url = format!("http://{}/", serve(app).await);
    probe(ProbeSpec::ExposedFiles { url }, &[]).await
}

fn missing() -> Response {
    (StatusCode::NOT_FOUND, "not found").into_response()
}

/// A single-page application: every path gets its page, with the path and a token in it.
fn page(path: &str) -> Response {
    let token: usize = path.bytes().map(usize::from).sum();
    Html(format!(
        "<!doctype html><html><head><title>Shop</title><meta name=csrf content=t{token}></head><body>\
         <div id=app data-path='{path}'></div><p>Welcome to the shop of many fine and useful \
         things, please enable scripts to look around</p></body></html>"
    ))
    .into_response()
}

const ENV: &str = "APP_NAME=Shop\nAPP_KEY=base64:geheim\nDB_PASSWORD=geheim\n# note\n";

#[rstest]
#[case(401)]
#[case(403)]
#[case(404)]
#[case(410)]
#[tokio::test]
async fn a_site_that_refuses_exposes_nothing(#[case] status: u16) {
    let app = Router::new().fallback(move || async move { StatusCode::from_u16(status).unwrap() });
    let url = format!("http://{}/shop/", serve(app).await);
    let seen = probe(ProbeSpec::ExposedFiles { url }, &[]).await;
    assert_eq!(seen.phase, Phase::Successful, "{seen:#?}");
    assert_eq!(seen.value, Some(0.0));
    assert_eq!(finding(&seen, "/.env").detail, format!("answers {status}"));
}

#[tokio::test]
async fn a_leaked_environment_is_found_and_its_values_are_not_kept() {
    let seen = look(|path| if path == "/.env" { ENV.into_response() } else { missing() }).await;
    assert_eq!((seen.phase, seen.short.as_str()), (Phase::Failed, "1 exposed"), "{seen:#?}");
    assert!(seen.sentence.contains("/.env; expected 403 or 404"), "{}", seen.sentence);
    assert_eq!(finding(&seen, "/.git/config").phase, Phase::Successful);
    let all = format!("{seen:?}");
    assert!(!all.contains("geheim"), "{all}");
    assert!(all.contains("DB_PASSWORD=[redacted]"), "{all}");
}

#[tokio::test]
async fn a_site_that_answers_everything_is_told_from_a_leak() {
    let seen = look(page).await;
    assert_eq!(seen.phase, Phase::Successful, "{seen:#?}");
    let env = finding(&seen, "/.env");
    assert!(env.detail.contains("the page every unknown path gets"), "{}", env.detail);
    // And the leak behind such a site is still found.
    let seen = look(|path| match path {
        "/.git/HEAD" => "ref: refs/heads/main\n".into_response(),
        _ => page(path),
    })
    .await;
    assert_eq!(seen.phase, Phase::Failed, "{seen:#?}");
    assert_eq!(finding(&seen, "/.git/HEAD").phase, Phase::Failed);
    assert_eq!(finding(&seen, "/.env").phase, Phase::Successful);
}

#[tokio::test]
async fn something_else_is_named_and_left_to_people() {
    let seen = look(|path| match path {
        "/backup.zip" => "a quite different answer".into_response(),
        _ => page(path),
    })
    .await;
    assert_eq!(seen.phase, Phase::Inconclusive, "{seen:#?}");
    assert!(seen.sentence.contains("/backup.zip"), "{}", seen.sentence);
}

#[tokio::test]
async fn a_redirect_to_the_login_exposes_nothing_one_to_the_same_path_may() {
    let seen = look(|_| Redirect::to("/login").into_response()).await;
    assert_eq!(seen.phase, Phase::Successful, "{seen:#?}");
    let seen = look(|path| match path {
        "/.env" => Redirect::permanent("https://www.example.org/.env").into_response(),
        _ => missing(),
    })
    .await;
    assert_eq!(finding(&seen, "/.env").phase, Phase::Inconclusive, "{seen:#?}");
}

/// The usual base address in clear, which sends everything on: the real site is looked at.
#[tokio::test]
async fn a_site_that_moved_is_looked_at_where_it_is() {
    let app = Router::new().fallback(|uri: Uri| async move {
        if uri.path() == "/shop/.env" { ENV.into_response() } else { missing() }
    });
    let site = serve(app).await;
    let app = Router::new().fallback(move |uri: Uri| async move {
        Redirect::permanent(&format!("http://{site}{}", uri.path()))
    });
    let url = format!("http://{}/shop/", serve(app).await);
    let seen = probe(ProbeSpec::ExposedFiles { url }, &[]).await;
    assert_eq!(seen.phase, Phase::Failed, "{seen:#?}");
    assert_eq!(finding(&seen, "/.env").phase, Phase::Failed);
    assert_eq!(finding(&seen, "/.git/HEAD").phase, Phase::Successful);
    assert!(seen.sentence.contains(&site.to_string()), "{}", seen.sentence);
}

#[tokio::test]
async fn a_site_whose_every_page_looks_like_a_file_is_left_to_people() {
    let seen = look(|_| "REQUEST=1\nSERVER_NAME=shop\n".into_response()).await;
    assert_eq!(finding(&seen, "/.env").phase, Phase::Inconclusive, "{seen:#?}");
    assert_eq!(seen.phase, Phase::Inconclusive);
}

#[tokio::test]
async fn a_failing_or_throttling_site_is_not_a_closed_one() {
    for status in [StatusCode::INTERNAL_SERVER_ERROR, StatusCode::TOO_MANY_REQUESTS] {
        let app = Router::new().fallback(move || async move { status });
        let url = format!("http://{}/", serve(app).await);
        let seen = probe(ProbeSpec::ExposedFiles { url }, &[]).await;
        assert_eq!(seen.phase, Phase::Inconclusive, "{seen:#?}");
    }
}

#[tokio::test]
async fn an_unreachable_site_teaches_nothing() {
    let url = format!("http://{}/", closed_port().await);
    let seen = probe(ProbeSpec::ExposedFiles { url }, &[]).await;
    assert_eq!((seen.phase, seen.value), (Phase::Inconclusive, None), "{seen:#?}");
}

#[rstest]
#[case("/.git/config", b"[core]\n\trepositoryformatversion = 0\n".as_slice())]
#[case("/.git/HEAD", b"0123456789abcdef0123456789abcdef01234567\n")]
#[case("/.svn/entries", b"12\n")]
#[case("/.svn/wc.db", b"SQLite format 3\0rest")]
#[case("/.hg/requires", b"dotencode\nfncache\n")]
#[case("/.DS_Store", b"\0\0\0\x01Bud1\0\0")]
#[case("/backup.zip", b"PK\x03\x04\x14\0")]
#[case("/backup.tar.gz", b"\x1f\x8b\x08\0\0")]
#[case("/dump.sql", b"-- MySQL dump 10.13\nCREATE TABLE `users` (id int);\n")]
#[case("/backup.sql", b"PGDMP\x01\x0e")]
#[case("/db.sqlite3", b"SQLite format 3\0rest")]
#[case("/wp-config.php.bak", b"<?php\ndefine('DB_PASSWORD', 'geheim');\n")]
#[case("/phpinfo.php", b"<html><title>PHP 8.2 - phpinfo()</title></html>")]
#[case("/server-status", b"<html><title>Apache Status</title></html>")]
#[case("/.htpasswd", b"admin:$apr1$geheim$geheim\n")]
#[case("/.htaccess", b"RewriteEngine On\n")]
#[case("/storage/logs/laravel.log", b"[2026-11-02 10:00:00] production.ERROR: geheim\n")]
#[case("/actuator/env", b"{\"activeProfiles\":[\"prod\"],\"propertySources\":[]}")]
#[case("/actuator/heapdump", b"JAVA PROFILE 1.0.2\0")]
#[case(
    "/web.config",
    b"<configuration>\n<connectionStrings>geheim</connectionStrings></configuration>"
)]
#[case("/id_rsa", b"-----BEGIN OPENSSH PRIVATE KEY-----\ngeheim\n")]
#[case(
    "/.aws/credentials",
    b"[default]\naws_access_key_id = geheim\naws_secret_access_key = geheim\n"
)]
#[case("/.npmrc", b"//registry.example/:_authToken=geheim\n")]
#[case("/.docker/config.json", b"{\"auths\": {\"r.example\": {\"auth\": \"geheim\"}}}")]
#[tokio::test]
async fn each_file_is_known_by_its_content(
    #[case] leaked: &'static str,
    #[case] bytes: &'static [u8],
) {
    let app = Router::new().fallback(move |uri: Uri| async move {
        if uri.path() == leaked { bytes.into_response() } else { missing() }
    });
    let url = format!("http://{}/", serve(app).await);
    let seen = probe(ProbeSpec::ExposedFiles { url }, &[]).await;
    let failed: Vec<&str> = seen
        .findings
        .iter()
        .filter(|f| f.phase == Phase::Failed)
        .map(|f| f.subject.as_str())
        .collect();
    assert_eq!(failed, [leaked], "{seen:#?}");
    assert!(!format!("{seen:?}").contains("geheim"), "{seen:#?}");
}
