//! Browser journeys: flows recorded with Chrome's DevTools Recorder, as its JSON has them.
//!
//! Beside the recorder's own steps there is one: a `customStep` named `mail-link` opens the link of
//! a mail, for password resets and confirmations. In values and addresses, `{{name}}` stands for the
//! secret of that name, and `{{run}}` for a text that no other run has.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The most steps of a journey.
pub const STEPS_MAX: usize = 200;
/// The longest a step may wait, in milliseconds.
pub const WAIT_MAX_MS: u64 = 60_000;

/// A recorded flow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recording {
    /// What it is called.
    pub title: String,
    /// How long a step may wait, in milliseconds; 10,000 where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout: Option<u64>,
    /// The steps.
    pub steps: Vec<Step>,
}

/// A selector: one, or a path of them through shadow roots.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Selector {
    /// One.
    One(String),
    /// A path.
    Path(Vec<String>),
}

impl Selector {
    /// The path.
    #[must_use]
    pub fn path(&self) -> &[String] {
        match self {
            Self::One(one) => std::slice::from_ref(one),
            Self::Path(path) => path,
        }
    }
}

/// What a step is about: the first selector that finds something.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// The selectors, best first.
    #[serde(default)]
    pub selectors: Vec<Selector>,
    /// How long to wait for it, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout: Option<u64>,
}

/// A step. What the recorder adds beside these fields does not matter to a replay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "camelCase")]
pub enum Step {
    /// The size of the window.
    SetViewport {
        /// In CSS pixels.
        width: u32,
        /// In CSS pixels.
        height: u32,
    },
    /// Open an address.
    Navigate {
        /// `http` or `https`.
        url: String,
    },
    /// Click.
    Click(Target),
    /// Click twice.
    DoubleClick(Target),
    /// Point at it.
    Hover(Target),
    /// Put a value into a field.
    Change {
        /// The value.
        value: String,
        /// The field.
        #[serde(flatten)]
        target: Target,
    },
    /// Press a key.
    KeyDown {
        /// Which, such as `Enter`.
        key: String,
    },
    /// Let a key go.
    KeyUp {
        /// Which.
        key: String,
    },
    /// Scroll.
    Scroll {
        /// To the right, in CSS pixels.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        x: Option<i64>,
        /// Down, in CSS pixels.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        y: Option<i64>,
    },
    /// Wait until something is there.
    WaitForElement {
        /// What.
        #[serde(flatten)]
        target: Target,
        /// Whether it must be visible; whether or not where absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        visible: Option<bool>,
    },
    /// Wait until an expression of the page is true.
    WaitForExpression {
        /// The expression.
        expression: String,
        /// How long, in milliseconds.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        timeout: Option<u64>,
    },
    /// Of a recording for a slow network: a replay measures the network there is.
    EmulateNetworkConditions {},
    /// Close the page: the end.
    Close {},
    /// A step of our own.
    CustomStep {
        /// `mail-link`.
        name: String,
        /// Its parameters.
        #[serde(default)]
        parameters: BTreeMap<String, String>,
    },
}

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

impl Recording {
    /// Reads the recorder's JSON.
    ///
    /// # Errors
    /// Where it cannot be read or replayed: the JSON pointer of what is at fault, and why.
    pub fn read(json: &serde_json::Value) -> Result<Self, (String, String)> {
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
        let read: Self = serde_path(json)?;
        for (n, step) in read.steps.iter().enumerate() {
            step.check().map_err(|why| (format!("/steps/{n}"), why))?;
        }
        if read.timeout.is_some_and(|ms| ms > WAIT_MAX_MS) {
            return fault("/timeout", &format!("must be at most {WAIT_MAX_MS} ms"));
        }
        if !matches!(read.steps.iter().find(|step| !step.is_setting()), Some(Step::Navigate { .. }))
        {
            return fault("/steps", "must begin with a `navigate`");
        }
        Ok(read)
    }

    /// The names that stand in it for secrets.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        let mut names = Vec::new();
        for text in self.steps.iter().flat_map(Step::texts) {
            let mut rest = text;
            while let Some((_, inside)) = rest.split_once("{{") {
                let Some((name, after)) = inside.split_once("}}") else { break };
                let name = name.trim().to_owned();
                if name != RUN && !names.contains(&name) {
                    names.push(name);
                }
                rest = after;
            }
        }
        names
    }

    /// Where it begins.
    #[must_use]
    pub fn url(&self) -> &str {
        let found = self.steps.iter().find_map(|step| match step {
            Step::Navigate { url } => Some(url.as_str()),
            _ => None,
        });
        found.unwrap_or_default()
    }
}

/// The name of what no other run has.
pub const RUN: &str = "run";

