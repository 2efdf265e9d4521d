//! A runbook read from its YAML form: everything that is wrong with it, at once.

use super::fields::{Errors, Fields, Text};
use super::node::{Node, Value};
use super::read_item::read_items;
use super::{
    AppliesTo, Cadence, Condition, DEFAULT_WATCH_S, Duty, Runbook, RunbookError,
    SignOffRequirement, offset, types,
};
use crate::words::DeploymentKind;

/// The shortest and the longest watch, in seconds: a minute and 90 days.
const WATCH_RANGE_S: std::ops::RangeInclusive<u64> = 60..=90 * 86_400;
const MAX_SIGNERS: u32 = 20;
const MAX_TITLE_CHARS: usize = 200;

impl Runbook {
    /// Reads the YAML form. `file_name` is only for the messages.
    ///
    /// # Errors
    ///
    /// Everything that is wrong (at most 100 things), in the order of the file; a single error where the text is not YAML, larger
    /// than 256 KiB, or beyond the limits on depth and aliases.
    pub fn from_yaml(file_name: &str, text: &str) -> Result<Self, Vec<RunbookError>> {
        let root = Node::parse(file_name, text).map_err(|error| vec![error])?;
        let mut errors = Errors::new(file_name);
        let runbook = read_runbook(root, &mut errors);
        let mut errors = errors.list;
        match runbook {
            Some(runbook) if errors.is_empty() => Ok(runbook),
            _ => {
                errors.sort_by_key(|error| (error.line, error.column));
                Err(errors)
            }
        }
    }
}

/// `None` only where an error is noted.
fn read_runbook(root: Node, errors: &mut Errors) -> Option<Runbook> {
    let mut fields = Fields::open(root, "", errors)?;
    let slug = read_name(fields.needed_text("slug", errors), &fields.path("slug"), errors);
    let title = read_title(fields.needed_text("title", errors), &fields.path("title"), errors);
    let description = fields.text("description", errors).map_or_else(String::new, |t| t.value);
    let applies_to = match fields.take("applies_to") {
        Some(node) => read_applies_to(node, errors),
        None => Some(AppliesTo::default()),
    };
    let watch_s = match fields.text("watch", errors) {
        Some(text) => read_watch(&text, errors),
        None => Some(DEFAULT_WATCH_S),
    };
    let sign_off = match fields.list("sign_off", errors) {
        Some(list) => read_sign_off(list, errors),
        None => types::default_sign_off(),
    };
    let items = read_items(&mut fields, errors);
    fields.finish(errors);
    Some(Runbook {
        slug: slug?,
        title: title?,
        description,
        applies_to: applies_to?,
        watch_s: watch_s?,
        sign_off,
        items,
    })
}

fn read_applies_to(node: Node, errors: &mut Errors) -> Option<AppliesTo> {
    let mut fields = Fields::open(node, "applies_to", errors)?;
    let kinds = fields.words("kinds", errors, read_kind).unwrap_or_default();
    let environments = fields.words("environments", errors, read_environment).unwrap_or_default();
    let duty = match fields.take("duty") {
        Some(node) => read_duty(node, errors),
        None => None,
    };
    fields.finish(errors);
    Some(AppliesTo { kinds, environments, duty })
}

fn read_duty(node: Node, errors: &mut Errors) -> Option<Duty> {
    let mut fields = Fields::open(node, "applies_to.duty", errors)?;
    let path = fields.path("cadence");
    let cadence = fields.needed_text("cadence", errors).and_then(|text| {
        let cadence = Cadence::parse(&text.value);
        if cadence.is_none() {
            errors.add(text.place, &path, unknown(&text.value, "cadence", &cadences()));
        }
        cadence
    });
    fields.finish(errors);
    Some(Duty { cadence: cadence? })
}

fn cadences() -> Vec<&'static str> {
    Cadence::ALL.iter().map(|cadence| cadence.as_str()).collect()
}

fn read_watch(text: &Text, errors: &mut Errors) -> Option<u64> {
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

fn read_sign_off(list: Vec<(String, Node)>, errors: &mut Errors) -> Vec<SignOffRequirement> {
    let mut requirements: Vec<SignOffRequirement> = Vec::new();
    for (path, node) in list {
        let Some(mut fields) = Fields::open(node, &path, errors) else { continue };
        let place = fields.place();
        let role = read_name(fields.needed_text("role", errors), &fields.path("role"), errors);
        let count = fields.take("count").map_or(1, |node| match node.value {
            Value::Whole(count) if (1..=i128::from(MAX_SIGNERS)).contains(&count) => {
                u32::try_from(count).unwrap_or(1)
            }
            other => {
                let message =
                    format!("is {}; write how many people, 1 to {MAX_SIGNERS}", other.describe());
                errors.add(node.place, &fields.path("count"), message);
                1
            }
        });
        fields.finish(errors);
        let Some(role) = role else { continue };
        if requirements.iter().any(|requirement| requirement.role == role) {
            errors.add(place, &path, format!("names `{role}` again; raise its first count"));
        } else {
            requirements.push(SignOffRequirement { role, count });
        }
    }
    requirements
}

/// Reads `kinds` and `environments` of an item's `when`.
pub(super) fn read_condition(node: Node, path: &str, errors: &mut Errors) -> Option<Condition> {
    let mut fields = Fields::open(node, path, errors)?;
    let before = errors.list.len();
    let kinds = fields.words("kinds", errors, read_kind).unwrap_or_default();
    let environments = fields.words("environments", errors, read_environment).unwrap_or_default();
    let condition = Condition { kinds, environments };
    if condition == Condition::default() && errors.list.len() == before {
        errors.add(fields.place(), path, "says nothing; name kinds or environments, or remove it");
    }
    fields.finish(errors);
    Some(condition)
}

fn read_kind(word: &str) -> Result<DeploymentKind, String> {
    let known: Vec<_> = DeploymentKind::ALL.iter().map(|kind| kind.as_str()).collect();
    DeploymentKind::parse(word).ok_or_else(|| unknown(word, "kind of deployment", &known))
}

fn read_environment(word: &str) -> Result<String, String> {
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
pub(super) fn excerpt(text: &str) -> String {
    let mut short: String =
        text.chars().take(60).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.chars().nth(60).is_some() {
        short.push('…');
    }
    short
}
