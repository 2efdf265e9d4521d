//! The JSON that the Recorder of Chrome's DevTools exports, read as a journey.
//!
//! Beside the recorder's own steps there is one of Daytwo's, the `customStep` named `mail-link`.

use std::collections::BTreeMap;

use domain::journey::{Recording, Step, Target};

/// The most steps of a journey.
pub const STEPS_MAX: usize = 200;
/// The longest a step may wait, in milliseconds.
pub const WAIT_MAX_MS: u64 = 60_000;

/// The types of step there are.
const TYPES: [&str; 14] = [
    "setViewport",
    "navigate",
    "click",
    "doubleClick",
    "hover",
    "change",
    "keyDown",
    "keyUp",
    "scroll",
    "waitForElement",
    "waitForExpression",
    "emulateNetworkConditions",
    "close",
    "customStep",
];

/// Reads the recorder's JSON.
///
/// # Errors
/// Where it cannot be read or replayed: the JSON pointer of what is at fault, and why.
pub fn read(json: &serde_json::Value) -> Result<Recording, (String, String)> {
    let fault = |at: &str, why: &str| Err((at.to_owned(), why.to_owned()));
    let Some(steps) = json.get("steps").and_then(serde_json::Value::as_array) else {
        return fault("", "is not a recording: export it from DevTools' Recorder as JSON");
    };
    if steps.is_empty() || steps.len() > STEPS_MAX {
        return fault("/steps", &format!("must be 1 to {STEPS_MAX}, not {}", steps.len()));
    }
    for (n, step) in steps.iter().enumerate() {
        let kind = step.get("type").and_then(serde_json::Value::as_str).unwrap_or_default();
        if !TYPES.contains(&kind) {
            let kind: String = kind.chars().take(40).collect();
            let said = format!("is of the type `{kind}`; there are {}", TYPES.join(", "));
            return Err((format!("/steps/{n}"), said));
        }
    }
    let read = deserialize(json)?;
    for (n, step) in read.steps.iter().enumerate() {
        check(step).map_err(|why| (format!("/steps/{n}"), why))?;
    }
    if read.timeout.is_some_and(|ms| ms > WAIT_MAX_MS) {
        return fault("/timeout", &format!("must be at most {WAIT_MAX_MS} ms"));
    }
    if !matches!(read.steps.iter().find(|step| !is_setting(step)), Some(Step::Navigate { .. })) {
        return fault("/steps", "must begin with a `navigate`");
    }
    Ok(read)
}

fn deserialize(json: &serde_json::Value) -> Result<Recording, (String, String)> {
    let title = json.get("title").and_then(serde_json::Value::as_str).unwrap_or("journey");
    let mut steps = Vec::new();
    for (n, step) in json["steps"].as_array().into_iter().flatten().enumerate() {
        let read = serde_json::from_value(step.clone());
        steps.push(read.map_err(|error| (format!("/steps/{n}"), error.to_string()))?);
    }
    let timeout = json.get("timeout").and_then(serde_json::Value::as_u64);
    Ok(Recording { title: title.chars().take(120).collect(), timeout, steps })
}

/// Whether it only prepares the window, before anything is opened.
const fn is_setting(step: &Step) -> bool {
    matches!(step, Step::SetViewport { .. } | Step::EmulateNetworkConditions {})
}

fn target(step: &Step) -> Option<&Target> {
    match step {
        Step::Click(target)
        | Step::DoubleClick(target)
        | Step::Hover(target)
        | Step::Change { target, .. }
        | Step::WaitForElement { target, .. } => Some(target),
        _ => None,
    }
}

fn check(step: &Step) -> Result<(), String> {
    if let Some(target) = target(step) {
        if target.selectors.is_empty()
            || target.selectors.iter().any(|selector| selector.path().is_empty())
        {
            return Err("has no selector, so that nothing can be found".into());
        }
        if target.timeout.is_some_and(|ms| ms > WAIT_MAX_MS) {
            return Err(format!("waits longer than {WAIT_MAX_MS} ms"));
        }
    }
    match step {
        Step::Navigate { url } if !is_web(url) => {
            Err("opens something other than an http or https address".into())
        }
        Step::SetViewport { width, height }
            if !(100..=4_000).contains(width) || !(100..=4_000).contains(height) =>
        {
            Err("must be 100 to 4000 pixels wide and high".into())
        }
        Step::WaitForExpression { timeout: Some(ms), .. } if *ms > WAIT_MAX_MS => {
            Err(format!("waits longer than {WAIT_MAX_MS} ms"))
        }
        Step::CustomStep { name, parameters } => custom(name, parameters),
        _ => Ok(()),
    }
}

