//! Browser journeys: recorded flows, which a check replays.
//!
//! They have the form of Chrome's DevTools Recorder, whose files `formats` reads and checks.
//!
//! Beside the recorder's own steps there is one: a `customStep` named `mail-link` opens the link of
//! a mail, for password resets and confirmations. In values and addresses, `{{name}}` stands for the
//! secret of that name, and `{{run}}` for a text that no other run has.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Number, Value};

pub mod keyboard;

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

/// Where on the screen a step happens.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The address of the tab, or of a frame in one; `main` and absent are the first tab.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// Which frame of it: the number of the frame in the page, then of the frame in that one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub frame: Vec<usize>,
}

impl Place {
    /// The address of what is not the first tab.
    #[must_use]
    pub fn elsewhere(&self) -> Option<&str> {
        self.target.as_deref().filter(|target| *target != "main" && !target.is_empty())
    }
}

/// What must happen because of a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "camelCase")]
pub enum AssertedEvent {
    /// A page comes; which one is noted and may differ.
    Navigation {
        /// Its address when it was recorded.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        url: Option<String>,
        /// Its title when it was recorded.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        title: Option<String>,
    },
}

/// A step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Step {
    /// What is done.
    #[serde(flatten)]
    pub act: Act,
    /// Where.
    #[serde(flatten)]
    pub place: Place,
    /// How long it may wait, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout: Option<u64>,
    /// What must come of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub asserted_events: Vec<AssertedEvent>,
}

/// A button of the mouse.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Button {
    /// The left one of most mice.
    #[default]
    Primary,
    /// The wheel.
    Auxiliary,
    /// The right one.
    Secondary,
    /// Back.
    Back,
    /// Forward.
    Forward,
}

impl Button {
    fn is_primary(&self) -> bool {
        *self == Self::Primary
    }
}

/// A click on something.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Click {
    /// Alternative selectors, best first.
    #[serde(default)]
    pub selectors: Vec<Selector>,
    /// With what.
    #[serde(default, skip_serializing_if = "Button::is_primary")]
    pub button: Button,
    /// How far from the left of the element, in CSS pixels; its middle where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offset_x: Option<Number>,
    /// How far from its top.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offset_y: Option<Number>,
    /// How long the button is held, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration: Option<u64>,
}

/// How a number of elements compares with the one a step names.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Operator {
    /// At least.
    #[default]
    #[serde(rename = ">=")]
    AtLeast,
    /// Exactly.
    #[serde(rename = "==")]
    Exactly,
    /// At most.
    #[serde(rename = "<=")]
    AtMost,
}

impl Operator {
    /// Whether so many are as many as wanted.
    #[must_use]
    pub const fn holds(self, found: u64, wanted: u64) -> bool {
        match self {
            Self::AtLeast => found >= wanted,
            Self::Exactly => found == wanted,
            Self::AtMost => found <= wanted,
        }
    }

    /// In words, before a number.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::AtLeast => "at least",
            Self::Exactly => "exactly",
            Self::AtMost => "at most",
        }
    }
}

/// What to wait for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Expected {
    /// Alternative selectors: the first that finds anything.
    #[serde(default)]
    pub selectors: Vec<Selector>,
    /// How the number of elements compares with `count`; at least where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operator: Option<Operator>,
    /// How many; one where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<u64>,
    /// `true`: what is found must be seen. `false`: the opposite of the whole step must hold, so that
    /// it waits until there is no such element. Whether or not it can be seen where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visible: Option<bool>,
    /// What each of them must have as properties; objects match by their members.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub properties: Map<String, Value>,
    /// What each of them must have as attributes.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub attributes: BTreeMap<String, String>,
}

