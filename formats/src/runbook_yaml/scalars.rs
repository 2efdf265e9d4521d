//! The single values of a runbook's YAML form: names, titles, words, durations.

use domain::deployment::DeploymentKind;

use super::fields::{Errors, Text};
use super::offset;

/// The shortest and the longest watch, in seconds: a minute and 90 days.
const WATCH_RANGE_S: std::ops::RangeInclusive<u64> = 60..=90 * 86_400;
/// A due offset is at most a year, in seconds.
const MAX_DUE_S: u64 = 366 * 86_400;
const MAX_TITLE_CHARS: usize = 200;

/// Reads how long a deployment is watched, in seconds.
pub(super) fn read_watch(text: &Text, errors: &mut Errors) -> Option<u64> {
    match offset::parse(&text.value) {
        Some(seconds) if WATCH_RANGE_S.contains(&seconds) => Some(seconds),
        Some(_) => {
            let message = format!("`{}` is out of range; write 1m to 90d", text.value);
            errors.add(text.place, "watch", message);
            None
        }
        None => {
            let message =
                format!("`{}` is not a duration; write one such as 48h or 30d", text.value);
            errors.add(text.place, "watch", message);
            None
        }
    }
}

/// Reads when an item is due, in seconds after the deploy.
pub(super) fn read_due(text: &Text, item: &str, errors: &mut Errors) -> Option<u64> {
    let due = text.value.strip_prefix("T+").and_then(offset::parse);
    match due {
        Some(seconds) if seconds <= MAX_DUE_S => due,
        Some(_) => {
            let message =
                format!("`{}` is more than 366 days after the deploy; write less", text.value);
            errors.add(text.place, &format!("{item}.due"), message);
            None
        }
        None => {
            let message = format!(
                "`{}` is not an offset from the deploy; write one such as T+15m, T+48h or T+30d",
                excerpt(&text.value)
            );
            errors.add(text.place, &format!("{item}.due"), message);
            None
        }
    }
}

/// Reads a kind of deployment.
pub(super) fn read_kind(word: &str) -> Result<DeploymentKind, String> {
    let known: Vec<_> = DeploymentKind::ALL.iter().map(|kind| kind.as_str()).collect();
    DeploymentKind::parse(word).ok_or_else(|| unknown(word, "kind of deployment", &known))
}

/// Reads the name of an environment.
pub(super) fn read_environment(word: &str) -> Result<String, String> {
    if is_name(word) { Ok(word.to_owned()) } else { Err(bad_name(word)) }
}

/// Reads a slug, a key or a role.
pub(super) fn read_name(text: Option<Text>, path: &str, errors: &mut Errors) -> Option<String> {
    let text = text?;
    if is_name(&text.value) {
        return Some(text.value);
    }
    errors.add(text.place, path, bad_name(&text.value));
    None
}

fn is_name(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

fn bad_name(text: &str) -> String {
    format!("`{}` is not a name; use 1 to 64 of a-z, 0-9 and `-`", excerpt(text))
}

/// Reads a title: one line, not empty.
pub(super) fn read_title(text: Option<Text>, path: &str, errors: &mut Errors) -> Option<String> {
    let text = text?;
    let title = text.value.trim();
    let problem = if title.is_empty() {
        "is empty; write a short title"
    } else if title.chars().any(char::is_control) {
        "has a line break or control character; write one line"
    } else if title.chars().count() > MAX_TITLE_CHARS {
        "is longer than 200 characters; shorten it"
    } else {
        return Some(title.to_owned());
    };
    errors.add(text.place, path, problem);
    None
}

/// Says that a word is not one of the known ones.
pub(super) fn unknown(word: &str, what: &str, known: &[&str]) -> String {
    format!("`{}` is not a known {what}; use one of {}", excerpt(word), known.join(", "))
}

/// The beginning of a text, for a message.
fn excerpt(text: &str) -> String {
    let mut short: String =
        text.chars().take(60).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.chars().nth(60).is_some() {
        short.push('…');
    }
    short
}