fn custom(name: &str, parameters: &BTreeMap<String, String>) -> Result<(), String> {
    if name != "mail-link" {
        let name: String = name.chars().take(40).collect();
        return Err(format!("is the custom step `{name}`; there is `mail-link`"));
    }
    let inbox = parameters.get("inbox").map(String::as_str).unwrap_or_default();
    if !is_web(inbox) {
        return Err("must name the `inbox`, the http address of a mail catcher".into());
    }
    if parameters.get("match").is_none_or(|part| part.trim().is_empty()) {
        return Err("must say in `match` what the link contains, such as /password/reset".into());
    }
    Ok(())
}

fn is_web(url: &str) -> bool {
    url.starts_with("http://") || url.starts_with("https://")
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use serde_json::json;

    use super::*;

    fn recorded() -> serde_json::Value {
        json!({
            "title": "log in",
            "steps": [
                {"type": "setViewport", "width": 1280, "height": 800, "deviceScaleFactor": 1,
                 "isMobile": false, "hasTouch": false, "isLandscape": false},
                {"type": "navigate", "url": "https://shop.example.org/login", "assertedEvents": [
                    {"type": "navigation", "url": "https://shop.example.org/login", "title": "Log in"}]},
                {"type": "change", "value": "{{email}}", "selectors": [["aria/E-mail"], ["#email"]],
                 "target": "main"},
                {"type": "click", "selectors": ["aria/Log in[role=\"button\"]", ["form > button"]],
                 "offsetX": 12, "offsetY": 7, "target": "main"},
                {"type": "waitForElement", "selectors": ["text/Welcome"], "visible": true},
            ],
        })
    }

    fn with(step: serde_json::Value) -> Result<Recording, (String, String)> {
        let mut json = recorded();
        json["steps"].as_array_mut().unwrap().push(step);
        read(&json)
    }

    #[test]
    fn what_the_recorder_exports_is_read() {
        let recording = read(&recorded()).unwrap();
        assert_eq!(recording.steps.len(), 5);
        assert_eq!(recording.names(), ["email"]);
        assert_eq!(recording.url(), "https://shop.example.org/login");
        let labels: Vec<_> = recording.steps[2..].iter().map(Step::label).collect();
        assert_eq!(labels, ["fill in “E-mail”", "click “Log in”", "wait for “text/Welcome”"]);
    }

    #[rstest]
    #[case(json!({"type": "teleport"}), "is of the type `teleport`")]
    #[case(json!({"type": "navigate", "url": "file:///etc/passwd"}), "other than an http")]
    #[case(json!({"type": "navigate", "url": "chrome://settings"}), "other than an http")]
    #[case(json!({"type": "navigate", "url": "javascript:alert(1)"}), "other than an http")]
    #[case(json!({"type": "click", "selectors": []}), "no selector")]
    #[case(json!({"type": "click", "selectors": ["a"], "timeout": 99_999_999}), "waits longer")]
    #[case(json!({"type": "waitForExpression", "expression": "true", "timeout": 99_999_999}), "waits longer")]
    #[case(json!({"type": "change", "selectors": ["a"]}), "missing field `value`")]
    #[case(json!({"type": "setViewport", "width": 0, "height": 9}), "100 to 4000")]
    #[case(json!({"type": "customStep", "name": "shell", "parameters": {}}), "custom step `shell`")]
    #[case(json!({"type": "customStep", "name": "mail-link", "parameters": {"inbox": "file:///x", "match": "y"}}), "`inbox`")]
    fn what_cannot_be_replayed_is_refused(#[case] step: serde_json::Value, #[case] says: &str) {
        let (at, why) = with(step).unwrap_err();
        assert_eq!(at, "/steps/5");
        assert!(why.contains(says), "{why}");
    }

    #[test]
    fn too_many_steps_are_refused() {
        let step = json!({"type": "scroll", "y": 10});
        let json = json!({"title": "long", "steps": vec![step; 10_000]});
        let (at, why) = read(&json).unwrap_err();
        assert_eq!((at.as_str(), why.contains("not 10000")), ("/steps", true));
        assert!(read(&json!({"title": "none"})).is_err());
        assert!(read(&json!("<html>")).is_err());
        let (at, _) = read(&json!({"steps": [{"type": "close"}]})).unwrap_err();
        assert_eq!(at, "/steps", "it must begin somewhere");
    }
}