/// What a step does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Act {
    /// The size of the window, and what kind of screen it is on.
    SetViewport {
        /// In CSS pixels.
        width: u32,
        /// In CSS pixels.
        height: u32,
        /// Pixels of the screen to a CSS pixel; 1 where absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        device_scale_factor: Option<Number>,
        /// Whether the page's own viewport counts, as on telephones.
        #[serde(default, skip_serializing_if = "is_false")]
        is_mobile: bool,
        /// Whether it can be touched.
        #[serde(default, skip_serializing_if = "is_false")]
        has_touch: bool,
        /// Whether it is held sideways.
        #[serde(default, skip_serializing_if = "is_false")]
        is_landscape: bool,
    },
    /// Open an address.
    Navigate {
        /// `http` or `https`.
        url: String,
    },
    /// Click.
    Click(Click),
    /// Click twice.
    DoubleClick(Click),
    /// Point at it.
    Hover {
        /// Alternative selectors, best first.
        #[serde(default)]
        selectors: Vec<Selector>,
    },
    /// Put a value into a field.
    Change {
        /// The value.
        value: String,
        /// Alternative selectors of the field, best first.
        #[serde(default)]
        selectors: Vec<Selector>,
    },
    /// Press a key and hold it.
    KeyDown {
        /// Which, such as `Enter`.
        key: String,
    },
    /// Let a key go.
    KeyUp {
        /// Which.
        key: String,
    },
    /// Scroll the page, or an element in it.
    Scroll {
        /// How far from the left, in CSS pixels.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        x: Option<Number>,
        /// How far from the top, in CSS pixels.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        y: Option<Number>,
        /// Alternative selectors of the element; none for the page.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        selectors: Vec<Selector>,
    },
    /// Wait until something is there, or is not.
    WaitForElement(Expected),
    /// Wait until an expression of the page is true; a promise is awaited.
    WaitForExpression {
        /// The expression.
        expression: String,
    },
    /// A slower network, as in the recording. All zero is none at all.
    EmulateNetworkConditions {
        /// Bytes a second.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        download: Option<Number>,
        /// Bytes a second.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        upload: Option<Number>,
        /// Milliseconds.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        latency: Option<Number>,
    },
    /// Close the tab.
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

/// The name of the custom step that opens the link of a mail.
pub const MAIL_LINK: &str = "mail-link";

/// What it asks for in a mail: the inbox, and what the link contains.
#[must_use]
pub fn mail_link(parameters: &BTreeMap<String, String>) -> (&str, &str) {
    let of = |name: &str| parameters.get(name).map(String::as_str).unwrap_or_default();
    (of("inbox"), of("match"))
}

fn is_false(value: &bool) -> bool {
    !value
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
        let found = self.steps.iter().find_map(|step| match &step.act {
            Act::Navigate { url } => Some(url.as_str()),
            _ => None,
        });
        found.unwrap_or_default()
    }
}

/// The name of what no other run has.
pub const RUN: &str = "run";

impl Step {
    fn texts(&self) -> Vec<&str> {
        match &self.act {
            Act::Navigate { url } => vec![url],
            Act::Change { value, .. } => vec![value],
            Act::CustomStep { parameters, .. } => parameters.values().map(String::as_str).collect(),
            _ => Vec::new(),
        }
    }

    /// Whether a page must come because of it.
    #[must_use]
    pub const fn asserts_navigation(&self) -> bool {
        !self.asserted_events.is_empty()
    }

    /// What it does, in a few words.
    #[must_use]
    pub fn label(&self) -> String {
        let at = |verb: &str, selectors: &[Selector]| format!("{verb} {}", named(selectors));
        match &self.act {
            Act::SetViewport { width, height, .. } => format!("window of {width} × {height}"),
            Act::Navigate { url } => format!("open {url}"),
            Act::Click(click) => match click.button {
                Button::Primary => at("click", &click.selectors),
                Button::Secondary => at("right-click", &click.selectors),
                Button::Auxiliary => at("middle-click", &click.selectors),
                Button::Back => at("click back on", &click.selectors),
                Button::Forward => at("click forward on", &click.selectors),
            },
            Act::DoubleClick(click) => at("double-click", &click.selectors),
            Act::Hover { selectors } => at("point at", selectors),
            Act::Change { selectors, .. } => at("fill in", selectors),
            Act::KeyDown { key } => format!("press {key}"),
            Act::KeyUp { key } => format!("let {key} go"),
            Act::Scroll { selectors, .. } if selectors.is_empty() => "scroll".into(),
            Act::Scroll { selectors, .. } => at("scroll in", selectors),
            Act::WaitForElement(expected) if expected.visible == Some(false) => {
                at("wait for the end of", &expected.selectors)
            }
            Act::WaitForElement(expected) => at("wait for", &expected.selectors),
            Act::WaitForExpression { .. } => "wait for an expression".into(),
            Act::EmulateNetworkConditions { .. } => "slow the network".into(),
            Act::Close {} => "close".into(),
            Act::CustomStep { .. } => "open the link of the mail".into(),
        }
    }
}

/// What something is called: its accessible name where it was recorded, else its first selector.
fn named(selectors: &[Selector]) -> String {
    let selectors = || selectors.iter().filter_map(|selector| selector.path().last());
    let aria = selectors().find_map(|text| text.strip_prefix("aria/"));
    let name = aria.or_else(|| selectors().next().map(String::as_str)).unwrap_or("it");
    let name = name.split("[role=").next().unwrap_or(name);
    let short: String = name.chars().take(60).collect();
    format!("“{short}”")
}
