//! Browser journeys: recorded flows, which a check replays.
//!
//! They have the form of Chrome's DevTools Recorder, whose files `formats` reads and checks.
//!
//! Beside the recorder's own steps there is one: a `customStep` named `mail-link` opens the link of
//! a mail, for password resets and confirmations. In values and addresses, `{{name}}` stands for the
//! secret of that name, and `{{run}}` for a text that no other run has.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

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

impl Recording {
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

impl Step {
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
