//! `matches` with patterns that were read once. CEL's own reads its pattern at each call, and cannot
//! be replaced: so calls of it are calls of another function, of a name nobody can write.

use std::{
    cell::RefCell,
    collections::{HashMap, hash_map::Entry},
    sync::Arc,
};

use cel::common::ast::{EntryExpr, Expr, LiteralValue};
use cel::extractors::This;
use cel::{ExecutionError, FunctionContext, IdedExpr};
use regex::{Regex, RegexBuilder};

use super::ConditionError;

/// What a condition calls.
const MATCHES: &str = "matches";
/// What is called in its place.
pub(super) const MATCHES_READ: &str = "@matches";
/// The most bytes a compiled pattern takes.
const PATTERN_BYTES: usize = 1024 * 1024;

/// The most patterns of a condition.
const MOST_PATTERNS: usize = 8;

/// Patterns by their texts.
pub(super) type Patterns = Arc<HashMap<String, Regex>>;

thread_local! {
    /// The patterns of the condition that is being evaluated.
    static PATTERNS: RefCell<Patterns> = RefCell::default();
}

/// Reads the patterns of an expression, and has it call the function that knows them.
///
/// # Errors
/// Where a pattern is not written into the condition, or cannot be used.
pub(super) fn read(root: &mut IdedExpr) -> Result<Patterns, ConditionError> {
    let mut found = HashMap::new();
    read_below(root, &mut found)?;
    Ok(Arc::new(found))
}

fn read_below(
    node: &mut IdedExpr,
    found: &mut HashMap<String, Regex>,
) -> Result<(), ConditionError> {
    if let Expr::Call(call) = &mut node.expr
        && call.func_name == MATCHES
    {
        let Some(text) = call.args.last().and_then(literal_text) else {
            return Err(ConditionError::PatternNotLiteral);
        };
        let most = found.len() >= MOST_PATTERNS;
        if let Entry::Vacant(place) = found.entry(text.clone()) {
            if most {
                return Err(ConditionError::TooComplex(
                    "matches more than 8 patterns; put several into one with `|`",
                ));
            }
            place.insert(compiled(&text)?);
        }
        MATCHES_READ.clone_into(&mut call.func_name);
    }
    children(node).into_iter().try_for_each(|child| read_below(child, found))
}

fn compiled(text: &str) -> Result<Regex, ConditionError> {
    let pattern = RegexBuilder::new(text).size_limit(PATTERN_BYTES).build();
    pattern.map_err(|error| ConditionError::Pattern {
        pattern: crate::redact::shorten(text, 80),
        problem: match error {
            regex::Error::CompiledTooBig(_) => "it takes too much to match".to_owned(),
            other => last_line(&other.to_string()),
        },
    })
}

fn literal_text(node: &IdedExpr) -> Option<String> {
    match &node.expr {
        Expr::Literal(LiteralValue::String(text)) => Some(text.inner().to_owned()),
        _ => None,
    }
}

fn last_line(text: &str) -> String {
    let line = text.lines().last().unwrap_or_default().trim();
    line.trim_start_matches("error: ").to_owned()
}

fn parts(entry: &mut EntryExpr) -> Vec<&mut IdedExpr> {
    match entry {
        EntryExpr::StructField(field) => vec![&mut field.value],
        EntryExpr::MapEntry(entry) => vec![&mut entry.key, &mut entry.value],
    }
}

fn children(node: &mut IdedExpr) -> Vec<&mut IdedExpr> {
    match &mut node.expr {
        Expr::Call(call) => call.target.as_deref_mut().into_iter().chain(&mut call.args).collect(),
        Expr::Comprehension(c) => vec![
            &mut c.iter_range,
            &mut c.accu_init,
            &mut c.loop_cond,
            &mut c.loop_step,
            &mut c.result,
        ],
        Expr::List(list) => list.elements.iter_mut().collect(),
        Expr::Map(map) => map.entries.iter_mut().flat_map(|one| parts(&mut one.expr)).collect(),
        Expr::Struct(s) => s.entries.iter_mut().flat_map(|one| parts(&mut one.expr)).collect(),
        Expr::Select(select) => vec![&mut select.operand],
        Expr::Ident(_) | Expr::Literal(_) | Expr::Unspecified => Vec::new(),
    }
}

/// Evaluates with these patterns.
pub(super) fn with<T>(patterns: &Patterns, evaluate: impl FnOnce() -> T) -> T {
    PATTERNS.set(Arc::clone(patterns));
    evaluate()
}

/// Whether a text matches a pattern that was read.
pub(super) fn matches(
    ftx: &FunctionContext<'_, '_>,
    This(text): This<Arc<String>>,
    pattern: Arc<String>,
) -> Result<bool, ExecutionError> {
    PATTERNS.with_borrow(|known| match known.get(pattern.as_str()) {
        Some(known) => Ok(known.is_match(&text)),
        None => Err(ftx.error("a pattern that was not written into the condition")),
    })
}
