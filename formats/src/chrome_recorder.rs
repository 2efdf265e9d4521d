//! The JSON that the Recorder of Chrome's DevTools exports, read as a journey: what it can say is
//! replayed, and what is not known is refused, since a step that is passed over proves nothing.
//!
//! Source: the schema of `@puppeteer/replay`, which the Recorder follows. Beside its own steps there
//! is one of Daytwo's, the `customStep` named `mail-link`.

use std::collections::BTreeMap;

use domain::journey::{
    Act, Click, Expected, MAIL_LINK, Recording, Selector, Step, keyboard, mail_link,
};
use serde_json::Value;

/// The most steps of a journey.
pub const STEPS_MAX: usize = 200;
/// The longest a step may wait, in milliseconds.
pub const WAIT_MAX_MS: u64 = 60_000;
/// The most elements a step may be asked to count.
const COUNT_MAX: u64 = 100_000;

/// The most pixels of a screen.
const PIXELS_MAX: f64 = 40e6;

/// The fields that each step may have.
const COMMON: [&str; 5] = ["type", "timeout", "assertedEvents", "target", "frame"];
const CLICK: [&str; 6] = ["selectors", "offsetX", "offsetY", "button", "deviceType", "duration"];

/// The types of step there are, with their own fields.
const TYPES: [(&str, &[&str]); 14] = [
    (
        "setViewport",
        &["width", "height", "deviceScaleFactor", "isMobile", "hasTouch", "isLandscape"],
    ),
    ("navigate", &["url"]),
    ("click", &CLICK),
    ("doubleClick", &CLICK),
    ("hover", &["selectors"]),
    ("change", &["selectors", "value"]),
    ("keyDown", &["key"]),
    ("keyUp", &["key"]),
    ("scroll", &["selectors", "x", "y"]),
    ("waitForElement", &["selectors", "operator", "count", "visible", "properties", "attributes"]),
    ("waitForExpression", &["expression"]),
    ("emulateNetworkConditions", &["download", "upload", "latency"]),
    ("close", &[]),
    ("customStep", &["name", "parameters"]),
];

/// Reads the recorder's JSON.
///
/// # Errors
/// Where it cannot be read or replayed: the JSON pointer of what is at fault, and why.
pub fn read(json: &Value) -> Result<Recording, (String, String)> {
    let fault = |at: &str, why: &str| Err((at.to_owned(), why.to_owned()));
    let Some(steps) = json.get("steps").and_then(Value::as_array) else {
        return fault("", "is not a recording: export it from DevTools' Recorder as JSON");
    };
    if steps.is_empty() || steps.len() > STEPS_MAX {
        return fault("/steps", &format!("must be 1 to {STEPS_MAX}, not {}", steps.len()));
    }
    for (n, step) in steps.iter().enumerate() {
        known(step).map_err(|why| (format!("/steps/{n}"), why))?;
    }
    let read = deserialize(json)?;
    for (n, step) in read.steps.iter().enumerate() {
        check(step).map_err(|why| (format!("/steps/{n}"), why))?;
    }
    if read.timeout.is_some_and(|ms| ms > WAIT_MAX_MS) {
        return fault("/timeout", &format!("must be at most {WAIT_MAX_MS} ms"));
    }
    let first = read.steps.iter().map(|step| &step.act).find(|act| !is_setting(act));
    if !matches!(first, Some(Act::Navigate { .. })) {
        return fault("/steps", "must begin with a `navigate`");
    }
    Ok(read)
}

/// Whether a step has only what is known of its type.
fn known(step: &Value) -> Result<(), String> {
    let kind = step.get("type").and_then(Value::as_str).unwrap_or_default();
    let Some((_, own)) = TYPES.iter().find(|(name, _)| *name == kind) else {
        let names: Vec<_> = TYPES.iter().map(|(name, _)| *name).collect();
        return Err(format!("is of the type `{}`; there are {}", short(kind), names.join(", ")));
    };
    let fields = step.as_object().into_iter().flatten().map(|(name, _)| name.as_str());
    let mut strange = fields.filter(|name| !COMMON.contains(name) && !own.contains(name));
    match strange.next() {
        None => Ok(()),
        Some(name) => Err(format!(
            "has a field `{}`, which a `{kind}` does not have, so that it cannot be said what it \
             asks for; it may have {}",
            short(name),
            own.iter().chain(&COMMON[1..]).copied().collect::<Vec<_>>().join(", ")
        )),
    }
}

