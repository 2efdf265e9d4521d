//! The fields and functions a condition may name.

use cel::common::ast::Expr;
use cel::{IdedExpr, Program};

use super::ConditionError;
use super::complexity::children;

/// The fields of a condition. `headers` has lower-case names; `json` is the body where it is JSON,
/// else null; times are in milliseconds, `hsts_max_age` in seconds.
pub const FIELDS: [&str; 10] = [
    "status",
    "response_time_ms",
    "first_byte_ms",
    "headers",
    "body",
    "json",
    "final_url",
    "certificate_days",
    "hsts_max_age",
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

/// Refuses names that are neither fields, variables of a loop nor functions.
pub(super) fn check(text: &str, program: &Program) -> Result<(), ConditionError> {
    let mut free = Vec::new();
    free_names(program.expression(), &mut Vec::new(), &mut free);
    if let Some(name) = free.iter().find(|name| !FIELDS.contains(&name.as_str())) {
        return Err(ConditionError::UnknownField { name: name.clone() });
    }
    let references = program.references();
    let mut functions: Vec<&str> = references.functions();
    functions.sort_unstable();
    // Operators are functions too, with names such as `_==_`, `!_` and `@in`.
    let operator = |name: &str| name.contains(['_', '@', '!', '-']) && name != "exists_one";
    if let Some(name) = functions.iter().find(|name| !operator(name) && !FUNCTIONS.contains(name)) {
        return Err(ConditionError::UnknownFunction { name: (*name).to_owned() });
    }
    if free.is_empty() {
        return Err(ConditionError::Constant { text: text.to_owned() });
    }
    Ok(())
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

/// The parser's first complaint, on one line.
pub(super) fn first_problem(errors: &str) -> String {
    errors
        .lines()
        .map(|line| line.trim().trim_start_matches("ERROR: "))
        .find(|line| !line.is_empty())
        .unwrap_or("it cannot be read")
        .to_owned()
}
