//! Taking a mapping apart field by field, noting everything that is wrong on the way.

use super::error::RunbookError;
use super::node::{Node, Place, Value};

/// Enough to repair a file by; a file with more is not a runbook.
const MAX_ERRORS: usize = 100;
/// More words than any list of a runbook needs.
const MAX_WORDS: usize = 100;

/// Where errors are collected.
pub(super) struct Errors {
    file: String,
    pub list: Vec<RunbookError>,
}

impl Errors {
    pub(super) fn new(file: &str) -> Self {
        Self { file: file.to_owned(), list: Vec::new() }
    }

    pub(super) fn add(&mut self, place: Place, field: &str, message: impl Into<String>) {
        if self.list.len() == MAX_ERRORS {
            return;
        }
        self.list.push(RunbookError {
            file: self.file.clone(),
            line: (place.line > 0).then_some(place.line),
            column: (place.column > 0).then_some(place.column),
            field: field.to_owned(),
            message: message.into(),
        });
    }
}

/// The fields of one mapping.
pub(super) struct Fields {
    path: String,
    place: Place,
    entries: Vec<(String, Place, Option<Node>)>,
    known: Vec<&'static str>,
}

impl Fields {
    /// Opens a node as a mapping; `None`, with the error noted, where it is none.
    pub(super) fn open(node: Node, path: &str, errors: &mut Errors) -> Option<Self> {
        let place = node.place;
        match node.value {
            Value::Map(map) => Some(Self {
                path: path.to_owned(),
                place,
                entries: map
                    .into_iter()
                    .map(|(key, node)| {
                        let place =
                            Place { line: key.referenced.line(), column: key.referenced.column() };
                        (key.value, place, Some(node))
                    })
                    .collect(),
                known: Vec::new(),
            }),
            other => {
                errors.add(
                    place,
                    path,
                    format!("is {}; write a mapping of fields here", other.describe()),
                );
                None
            }
        }
    }

    /// Where the mapping begins.
    pub(super) const fn place(&self) -> Place {
        self.place
    }

    /// Where a field's name stands, or the mapping's beginning where it is not there.
    pub(super) fn place_of(&self, name: &str) -> Place {
        let entry = self.entries.iter().find(|(key, _, _)| key == name);
        entry.map_or(self.place, |(_, place, _)| *place)
    }

    /// A field's path.
    pub(super) fn path(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) }
    }

    /// Takes a field that is there and not null.
    pub(super) fn take(&mut self, name: &'static str) -> Option<Node> {
        self.known.push(name);
        let (_, _, node) = self.entries.iter_mut().find(|(key, _, _)| key == name)?;
        node.take().filter(|node| !matches!(node.value, Value::Null))
    }

    /// Takes a text.
    pub(super) fn text(&mut self, name: &'static str, errors: &mut Errors) -> Option<Text> {
        let node = self.take(name)?;
        Text::read(node, &self.path(name), errors)
    }

    /// Takes a text that must be there.
    pub(super) fn needed_text(&mut self, name: &'static str, errors: &mut Errors) -> Option<Text> {
        let missing = !self.has(name);
        if missing {
            errors.add(self.place, &self.path(name), "is missing; add it");
        }
        self.text(name, errors)
    }

    fn has(&self, name: &str) -> bool {
        self.entries.iter().any(|(key, _, node)| {
            key == name && node.as_ref().is_some_and(|node| !matches!(node.value, Value::Null))
        })
    }

    /// Takes a truth value.
    pub(super) fn truth(&mut self, name: &'static str, errors: &mut Errors) -> Option<bool> {
        let node = self.take(name)?;
        if let Value::Bool(value) = node.value {
            return Some(value);
        }
        let message = format!("is {}; write `true` or `false`", node.value.describe());
        errors.add(node.place, &self.path(name), message);
        None
    }

    /// Takes a list with the paths of its members.
    pub(super) fn list(
        &mut self,
        name: &'static str,
        errors: &mut Errors,
    ) -> Option<Vec<(String, Node)>> {
        let node = self.take(name)?;
        let path = self.path(name);
        match node.value {
            Value::List(list) => Some(
                list.into_iter()
                    .enumerate()
                    .map(|(index, node)| (format!("{path}[{index}]"), node))
                    .collect(),
            ),
            other => {
                let message = format!("is {}; write a list (`- …`) here", other.describe());
                errors.add(node.place, &path, message);
                None
            }
        }
    }

    /// Takes a list of distinct texts that `read` accepts; what it refuses is noted with its
    /// message.
    pub(super) fn words<T: PartialEq>(
        &mut self,
        name: &'static str,
        errors: &mut Errors,
        read: impl Fn(&str) -> Result<T, String>,
    ) -> Option<Vec<T>> {
        let mut words: Vec<T> = Vec::new();
        let list = self.list(name, errors)?;
        if list.len() > MAX_WORDS {
            let message = format!("has {} members; write at most {MAX_WORDS}", list.len());
            errors.add(self.place_of(name), &self.path(name), message);
            return None;
        }
        for (path, node) in list {
            let Some(text) = Text::read(node, &path, errors) else { continue };
            match read(&text.value) {
                Ok(word) if words.contains(&word) => {
                    errors.add(
                        text.place,
                        &path,
                        format!("repeats `{}`; name it once", text.value),
                    );
                }
                Ok(word) => words.push(word),
                Err(message) => errors.add(text.place, &path, message),
            }
        }
        Some(words)
    }

    /// Notes the fields that nobody took.
    pub(super) fn finish(self, errors: &mut Errors) {
        for (key, place, _) in &self.entries {
            if !self.known.contains(&key.as_str()) {
                let message = format!(
                    "is not a field of a runbook here; remove it or use one of {}",
                    self.known.join(", ")
                );
                errors.add(*place, &self.path(key), message);
            }
        }
    }
}

/// A text and where it stands.
pub(super) struct Text {
    pub value: String,
    pub place: Place,
}

impl Text {
    pub(super) fn read(node: Node, path: &str, errors: &mut Errors) -> Option<Self> {
        match node.value {
            Value::Text(value) => Some(Self { value, place: node.place }),
            other => {
                let message =
                    format!("is {}; write a text, in quotes if need be", other.describe());
                errors.add(node.place, path, message);
                None
            }
        }
    }
}
