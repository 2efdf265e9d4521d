//! A runbook read from its YAML form: everything that is wrong with it, at once.

use domain::runbook::{
    AppliesTo, Cadence, DEFAULT_WATCH_S, Duty, Runbook, SignOffRequirement, default_sign_off,
};

use super::error::RunbookError;
use super::fields::{Errors, Fields};
use super::node::{Node, Value};
use super::read_item::read_items;
use super::scalars::{read_environment, read_kind, read_name, read_title, read_watch, unknown};

const MAX_SIGNERS: u32 = 20;

/// Reads a runbook. `file_name` is only for the messages.
///
/// # Errors
///
/// Everything that is wrong (at most 100 things), in the order of the file; a single error where the
/// text is not YAML, larger than 256 KiB, or beyond the limits on depth and aliases.
pub fn read(file_name: &str, text: &str) -> Result<Runbook, Vec<RunbookError>> {
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
        None => default_sign_off(),
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
