//! The items of a runbook read from its YAML form.

use std::collections::HashMap;

use domain::{
    item::ItemActor,
    runbook::{Condition, ItemTemplate, MachineRule, PROBES},
};

use super::fields::{Errors, Fields};
use super::node::Node;
use super::scalars::{read_due, read_environment, read_kind, read_name, read_title, unknown};

const MAX_ITEMS: usize = 200;

/// Reads `items`; those with errors are left out, the errors noted.
pub(super) fn read_items(runbook: &mut Fields, errors: &mut Errors) -> Vec<ItemTemplate> {
    let before = errors.list.len();
    let Some(list) = runbook.list("items", errors) else {
        if errors.list.len() == before {
            errors.add(runbook.place(), "items", "is missing; add at least one item");
        }
        return Vec::new();
    };
    if list.is_empty() || list.len() > MAX_ITEMS {
        let message = format!("has {} items; write 1 to {MAX_ITEMS}", list.len());
        errors.add(runbook.place_of("items"), "items", message);
        return Vec::new();
    }
    let mut items = Vec::new();
    let mut keys = HashMap::new();
    for (path, node) in list {
        items.extend(read_item(node, &path, &mut keys, errors));
    }
    // Without this, a run of nothing but optional items would pass with nothing done.
    if errors.list.len() == before && !items.iter().any(|item| item.required) {
        errors.add(
            runbook.place_of("items"),
            "items",
            "has no required item, so a run would pass with nothing done; require at least one",
        );
    }
    items
}

fn read_item(
    node: Node,
    path: &str,
    keys: &mut HashMap<String, String>,
    errors: &mut Errors,
) -> Option<ItemTemplate> {
    let mut fields = Fields::open(node, path, errors)?;
    let key = read_key(&mut fields, path, keys, errors);
    let title = read_title(fields.needed_text("title", errors), &fields.path("title"), errors);
    let section = match fields.text("section", errors) {
        Some(text) => read_title(Some(text), &fields.path("section"), errors),
        None => Some(String::new()),
    };
    let instructions = fields.text("instructions", errors).map_or_else(String::new, |t| t.value);
    let actor = read_actor(&mut fields, errors);
    let required = fields.truth("required", errors).unwrap_or(true);
    let due_s = fields.text("due", errors).and_then(|text| read_due(&text, path, errors));
    let role = read_name(fields.text("role", errors), &fields.path("role"), errors);
    let probes = fields
        .words("probes", errors, |word| {
            if PROBES.contains(&word) {
                Ok(word.to_owned())
            } else {
                Err(unknown(word, "probe", &PROBES))
            }
        })
        .unwrap_or_default();
    let machine = read_machine(&mut fields, errors);
    let when = match fields.take("when") {
        Some(node) => read_condition(node, &fields.path("when"), errors),
        None => None,
    };
    if actor == Some(ItemActor::Human) && (!probes.is_empty() || machine.is_some()) {
        let name = if probes.is_empty() { "machine" } else { "probes" };
        let message =
            "a human item is closed by a person alone; make its actor mixed, or remove this";
        errors.add(fields.place_of(name), &fields.path(name), message);
    }
    fields.finish(errors);
    Some(ItemTemplate {
        key: key?,
        title: title?,
        section: section?,
        instructions,
        actor: actor?,
        required,
        due_s,
        role,
        probes,
        machine,
        when,
    })
}

fn read_key(
    fields: &mut Fields,
    path: &str,
    keys: &mut HashMap<String, String>,
    errors: &mut Errors,
) -> Option<String> {
    let text = fields.needed_text("key", errors)?;
    let place = text.place;
    let key = read_name(Some(text), &fields.path("key"), errors)?;
    if let Some(first) = keys.get(&key) {
        let message = format!("`{key}` is already the key of {first}; give each item its own");
        errors.add(place, &fields.path("key"), message);
        return None;
    }
    keys.insert(key.clone(), path.to_owned());
    Some(key)
}

fn read_actor(fields: &mut Fields, errors: &mut Errors) -> Option<ItemActor> {
    let text = fields.needed_text("actor", errors)?;
    let actor = ItemActor::parse(&text.value);
    if actor.is_none() {
        let known: Vec<_> = ItemActor::ALL.iter().map(|actor| actor.as_str()).collect();
        errors.add(text.place, &fields.path("actor"), unknown(&text.value, "actor", &known));
    }
    actor
}

fn read_machine(fields: &mut Fields, errors: &mut Errors) -> Option<MachineRule> {
    let text = fields.text("machine", errors)?;
    let rule = MachineRule::parse(&text.value);
    if rule.is_none() {
        let known: Vec<_> = MachineRule::ALL.iter().map(|rule| rule.as_str()).collect();
        let message = unknown(&text.value, "machine rule", &known);
        errors.add(text.place, &fields.path("machine"), message);
    }
    rule
}

/// Reads `kinds` and `environments` of an item's `when`.
fn read_condition(node: Node, path: &str, errors: &mut Errors) -> Option<Condition> {
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
