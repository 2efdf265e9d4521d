//! What a condition may cost. The service under watch writes the text it runs over, so neither how
//! often a loop turns nor how long a text grows may be its choice.

use cel::IdedExpr;
use cel::common::ast::Expr;
use serde_json::Value as Json;

use super::complexity::children;
use super::reads::Reads;
use super::syntax::{count, is_number, path_of};
use super::{ConditionError, Facts};

/// The most elements a loop goes over.
const LONGEST_LIST: usize = 10_000;
/// The most steps of a loop: its turns times what it is made of.
const STEPS: usize = 100_000;
/// The most bytes of texts put together.
const BYTES: usize = 8 * 1024 * 1024;
/// Below so many bytes of text anything but a loop is done before anyone could wait for it.
const SHORT_TEXT: usize = 16 * 1024;

/// Fields that are texts or trees of the service's making; all others are numbers and flags.
const LARGE: [&str; 5] = ["body", "json", "headers", "final_url", "records"];

/// Refuses loops that do in each turn what only one turn may: look at a whole text again, or make a
/// longer one.
pub(super) fn check_loops(root: &IdedExpr) -> Result<(), ConditionError> {
    if let Expr::Comprehension(c) = &root.expr {
        let own = [Some(&c.iter_var), Some(&c.accu_var), c.iter_var2.as_ref()];
        let own: Vec<&str> = own.into_iter().flatten().map(String::as_str).collect();
        for part in [&c.loop_cond, &c.loop_step, &c.result] {
            check_turn(part, &own)?;
        }
        return [&c.iter_range, &c.accu_init].into_iter().try_for_each(check_loops);
    }
    children(root).into_iter().try_for_each(check_loops)
}

/// One turn of a loop whose variables are `own`.
fn check_turn(node: &IdedExpr, own: &[&str]) -> Result<(), ConditionError> {
    match &node.expr {
        Expr::Ident(name) if LARGE.contains(&name.as_str()) && !own.contains(&name.as_str()) => {
            return Err(ConditionError::Loop(
                "looks at the same text again in each turn of a loop",
            ));
        }
        Expr::Call(call) if call.func_name == "_+_" => {
            // What `map` and `filter` are made of: the list so far and the element.
            let gathers = call.args.first().is_some_and(|first| is_accumulated(first, own));
            if !gathers && !call.args.iter().any(is_number) {
                return Err(ConditionError::Loop(
                    "puts texts together in each turn of a loop; `+` adds numbers there",
                ));
            }
        }
        _ => {}
    }
    children(node).into_iter().try_for_each(|child| check_turn(child, own))
}

fn is_accumulated(node: &IdedExpr, own: &[&str]) -> bool {
    // The parser names the list so far with an `@`, which nobody can write.
    matches!(&node.expr, Expr::Ident(name) if own.contains(&name.as_str()) && name.starts_with('@'))
}

/// Why an expression would cost too much over these facts.
pub(super) fn too_much(root: &IdedExpr, reads: &Reads, facts: &Facts) -> Option<String> {
    if reads.sums > 0 {
        let (sums, longest) = (reads.sums, longest_text(facts));
        if longest.saturating_mul(sums + 1) > BYTES {
            return Some(format!("it would put texts of {longest} bytes together {sums} times"));
        }
    }
    if reads.loops { turns(root, facts) } else { None }
}

fn turns(node: &IdedExpr, facts: &Facts) -> Option<String> {
    if let Expr::Comprehension(c) = &node.expr {
        let length = range_length(&c.iter_range, facts);
        if length > LONGEST_LIST {
            return Some(format!("it goes over {length} elements, more than {LONGEST_LIST}"));
        }
        let parts = [&c.loop_cond, &c.loop_step, &c.result];
        let each: usize = parts.into_iter().map(|part| count(part, &|_| true)).sum();
        if length.saturating_mul(each) > STEPS {
            return Some(format!(
                "it goes over {length} elements in {each} steps each, more than {STEPS} in all"
            ));
        }
    }
    children(node).into_iter().find_map(|child| turns(child, facts))
}

/// How many elements a loop goes over, at the most.
fn range_length(range: &IdedExpr, facts: &Facts) -> usize {
    if let Some(path) = path_of(range) {
        return match (path[0].as_str(), path.len()) {
            ("json", _) => json_at(facts, &path[1..]).map_or(0, elements),
            ("headers", 1) => facts.headers.as_ref().map_or(0, std::collections::BTreeMap::len),
            ("records", 1) => facts.records.as_ref().map_or(0, Vec::len),
            _ => 0,
        };
    }
    match &range.expr {
        Expr::List(list) => list.elements.len(),
        // What another loop has left is no longer than what it went over.
        Expr::Comprehension(c) => range_length(&c.iter_range, facts),
        // Whatever else it is, it is one of the lists there are, or several put together.
        _ => longest_list(facts).saturating_mul(1 + count(range, &|_| true)),
    }
}

fn json_at<'a>(facts: &'a Facts, path: &[String]) -> Option<&'a Json> {
    let mut value = facts.body.as_ref()?.json.as_ref()?;
    for step in path {
        value = match (value, step.parse::<usize>()) {
            (Json::Array(items), Ok(at)) => items.get(at)?,
            _ => value.get(step)?,
        };
    }
    Some(value)
}

fn elements(value: &Json) -> usize {
    match value {
        Json::Array(items) => items.len(),
        Json::Object(fields) => fields.len(),
        _ => 0,
    }
}

fn longest_list(facts: &Facts) -> usize {
    fn longest(value: &Json) -> usize {
        let below = match value {
            Json::Array(items) => items.iter().map(longest).max(),
            Json::Object(fields) => fields.values().map(longest).max(),
            _ => None,
        };
        elements(value).max(below.unwrap_or(0))
    }
    let json = facts.body.as_ref().and_then(|body| body.json.as_ref()).map_or(0, longest);
    let headers = facts.headers.as_ref().map_or(0, std::collections::BTreeMap::len);
    json.max(headers).max(facts.records.as_ref().map_or(0, Vec::len))
}

fn longest_text(facts: &Facts) -> usize {
    let headers = facts.headers.iter().flat_map(|all| all.values().map(String::len)).max();
    let body = facts.body.as_ref().map_or(0, |body| body.text.len());
    body.max(headers.unwrap_or(0)).max(facts.final_url.as_ref().map_or(0, String::len))
}

/// Whether deciding it over these facts is too long a work for a thread that others wait for.
pub(super) fn is_long(reads: &Reads, facts: &Facts) -> bool {
    let large = facts.body.as_ref().is_some_and(|body| body.text.len() > SHORT_TEXT);
    let over_text = reads.fields.iter().any(|field| matches!(*field, "body" | "json"));
    reads.loops || (large && over_text)
}