fn serde_path(json: &serde_json::Value) -> Result<Recording, (String, String)> {
    let title = json.get("title").and_then(serde_json::Value::as_str).unwrap_or("journey");
    let mut steps = Vec::new();
    for (n, step) in json["steps"].as_array().into_iter().flatten().enumerate() {
        let read = serde_json::from_value(step.clone());
        steps.push(read.map_err(|error| (format!("/steps/{n}"), error.to_string()))?);
    }
    let timeout = json.get("timeout").and_then(serde_json::Value::as_u64);
    Ok(Recording { title: title.chars().take(120).collect(), timeout, steps })
}

impl Step {
    /// Whether it only sets the stage.
    const fn is_setting(&self) -> bool {
        matches!(self, Self::SetViewport { .. } | Self::EmulateNetworkConditions {})
    }

    fn texts(&self) -> Vec<&str> {
        match self {
            Self::Navigate { url } => vec![url],
            Self::Change { value, .. } => vec![value],
            Self::CustomStep { parameters, .. } => {
                parameters.values().map(String::as_str).collect()
            }
            _ => Vec::new(),
        }
    }

    fn target(&self) -> Option<&Target> {
        match self {
            Self::Click(target)
            | Self::DoubleClick(target)
            | Self::Hover(target)
            | Self::Change { target, .. }
            | Self::WaitForElement { target, .. } => Some(target),
            _ => None,
        }
    }

    fn check(&self) -> Result<(), String> {
        if let Some(target) = self.target() {
            if target.selectors.is_empty()
                || target.selectors.iter().any(|selector| selector.path().is_empty())
            {
                return Err("has no selector, so that nothing can be found".into());
            }
            if target.timeout.is_some_and(|ms| ms > WAIT_MAX_MS) {
                return Err(format!("waits longer than {WAIT_MAX_MS} ms"));
            }
        }
        match self {
            Self::Navigate { url } if !is_web(url) => {
                Err("opens something other than an http or https address".into())
            }
            Self::SetViewport { width, height }
                if !(100..=4_000).contains(width) || !(100..=4_000).contains(height) =>
            {
                Err("must be 100 to 4000 pixels wide and high".into())
            }
            Self::WaitForExpression { timeout: Some(ms), .. } if *ms > WAIT_MAX_MS => {
                Err(format!("waits longer than {WAIT_MAX_MS} ms"))
            }
            Self::CustomStep { name, parameters } => custom(name, parameters),
            _ => Ok(()),
        }
    }

    /// What it does, in a few words.
    #[must_use]
    pub fn label(&self) -> String {
        let at = |verb: &str, target: &Target| format!("{verb} {}", named(target));
        match self {
            Self::SetViewport { width, height } => format!("window of {width} × {height}"),
            Self::Navigate { url } => format!("open {url}"),
            Self::Click(target) => at("click", target),
            Self::DoubleClick(target) => at("double-click", target),
            Self::Hover(target) => at("point at", target),
            Self::Change { target, .. } => at("fill in", target),
            Self::KeyDown { key } => format!("press {key}"),
            Self::KeyUp { key } => format!("let {key} go"),
            Self::Scroll { .. } => "scroll".into(),
            Self::WaitForElement { target, .. } => at("wait for", target),
            Self::WaitForExpression { .. } => "wait for an expression".into(),
            Self::EmulateNetworkConditions {} => "network as it is".into(),
            Self::Close {} => "close".into(),
            Self::CustomStep { .. } => "open the link of the mail".into(),
        }
    }
}

/// What a target is called: its accessible name where it was recorded, else its first selector.
fn named(target: &Target) -> String {
    let selectors = || target.selectors.iter().filter_map(|selector| selector.path().last());
    let aria = selectors().find_map(|text| text.strip_prefix("aria/"));
    let name = aria.or_else(|| selectors().next().map(String::as_str)).unwrap_or("it");
    let name = name.split("[role=").next().unwrap_or(name);
    let short: String = name.chars().take(60).collect();
    format!("“{short}”")
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
        Recording::read(&json)
    }

    #[test]
    fn what_the_recorder_exports_is_read() {
        let read = Recording::read(&recorded()).unwrap();
        assert_eq!(read.steps.len(), 5);
        assert_eq!(read.names(), ["email"]);
        assert_eq!(read.url(), "https://shop.example.org/login");
        let labels: Vec<_> = read.steps[2..].iter().map(Step::label).collect();
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
        let (at, why) = Recording::read(&json).unwrap_err();
        assert_eq!((at.as_str(), why.contains("not 10000")), ("/steps", true));
        assert!(Recording::read(&json!({"title": "none"})).is_err());
        assert!(Recording::read(&json!("<html>")).is_err());
        let (at, _) = Recording::read(&json!({"steps": [{"type": "close"}]})).unwrap_err();
        assert_eq!(at, "/steps", "it must begin somewhere");
    }
}
