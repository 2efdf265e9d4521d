//! What an expression is made of.

use cel::IdedExpr;
use cel::common::ast::{Expr, LiteralValue};

use super::complexity::children;

/// The path an expression reads, such as `json.queue.depth`, where it is one.
pub(super) fn path_of(node: &IdedExpr) -> Option<Vec<String>> {
    match &node.expr {
        Expr::Ident(name) => Some(vec![name.clone()]),
        Expr::Select(select) => {
            let mut path = path_of(&select.operand)?;
            path.push(select.field.clone());
            Some(path)
        }
        Expr::Call(call) if call.func_name == "_[_]" => {
            let [operand, index] = call.args.as_slice() else { return None };
            let step = match &index.expr {
                Expr::Literal(LiteralValue::String(key)) => key.inner().to_owned(),
                Expr::Literal(LiteralValue::Int(at)) => at.inner().to_string(),
                _ => return None,
            };
            let mut path = path_of(operand)?;
            path.push(step);
            Some(path)
        }
        _ => None,
    }
}

/// Whether it can be nothing but a number.
pub(super) fn is_number(node: &IdedExpr) -> bool {
    match &node.expr {
        Expr::Literal(literal) => matches!(
            literal,
            LiteralValue::Int(_) | LiteralValue::UInt(_) | LiteralValue::Double(_)
        ),
        Expr::Call(call) => match call.func_name.as_str() {
            "int" | "uint" | "double" | "size" | "_-_" | "_*_" | "_/_" | "_%_" | "-_" => true,
            "_+_" => call.args.iter().any(is_number),
            _ => false,
        },
        _ => false,
    }
}

/// How often an expression puts together what may be texts.
pub(super) fn count_sums(root: &IdedExpr) -> usize {
    count(
        root,
        &|node| matches!(&node.expr, Expr::Call(call) if call.func_name == "_+_" && !call.args.iter().any(is_number)),
    )
}

/// Whether an expression goes over a list.
pub(super) fn has_loop(root: &IdedExpr) -> bool {
    count(root, &|node| matches!(node.expr, Expr::Comprehension(_))) > 0
}

/// How many parts of an expression are such.
pub(super) fn count(node: &IdedExpr, which: &impl Fn(&IdedExpr) -> bool) -> usize {
    let below: usize = children(node).into_iter().map(|child| count(child, which)).sum();
    usize::from(which(node)) + below
}
