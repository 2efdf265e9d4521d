//! Keeps a condition cheap: it is evaluated on every probe, on text a stranger sends.

use cel::IdedExpr;
use cel::common::ast::{EntryExpr, Expr};

use super::ConditionError;

const LONGEST_CHARS: usize = 1_000;
const DEEPEST: usize = 40;

/// Before parsing, since the parser and the evaluation recurse as deep as the expression does.
pub(super) fn check_text(text: &str) -> Result<(), ConditionError> {
    if text.is_empty() {
        return Err(ConditionError::TooComplex("is empty"));
    }
    if text.chars().count() > LONGEST_CHARS {
        return Err(ConditionError::TooComplex("is longer than 1,000 characters"));
    }
    let mut depth = 0_usize;
    let mut prefix = 0_usize;
    for c in text.chars() {
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            '!' | '-' => prefix += 1,
            '?' => depth += 1,
            _ => {}
        }
        if depth > DEEPEST || prefix > 2 * DEEPEST {
            return Err(ConditionError::TooComplex("is nested too deeply"));
        }
    }
    Ok(())
}

/// After parsing: a loop within a loop over a long list would take minutes.
pub(super) fn check_tree(root: &IdedExpr) -> Result<(), ConditionError> {
    if loops(root) > 1 {
        return Err(ConditionError::TooComplex("has a loop within a loop"));
    }
    Ok(())
}

/// The deepest nesting of loops (`all`, `exists`, `map`, `filter`).
fn loops(node: &IdedExpr) -> usize {
    let deepest = |nodes: Vec<&IdedExpr>| nodes.into_iter().map(loops).max().unwrap_or(0);
    match &node.expr {
        // A range that is itself a loop runs once before, not once per turn.
        Expr::Comprehension(c) => loops(&c.iter_range)
            .max(1 + deepest(vec![&c.accu_init, &c.loop_cond, &c.loop_step, &c.result])),
        _ => deepest(children(node)),
    }
}

/// What an expression is made of, one level down.
pub(super) fn children(node: &IdedExpr) -> Vec<&IdedExpr> {
    match &node.expr {
        Expr::Call(call) => call.target.as_deref().into_iter().chain(&call.args).collect(),
        Expr::Comprehension(c) => {
            vec![&c.iter_range, &c.accu_init, &c.loop_cond, &c.loop_step, &c.result]
        }
        Expr::List(list) => list.elements.iter().collect(),
        Expr::Map(map) => map.entries.iter().flat_map(|entry| parts(&entry.expr)).collect(),
        Expr::Struct(s) => s.entries.iter().flat_map(|entry| parts(&entry.expr)).collect(),
        Expr::Select(select) => vec![&select.operand],
        Expr::Ident(_) | Expr::Literal(_) | Expr::Unspecified => Vec::new(),
    }
}

fn parts(entry: &EntryExpr) -> Vec<&IdedExpr> {
    match entry {
        EntryExpr::StructField(field) => vec![&field.value],
        EntryExpr::MapEntry(entry) => vec![&entry.key, &entry.value],
    }
}
