//! The fields and functions a condition may name.

use cel::Program;

use super::ConditionError;

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
    let references = program.references();
    let mut variables: Vec<&str> = references.variables();
    variables.sort_unstable();
    let bound = bound_names(program.expression());
    let unknown =
        variables.iter().find(|name| !FIELDS.contains(name) && !bound.iter().any(|b| b == *name));
    if let Some(name) = unknown {
        return Err(ConditionError::UnknownField { name: (*name).to_owned() });
    }
    let mut functions: Vec<&str> = references.functions();
    functions.sort_unstable();
    // Operators are functions too, with names such as `_==_`, `!_` and `@in`.
    let operator = |name: &str| name.contains(['_', '@', '!', '-']) && name != "exists_one";
    if let Some(name) = functions.iter().find(|name| !operator(name) && !FUNCTIONS.contains(name)) {
        return Err(ConditionError::UnknownFunction { name: (*name).to_owned() });
    }
    if !variables.iter().any(|name| FIELDS.contains(name)) {
        return Err(ConditionError::Constant { text: text.to_owned() });
    }
    Ok(())
}

/// The names loops give to what they go over.
fn bound_names(root: &cel::IdedExpr) -> Vec<String> {
    let mut names = Vec::new();
    super::complexity::visit(root, &mut |expr| {
        if let cel::common::ast::Expr::Comprehension(c) = expr {
            names.push(c.iter_var.clone());
            names.extend(c.iter_var2.clone());
            names.push(c.accu_var.clone());
        }
    });
    names
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
