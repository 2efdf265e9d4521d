//! A YAML document as a tree that knows its lines, within limits that no honest runbook meets.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::budget::BudgetBreach;
use serde_saphyr::options::{AliasLimits, DuplicateKeyPolicy};
use serde_saphyr::{Error, MergeKeyPolicy, Options, Spanned};

use super::error::RunbookError;

/// The largest runbook, in bytes.
pub(super) const MAX_BYTES: usize = 256 * 1024;

/// A value and where it stands.
#[derive(Debug)]
pub(super) struct Node {
    /// Where it stands.
    pub place: Place,
    /// What stands there.
    pub value: Value,
}

/// Line and column, from 1; 0 where unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub line: u64,
    pub column: u64,
}

/// What YAML can say.
#[derive(Debug)]
pub(super) enum Value {
    Null,
    Bool(bool),
    Whole(i128),
    Float(f64),
    Text(String),
    List(Vec<Node>),
    Map(Vec<(Spanned<String>, Node)>),
}

impl Value {
    /// What it is, for a message.
    pub(super) fn describe(&self) -> String {
        match self {
            Self::Null => "nothing".into(),
            Self::Bool(value) => format!("the truth value `{value}`"),
            Self::Whole(value) => format!("the number `{value}`"),
            Self::Float(value) => format!("the number `{value}`"),
            Self::Text(_) => "a text".into(),
            Self::List(_) => "a list".into(),
            Self::Map(_) => "a mapping".into(),
        }
    }
}

impl Node {
    /// Reads a document, or says why it is not one.
    pub(super) fn parse(file: &str, text: &str) -> Result<Self, RunbookError> {
        let whole = |message: String| RunbookError {
            file: file.to_owned(),
            line: None,
            column: None,
            field: String::new(),
            message,
        };
        if text.len() > MAX_BYTES {
            return Err(whole(format!(
                "the file has {} bytes; a runbook may have {MAX_BYTES}. Shorten its instructions \
                 or split it",
                text.len()
            )));
        }
        if text.trim().is_empty() {
            return Err(whole("the file is empty; write at least slug, title and items".into()));
        }
        serde_saphyr::from_str_with_options::<Self>(text, options()).map_err(|error| {
            let place = error.location();
            RunbookError {
                line: place.map(|place| place.line()).filter(|line| *line > 0),
                column: place.map(|place| place.column()).filter(|column| *column > 0),
                ..whole(explain(error.without_snippet()))
            }
        })
    }
}

/// The library's messages speak of its options; these speak of the file.
fn explain(error: &Error) -> String {
    match error {
        Error::AliasError { error, .. } => explain(error),
        Error::DuplicateMappingKey { key: Some(key), .. } => {
            format!("`{key}` is written twice; keep one")
        }
        Error::DuplicateMappingKey { .. } => "a field is written twice; keep one".into(),
        Error::AliasReplayCounterOverflow { .. }
        | Error::AliasReplayLimitExceeded { .. }
        | Error::AliasExpansionLimitExceeded { .. }
        | Error::AliasReplayStackDepthExceeded { .. } => {
            "its aliases (`*name`) expand to too much; write the values out".into()
        }
        Error::Budget { breach: BudgetBreach::Documents { .. }, .. } => {
            "begins a second document (`---`); one file holds one runbook".into()
        }
        Error::Budget { .. } => {
            "is larger or nested deeper than a runbook may be; shorten or split it".into()
        }
        other => {
            let text = other.to_string();
            // The place is said before the message already.
            let text = text.split(" at line ").next().unwrap_or_default();
            format!("not readable as YAML: {text}; check quotes and indentation here")
        }
    }
}

fn options() -> Options {
    let alias_limits: AliasLimits = serde_saphyr::alias_limits! {
        max_total_replayed_events: 2_000,
        max_replay_stack_depth: 4,
        max_alias_expansions_per_anchor: 200,
    };
    serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_depth: 16,
            max_documents: 1,
            max_nodes: 20_000,
            max_events: 60_000,
            max_aliases: 500,
            max_anchors: 100,
        },
        duplicate_keys: DuplicateKeyPolicy::Error,
        merge_keys: MergeKeyPolicy::Merge,
        alias_limits: alias_limits,
        strict_booleans: true,
        with_snippet: false,
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let spanned = Spanned::<Value>::deserialize(deserializer)?;
        let place = Place { line: spanned.referenced.line(), column: spanned.referenced.column() };
        Ok(Self { place, value: spanned.value })
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor)
    }
}

struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text, a number, a truth value, a list or a mapping")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Whole(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Whole(value.into()))
    }

    fn visit_i128<E>(self, value: i128) -> Result<Value, E> {
        Ok(Value::Whole(value))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Value::Float(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::Text(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::Text(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(node) = seq.next_element()? {
            list.push(node);
        }
        Ok(Value::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = map.next_entry::<Spanned<String>, Node>()? {
            entries.push(entry);
        }
        Ok(Value::Map(entries))
    }
}