fn short(text: &str) -> String {
    text.chars().take(40).collect()
}

fn deserialize(json: &Value) -> Result<Recording, (String, String)> {
    let title = json.get("title").and_then(Value::as_str).unwrap_or("journey");
    let mut steps = Vec::new();
    for (n, step) in json["steps"].as_array().into_iter().flatten().enumerate() {
        let read = serde_json::from_value(step.clone());
        steps.push(read.map_err(|error| (format!("/steps/{n}"), error.to_string()))?);
    }
    let timeout = json.get("timeout").and_then(Value::as_u64);
    Ok(Recording { title: title.chars().take(120).collect(), timeout, steps })
}

/// Whether it only prepares the window, before anything is opened.
const fn is_setting(act: &Act) -> bool {
    matches!(act, Act::SetViewport { .. } | Act::EmulateNetworkConditions { .. })
}

fn selectors(act: &Act) -> Option<&[Selector]> {
    match act {
        Act::Click(Click { selectors, .. })
        | Act::DoubleClick(Click { selectors, .. })
        | Act::Hover { selectors }
        | Act::Change { selectors, .. }
        | Act::WaitForElement(Expected { selectors, .. }) => Some(selectors),
        Act::Scroll { selectors, .. } if !selectors.is_empty() => Some(selectors),
        _ => None,
    }
}

fn check(step: &Step) -> Result<(), String> {
    if let Some(selectors) = selectors(&step.act)
        && (selectors.is_empty() || selectors.iter().any(|selector| !finds(selector)))
    {
        return Err("has no selector, or an empty one, so that nothing can be found".into());
    }
    if step.timeout.is_some_and(|ms| ms > WAIT_MAX_MS) {
        return Err(format!("waits longer than {WAIT_MAX_MS} ms"));
    }
    match &step.act {
        Act::Navigate { url } if !is_web(url) => {
            Err("opens something other than an http or https address".into())
        }
        Act::SetViewport { width, height, .. }
            if !(100..=4_000).contains(width) || !(100..=4_000).contains(height) =>
        {
            Err("must be 100 to 4000 pixels wide and high".into())
        }
        Act::SetViewport { width, height, device_scale_factor: Some(scale), .. }
            if !scale.as_f64().is_some_and(|scale| {
                (0.0..=4.0).contains(&scale)
                    && f64::from(*width) * f64::from(*height) * scale * scale <= PIXELS_MAX
            }) =>
        {
            Err("must have a `deviceScaleFactor` of 0 to 4, and at most 40 million pixels".into())
        }
        Act::Click(Click { duration: Some(ms), .. })
        | Act::DoubleClick(Click { duration: Some(ms), .. })
            if *ms > WAIT_MAX_MS =>
        {
            Err(format!("holds the button longer than {WAIT_MAX_MS} ms"))
        }
        Act::KeyDown { key } | Act::KeyUp { key } if keyboard::key(key, false).is_none() => {
            let example = "such as `Enter`, `Control`, `a` or `KeyA`";
            Err(format!("is about the key `{}`, which no keyboard has; {example}", short(key)))
        }
        Act::WaitForElement(Expected { count: Some(count), .. }) if *count > COUNT_MAX => {
            Err(format!("counts to more than {COUNT_MAX}"))
        }
        Act::WaitForExpression { expression } if expression.trim().is_empty() => {
            Err("waits for an empty expression".into())
        }
        Act::CustomStep { name, parameters } => custom(name, parameters),
        _ => Ok(()),
    }
}

/// Whether a selector, without the word for its kind, says anything.
fn finds(selector: &Selector) -> bool {
    let says = |part: &String| {
        let kinds = ["aria/", "xpath/", "pierce/", "text/"];
        let rest = kinds.iter().find_map(|kind| part.strip_prefix(kind)).unwrap_or(part);
        !rest.trim().is_empty()
    };
    !selector.path().is_empty() && selector.path().iter().all(says)
}

