//! Recorded flows replayed in a real Chromium against a site with a form, a mail and its tricks.

#![expect(clippy::unwrap_used, reason = "helpers of tests may panic")]
mod support;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::extract::{Query, State};
use axum::response::{Html, Redirect};
use axum::routing::{get, post};
use axum::{Form, Json, Router};
use domain::check::ProbeSpec;
use domain::measurement::{Measurement, Phase};
use formats::chrome_recorder;
use probes::Prober;
use serde_json::{Value, json};

type Site = Arc<Mutex<Vec<String>>>;
type Pairs = std::collections::HashMap<String, String>;

fn page(body: &str) -> Html<String> {
    Html(format!("<!doctype html><title>Site</title><body>{body}"))
}

/// A site: a form that sends a mail whose link says whom it was for.
async fn site() -> String {
    let mails: Site = Arc::default();
    let form = "<h1>Register</h1><form method=post action=/register>\
        <label>E-mail <input name=email type=email></label>\
        <label>Plan <select name=plan><option value=a>Small</option><option value=b>Large</option></select></label>\
        <label><input type=checkbox name=terms value=yes> Terms</label>\
        <button disabled id=go>Register</button></form>\
        <div id=host></div>\
        <script>setTimeout(() => { document.getElementById('go').disabled = false; }, 300);\
        const root = document.getElementById('host').attachShadow({mode: 'open'});\
        root.innerHTML = '<button id=deep>Deep</button>';\
        root.getElementById('deep').onclick = () => { document.title = 'deep'; };</script>";
    let app = Router::new()
        .route("/", get(async move || page(form)))
        .route(
            "/register",
            post(async |State(mails): State<Site>, Form(typed): Form<Pairs>| {
                let of = |name: &str| typed.get(name).cloned().unwrap_or_default();
                let told = format!("{}-{}-{}", of("email"), of("plan"), of("terms"));
                mails.lock().unwrap().insert(0, told);
                Redirect::to("/sent")
            }),
        )
        .route("/sent", get(async || page("<p>We sent a mail.</p>")))
        .route(
            "/mails",
            get(async |State(mails): State<Site>| {
                let all: Vec<_> = mails.lock().unwrap().clone();
                Json(json!(all.iter().map(|who| format!("Hello, open {who}")).collect::<Vec<_>>()))
            }),
        )
        .route("/confirm", get(async |Query(asked): Query<Pairs>| page(&format!("<p>Confirmed {}</p>", asked["who"]))))
        .route("/endless", get(async || { tokio::time::sleep(Duration::from_secs(600)).await; page("late") }))
        .route("/asks", get(async || page("<script>alert('hello'); document.title = 'asked';</script><p>Asked</p>")))
        .route("/private", get(async || page("<img src='http://169.254.169.254/latest'><a href='http://169.254.169.254/'>Go</a>")))
        .with_state(mails.clone());
    let address = support::serve(app).await;
    let base = format!("http://{address}");
    // The mail's link is known once the site has an address.
    let links = mails.clone();
    let at = base.clone();
    tokio::spawn(async move {
        loop {
            for mail in links.lock().unwrap().iter_mut() {
                if !mail.starts_with("http") {
                    *mail = format!("{at}/confirm?who={mail}");
                }
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    });
    base
}

#[expect(clippy::disallowed_methods, reason = "where the browser is, is said by the environment")]
fn chromium() -> PathBuf {
    let named = std::env::var_os("DAYTWO_CHROMIUM").map(PathBuf::from);
    named.unwrap_or_else(|| PathBuf::from("/usr/bin/chromium"))
}

async fn walk(steps: Value, secrets: &[(&str, &str)], timeout_s: u64) -> Measurement {
    let recording =
        chrome_recorder::read(&json!({ "title": "a flow", "timeout": 4_000, "steps": steps }));
    let secrets = secrets.iter().map(|(k, v)| ((*k).into(), (*v).into())).collect();
    let spec = ProbeSpec::Journey { recording: recording.unwrap(), secrets };
    let prober = Prober::new(support::client()).browser(Some(chromium()));
    prober.run(&spec, &[], Duration::from_secs(timeout_s), &support::now).await
}

fn says(seen: &Measurement, phase: Phase, words: &str) {
    assert_eq!(seen.phase, phase, "{}", seen.sentence);
    assert!(seen.sentence.contains(words), "{words:?} is not in {:?}", seen.sentence);
}

#[tokio::test]
async fn a_flow_with_a_mail_goes_through_and_leaves_its_pictures() {
    let base = site().await;
    let steps = json!([
        {"type": "setViewport", "width": 800, "height": 600},
        {"type": "navigate", "url": format!("{base}/")},
        {"type": "change", "value": "{{run}}@{{domain}}", "selectors": [["aria/E-mail"]]},
        {"type": "change", "value": "Large", "selectors": [["aria/Plan"], ["select"]]},
        {"type": "click", "selectors": [["xpath///input[@type='checkbox']"]]},
        {"type": "click", "selectors": [["pierce/#deep"]]},
        {"type": "waitForExpression", "expression": "document.title === 'deep'"},
        {"type": "waitForExpression", "expression": "!document.getElementById('go').disabled"},
        {"type": "click", "selectors": [["aria/Register[role=\"button\"]"]], "assertedEvents": []},
        {"type": "waitForElement", "selectors": [["text/We sent a mail"]], "visible": true},
        {"type": "customStep", "name": "mail-link", "parameters": {"inbox": format!("{base}/mails"), "match": "/confirm?who="}},
        {"type": "waitForElement", "selectors": [["text/-b-yes"]]},
        {"type": "keyDown", "key": "End"},
        {"type": "keyUp", "key": "End"},
        {"type": "close"},
    ]);
    let seen = walk(steps, &[("domain", "secret.example.org")], 60).await;
    says(&seen, Phase::Successful, "flow: all 15 steps went through");
    assert_eq!(seen.pictures.len(), 12);
    assert!(seen.pictures.iter().all(|picture| picture.good && picture.jpeg.len() > 1_000));
    assert!(seen.pictures.windows(2).all(|two| two[0].at_ms <= two[1].at_ms));
    let words = format!("{:?}{}", seen.findings, seen.sentence);
    assert!(!words.contains("secret.example.org"), "{words}");
}

#[tokio::test]
async fn the_step_that_broke_is_named_and_shown() {
    let base = site().await;
    let open = json!({"type": "navigate", "url": format!("{base}/")});
    let seen = walk(json!([open, {"type": "click", "selectors": ["aria/Log out"]}]), &[], 30).await;
    says(&seen, Phase::Failed, "step 2 (click “Log out”): is not on the page");
    assert_eq!(seen.pictures.last().map(|picture| picture.good), Some(false));
    let seen =
        walk(json!([open, {"type": "change", "value": "Huge", "selectors": ["select"]}]), &[], 30)
            .await;
    says(&seen, Phase::Failed, "there is no choice Huge");
    let closed = support::closed_port().await;
    let seen =
        walk(json!([{"type": "navigate", "url": format!("http://{closed}/")}]), &[], 30).await;
    assert_eq!(seen.phase, Phase::Failed, "{}", seen.sentence);
    let asks = json!([{"type": "navigate", "url": format!("{base}/asks")}, {"type": "waitForElement", "selectors": ["text/Asked"]}]);
    says(&walk(asks, &[], 30).await, Phase::Successful, "went through");
}

#[tokio::test]
async fn what_hangs_is_ended() {
    let base = site().await;
    let endless = json!([{"type": "navigate", "url": format!("{base}/endless")}]);
    let seen = walk(endless, &[], 30).await;
    says(&seen, Phase::Failed, "did not finish loading");
    let busy = json!([
        {"type": "navigate", "url": format!("{base}/")},
        {"type": "waitForExpression", "expression": "(() => { for (;;); })()"},
    ]);
    let seen = walk(busy, &[], 8).await;
    assert_ne!(seen.phase, Phase::Successful, "{}", seen.sentence);
}

/// A program that writes down its process and becomes the browser.
fn marked(folder: &std::path::Path) -> (PathBuf, PathBuf) {
    use std::os::unix::fs::PermissionsExt as _;
    let (program, pid) = (folder.join("browser.sh"), folder.join("pid"));
    let text =
        format!("#!/bin/sh\necho $$ > {}\nexec {} \"$@\"\n", pid.display(), chromium().display());
    std::fs::write(&program, text).unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    (program, pid)
}

#[tokio::test]
async fn a_browser_that_dies_on_the_way_is_our_own_trouble() {
    let base = site().await;
    let folder = tempfile::tempdir().unwrap();
    let (program, pid) = marked(folder.path());
    let steps = json!([
        {"type": "navigate", "url": format!("{base}/")},
        {"type": "waitForExpression", "expression": "window.neverTrue", "timeout": 20_000},
    ]);
    let recording = chrome_recorder::read(&json!({ "title": "a flow", "steps": steps })).unwrap();
    let spec = ProbeSpec::Journey { recording, secrets: BTreeMap::new() };
    let prober = Prober::new(support::client()).browser(Some(program));
    let kill = async {
        // It has come to the page when it has been up for a while; it waits there for long.
        while std::fs::read_to_string(&pid).unwrap_or_default().trim().is_empty() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        tokio::time::sleep(Duration::from_secs(4)).await;
        let pid = std::fs::read_to_string(&pid).unwrap();
        let killed = std::process::Command::new("kill").args(["-9", pid.trim()]).status();
        assert!(killed.unwrap().success());
    };
    let run = prober.run(&spec, &[], Duration::from_secs(40), &support::now);
    let (seen, ()) = tokio::join!(run, kill);
    assert_eq!(seen.phase, Phase::Error, "{}", seen.sentence);
    assert!(seen.duration_ms < 20_000.0, "it was noticed only by the time-out");
    // The next journey has a browser of its own.
    let fine = json!([{"type": "navigate", "url": format!("{base}/")}]);
    assert_eq!(walk(fine, &[], 30).await.phase, Phase::Successful);
}

#[tokio::test]
async fn the_browser_reaches_only_what_the_guard_allows() {
    let base = site().await;
    let metadata = json!([{"type": "navigate", "url": "http://169.254.169.254/latest/meta-data"}]);
    let seen = walk(metadata, &[], 30).await;
    assert_eq!(seen.phase, Phase::Error, "{}", seen.sentence);
    let led = json!([
        {"type": "navigate", "url": format!("{base}/private")},
        {"type": "click", "selectors": ["aria/Go"]},
        {"type": "waitForElement", "selectors": ["text/ami-id"], "timeout": 500},
    ]);
    let seen = walk(led, &[], 30).await;
    assert_eq!(seen.phase, Phase::Error, "{}", seen.sentence);
}

#[tokio::test]
async fn without_a_browser_nothing_is_said_about_the_service() {
    let recording = json!({"steps": [{"type": "navigate", "url": "http://127.0.0.1/"}]});
    let spec = ProbeSpec::Journey {
        recording: chrome_recorder::read(&recording).unwrap(),
        secrets: Default::default(),
    };
    let run = async |browser: Option<PathBuf>| {
        let prober = Prober::new(support::client()).browser(browser);
        prober.run(&spec, &[], Duration::from_secs(20), &support::now).await
    };
    says(&run(None).await, Phase::Error, "there is no Chromium");
    says(&run(Some("/bin/false".into())).await, Phase::Error, "browser ended at its start");
    says(&run(Some("/nowhere/chromium".into())).await, Phase::Error, "cannot be started");
}
