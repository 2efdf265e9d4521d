//! The fields and functions a condition may name.

use cel::common::ast::{Expr, LiteralValue};
use cel::{IdedExpr, Program};

use super::ConditionError;
use super::complexity::children;

/// The fields of a condition. `headers` has lower-case names; `json` is the body where it is JSON,
/// else null; times are in milliseconds, `hsts_max_age` in seconds; `records` are those of a name.
pub const FIELDS: [&str; 15] = [
    "status",
    "response_time_ms",
    "first_byte_ms",
    "dns_ms",
    "connect_ms",
    "tls_ms",
    "headers",
    "body",
    "json",
    "final_url",
    "certificate_days",
    "hsts_max_age",
    "connected",
    "records",
    "value",
];

const FUNCTIONS: [&str; 11] = [
    "size",
    "contains",
    "startsWith",
    "endsWith",
    "matches",
    "int",
    "uint",
    "double",
    "string",
    "max",
    "min",
];

pub(super) fn functions() -> String {
    let loops = ["has", "all", "exists", "exists_one", "filter", "map"];
    FUNCTIONS.iter().chain(&loops).copied().collect::<Vec<_>>().join(", ")
}

/// The fields it looks at. Refuses names that are neither fields, variables of a loop nor functions.
pub(super) fn check(text: &str, program: &Program) -> Result<Vec<&'static str>, ConditionError> {
    let mut free = Vec::new();
    free_names(program.expression(), &mut Vec::new(), &mut free);
    let mut fields = Vec::with_capacity(free.len());
    for name in free {
        match FIELDS.into_iter().find(|field| *field == name) {
            Some(field) => fields.push(field),
            None => return Err(ConditionError::UnknownField { name }),
        }
    }
    check_header_names(program.expression())?;
    let references = program.references();
    let mut functions: Vec<&str> = references.functions();
    functions.sort_unstable();
    // Operators are functions too, with names such as `_==_`, `!_` and `@in`.
    let operator = |name: &str| name.contains(['_', '@', '!', '-']) && name != "exists_one";
    if let Some(name) = functions.iter().find(|name| !operator(name) && !FUNCTIONS.contains(name)) {
        return Err(ConditionError::UnknownFunction { name: (*name).to_owned() });
    }
    if fields.is_empty() {
        return Err(ConditionError::Constant { text: text.to_owned() });
    }
    Ok(fields)
}

/// Refuses header names that can never match, since `headers` has them in lower case.
fn check_header_names(node: &IdedExpr) -> Result<(), ConditionError> {
    let is_headers = |node: &IdedExpr| matches!(&node.expr, Expr::Ident(name) if name == "headers");
    let literal = |node: &IdedExpr| match &node.expr {
        Expr::Literal(LiteralValue::String(text)) => Some(text.inner().to_owned()),
        _ => None,
    };
    let name = match &node.expr {
        Expr::Select(select) if is_headers(&select.operand) => Some(select.field.clone()),
        Expr::Call(call) => match call.args.as_slice() {
            [map, key] if call.func_name == "_[_]" && is_headers(map) => literal(key),
            [key, map] if call.func_name == "@in" && is_headers(map) => literal(key),
            _ => None,
        },
        _ => None,
    };
    match name {
        Some(name) if name.chars().any(|c| c.is_ascii_uppercase()) => {
            Err(ConditionError::HeaderCase { name })
        }
        _ => children(node).into_iter().try_for_each(check_header_names),
    }
}

/// The names an expression takes from outside: not those its loops give to what they go over.
fn free_names(node: &IdedExpr, bound: &mut Vec<String>, free: &mut Vec<String>) {
    match &node.expr {
        Expr::Ident(name) => {
            if !bound.contains(name) && !free.contains(name) {
                free.push(name.clone());
            }
        }
        Expr::Comprehension(c) => {
            free_names(&c.iter_range, bound, free);
            free_names(&c.accu_init, bound, free);
            let outside = bound.len();
            bound.extend([c.iter_var.clone(), c.accu_var.clone()]);
            bound.extend(c.iter_var2.clone());
            for part in [&c.loop_cond, &c.loop_step, &c.result] {
                free_names(part, bound, free);
            }
            bound.truncate(outside);
        }
        _ => children(node).into_iter().for_each(|child| free_names(child, bound, free)),
    }
}

/// The parser's first complaint, on one line: `at character 8: token recognition error at: '= '`.
pub(super) fn first_problem(errors: &str) -> String {
    let line = errors
        .lines()
        .map(|line| line.trim().trim_start_matches("ERROR: "))
        .find(|line| !line.is_empty())
        .unwrap_or("it cannot be read");
    let place = line.strip_prefix("<input>:1:").and_then(|rest| rest.split_once(": "));
    match place {
        Some((column, problem)) => {
            let problem = problem.trim_start_matches("Syntax error: ");
            format!("at character {column}: {problem}")
        }
        None => line.to_owned(),
    }
}
