//! What changed between two versions of a runbook.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{ItemTemplate, Runbook};

/// The difference between two versions; items are matched by key.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct RunbookDiff {
    /// Changed fields of the runbook itself.
    pub fields: Vec<FieldChange>,
    /// Items only in the newer, in its order.
    pub added: Vec<ItemTemplate>,
    /// Items only in the older, in its order.
    pub removed: Vec<ItemTemplate>,
    /// Items in both that differ, in the newer's order.
    pub changed: Vec<ItemChange>,
    /// Whether items in both stand in another order.
    pub reordered: bool,
}

impl RunbookDiff {
    /// Whether the two versions say the same.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// The changed fields of an item.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ItemChange {
    /// The item.
    pub key: String,
    /// What changed about it.
    pub fields: Vec<FieldChange>,
}

/// A field before and after, in their JSON form; null where it was or is not said.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FieldChange {
    /// The field, such as `due_s` or `applies_to`.
    pub field: String,
    /// Before.
    pub before: Value,
    /// After.
    pub after: Value,
}

/// Compares `older` with `newer`.
#[must_use]
pub fn diff(older: &Runbook, newer: &Runbook) -> RunbookDiff {
    let find =
        |runbook: &'_ Runbook, key: &str| runbook.items.iter().position(|item| item.key == key);
    let only = |here: &Runbook, there: &Runbook| -> Vec<ItemTemplate> {
        here.items.iter().filter(|item| find(there, &item.key).is_none()).cloned().collect()
    };
    let mut changed = Vec::new();
    let mut places = Vec::new();
    for item in &newer.items {
        let Some(place) = find(older, &item.key) else { continue };
        places.push(place);
        let Some(before) = older.items.get(place) else { continue };
        let fields = compare(before, item, "");
        if !fields.is_empty() {
            changed.push(ItemChange { key: item.key.clone(), fields });
        }
    }
    RunbookDiff {
        fields: compare(older, newer, "items"),
        added: only(newer, older),
        removed: only(older, newer),
        changed,
        reordered: !places.is_sorted(),
    }
}

/// Compares by the JSON form, so that a field added to the struct is compared without a thought.
fn compare<T: Serialize>(before: &T, after: &T, except: &str) -> Vec<FieldChange> {
    let object = |value: &T| match serde_json::to_value(value) {
        Ok(Value::Object(map)) => map,
        _ => serde_json::Map::new(),
    };
    let (before, after) = (object(before), object(after));
    let mut names: Vec<&String> = before.keys().collect();
    names.extend(after.keys().filter(|name| !before.contains_key(*name)));
    let of = |map: &serde_json::Map<String, Value>, name: &str| {
        map.get(name).cloned().unwrap_or_default()
    };
    names
        .into_iter()
        .filter(|name| name.as_str() != except)
        .map(|name| FieldChange {
            field: name.clone(),
            before: of(&before, name),
            after: of(&after, name),
        })
        .filter(|change| change.before != change.after)
        .collect()
}
