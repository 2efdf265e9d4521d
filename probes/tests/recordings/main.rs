//! What recordings of Chrome's Recorder ask for, replayed in a real Chromium: by Daytwo, and by
//! Google's own replay, whose word is compared with ours.

#![expect(clippy::unwrap_used, reason = "helpers of tests may panic")]

mod cases;
mod site;
#[path = "../support/mod.rs"]
mod support;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use domain::check::ProbeSpec;
use domain::measurement::{Measurement, Phase};
use formats::chrome_recorder;
use futures::{StreamExt as _, stream};
use probes::Prober;
use serde_json::{Value, json};

use cases::Case;

/// How long a step may wait: as long as a page needs on a machine with much to do; less where it is
/// waited for what does not come.
const STEP_MS: u64 = 8_000;
const STEP_IN_VAIN_MS: u64 = 2_500;

#[expect(clippy::disallowed_methods, reason = "where the browser is, is said by the environment")]
fn chromium() -> PathBuf {
    let named = std::env::var_os("DAYTWO_CHROMIUM").map(PathBuf::from);
    named.unwrap_or_else(|| PathBuf::from("/usr/bin/chromium"))
}

fn recording(steps: &Value, goes: bool) -> Value {
    let timeout = if goes { STEP_MS } else { STEP_IN_VAIN_MS };
    json!({ "title": "a flow", "timeout": timeout, "steps": steps })
}

async fn replay(steps: &Value, goes: bool) -> Measurement {
    let recording = chrome_recorder::read(&recording(steps, goes)).unwrap();
    let spec = ProbeSpec::Journey { recording, secrets: BTreeMap::new() };
    let prober = Prober::new(support::client()).browser(Some(chromium()));
    prober.run(&spec, &[], Duration::from_secs(60), &support::now).await
}

#[tokio::test(flavor = "multi_thread")]
async fn recordings_mean_what_the_recorder_means() {
    let base = site::serve().await;
    let judged = async |case: Case| {
        let seen = replay(&case.steps, case.right).await;
        let right = if case.right { Phase::Successful } else { Phase::Failed };
        let fine = seen.phase == right && seen.sentence.contains(case.says);
        (!fine).then(|| format!("{}: {:?}, {}", case.name, seen.phase, seen.sentence))
    };
    let wrong: Vec<_> =
        stream::iter(cases::all(&base)).map(judged).buffer_unordered(3).collect().await;
    let wrong: Vec<_> = wrong.into_iter().flatten().collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_reference_says_the_same() {
    let base = site::serve().await;
    let cases = cases::all(&base);
    let flows: Vec<_> = cases.iter().map(|case| recording(&case.steps, case.right)).collect();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("flows.json");
    std::fs::write(&file, json!(flows).to_string()).unwrap();
    let end2end = Path::new(env!("CARGO_MANIFEST_DIR")).join("../end2end");
    let output = tokio::process::Command::new("node")
        .current_dir(&end2end)
        .arg("reference/replay.mjs")
        .arg(&file)
        .env("DAYTWO_CHROMIUM", chromium())
        .output()
        .await
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "run scripts/setup.sh; {said}");
    let said: Vec<String> = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(said.len(), cases.len());
    let differs = cases.iter().zip(&said).filter(|(case, said)| {
        let goes = case.reference.map_or(case.right, |(goes, _)| goes);
        (*said == "ok") != goes
    });
    let differs: Vec<_> = differs.map(|(case, said)| format!("{}: {said}", case.name)).collect();
    assert!(differs.is_empty(), "{}", differs.join("\n"));
    assert!(cases.iter().all(|case| case.reference.is_none_or(|(goes, _)| goes != case.right)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_is_one_that_came_after_its_request() {
    let base = site::serve().await;
    let link = json!({"type": "customStep", "name": "mail-link", "parameters": {"inbox": format!("{base}/mails"), "match": "link=confirm-"}});
    let ask = [
        json!({"type": "navigate", "url": format!("{base}/sign-up")}),
        json!({"type": "click", "selectors": ["#open"]}),
        json!({"type": "click", "selectors": ["#go"]}),
        json!({"type": "waitForElement", "selectors": ["text/Please check your mail"]}),
    ];
    let confirmed = json!({"type": "waitForElement", "selectors": ["text/Confirmed"]});
    let at_once = json!([ask[0], ask[1], ask[2], ask[3], link, confirmed]);
    // Twice: the mail of the first run is an old one to the second.
    for _ in 0..2 {
        let seen = replay(&at_once, true).await;
        assert_eq!(seen.phase, Phase::Successful, "{}", seen.sentence);
    }
    // Something else is done while the mail is on its way.
    let meanwhile = json!({"type": "click", "selectors": ["#card"]});
    let seen =
        replay(&json!([ask[0], ask[1], ask[2], ask[3], meanwhile, link, confirmed]), true).await;
    assert_eq!(seen.phase, Phase::Successful, "{}", seen.sentence);
    // None was asked for: those of other runs are not taken.
    let seen = replay(&json!([ask[0], link]), false).await;
    assert_eq!(seen.phase, Phase::Failed, "{}", seen.sentence);
    assert!(seen.sentence.contains("no new mail"), "{}", seen.sentence);
}