fn custom(name: &str, parameters: &BTreeMap<String, String>) -> Result<(), String> {
    if name != MAIL_LINK {
        return Err(format!("is the custom step `{}`; there is `{MAIL_LINK}`", short(name)));
    }
    let (inbox, part) = mail_link(parameters);
    if !is_web(inbox) {
        return Err("must name the `inbox`, the http address of a mail catcher".into());
    }
    if part.trim().is_empty() {
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
    #[case(json!({"type": "click", "selectors": [[]]}), "no selector")]
    #[case(json!({"type": "click", "selectors": ["text/"]}), "no selector")]
    #[case(json!({"type": "scroll", "selectors": [[""]]}), "no selector")]
    #[case(json!({"type": "click", "selectors": ["a"], "button": "third"}), "unknown variant `third`")]
    #[case(json!({"type": "click", "selectors": ["a"], "assertedEvents": [{"type": "download"}]}), "unknown variant `download`")]
    #[case(json!({"type": "click", "selectors": ["a"], "frame": "main"}), "invalid type")]
    #[case(json!({"type": "click", "selectors": ["a"], "frame": [-1]}), "invalid value")]
    #[case(json!({"type": "click", "selectors": ["a"], "modifiers": ["Control"]}), "has a field `modifiers`")]
    #[case(json!({"type": "waitForElement", "selectors": ["a"], "attribute": {"x": "y"}}), "has a field `attribute`")]
    #[case(json!({"type": "waitForElement", "selectors": ["a"], "operator": ">"}), "unknown variant `>`")]
    #[case(json!({"type": "waitForElement", "selectors": ["a"], "count": -1}), "invalid value")]
    #[case(json!({"type": "waitForElement", "selectors": ["a"], "attributes": {"x": 1}}), "invalid type")]
    #[case(json!({"type": "waitForExpression", "expression": " "}), "empty expression")]
    #[case(json!({"type": "keyDown", "key": "Ctrl"}), "the key `Ctrl`")]
    #[case(json!({"type": "click", "selectors": ["a"], "timeout": 99_999_999}), "waits longer")]
    #[case(json!({"type": "waitForExpression", "expression": "true", "timeout": 99_999_999}), "waits longer")]
    #[case(json!({"type": "change", "selectors": ["a"]}), "missing field `value`")]
    #[case(json!({"type": "setViewport", "width": 0, "height": 9}), "100 to 4000")]
    #[case(json!({"type": "setViewport", "width": 4000, "height": 4000, "deviceScaleFactor": 4}), "40 million")]
    #[case(json!({"type": "customStep", "name": "shell", "parameters": {}}), "custom step `shell`")]
    #[case(json!({"type": "customStep", "name": "mail-link", "parameters": {"inbox": "file:///x", "match": "y"}}), "`inbox`")]
    fn what_cannot_be_replayed_is_refused(#[case] step: serde_json::Value, #[case] says: &str) {
        let (at, why) = with(step).unwrap_err();
        assert_eq!(at, "/steps/5");
        assert!(why.contains(says), "{why}");
    }

    #[test]
    fn what_a_step_asserts_and_where_it_happens_is_kept() {
        let step = json!({
            "type": "click", "target": "https://pay.example.org/", "frame": [1, 0],
            "selectors": [["#host", "aria/Pay"]], "button": "secondary", "offsetX": 12.5,
            "offsetY": 7, "duration": 60, "deviceType": "touch", "timeout": 900,
            "assertedEvents": [{"type": "navigation", "url": "https://shop.example.org/x", "title": ""}],
        });
        let recording = with(step).unwrap();
        let Some(step) = recording.steps.last() else { panic!() };
        assert_eq!(step.place.elsewhere(), Some("https://pay.example.org/"));
        assert_eq!((step.place.frame.as_slice(), step.timeout), ([1, 0].as_slice(), Some(900)));
        assert!(step.asserts_navigation());
        assert_eq!(step.label(), "right-click “Pay”");
        let wait = json!({
            "type": "waitForElement", "selectors": ["li"], "operator": "<=", "count": 3,
            "visible": false, "properties": {"dataset": {"state": "done"}}, "attributes": {"a": "b"},
        });
        let recording = with(wait).unwrap();
        let kept = serde_json::to_value(&recording).unwrap();
        assert_eq!(read(&kept).unwrap(), recording, "what is kept says the same");
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
