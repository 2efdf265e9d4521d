//! What an expression reads, and what it is made of: told once, when it is read, since it is decided
//! with every probe.

use cel::IdedExpr;
use cel::common::ast::{Expr, LiteralValue};

use super::{FIELDS, bounds, complexity};

/// What an expression reads, and what it is made of.
#[derive(Debug)]
pub(super) struct Reads {
    /// The fields it looks at.
    pub(super) fields: Vec<&'static str>,
    /// The longest paths of fields it reads: `json.queue.depth`, `headers["x"]`.
    pub(super) paths: Vec<Vec<String>>,
    /// The numbers it is written with.
    pub(super) limits: Vec<f64>,
    /// How often it puts together what may be texts.
    pub(super) sums: usize,
    /// Whether it goes over a list.
    pub(super) loops: bool,
}

impl Reads {
    /// Of an expression that looks at these fields.
    pub(super) fn of(root: &IdedExpr, fields: Vec<&'static str>) -> Self {
        let mut reads = Self {
            fields,
            paths: Vec::new(),
            limits: Vec::new(),
            sums: bounds::count_sums(root),
            loops: bounds::has_loop(root),
        };
        reads.gather_paths(root);
        reads.gather_limits(root);
        reads
    }

    fn gather_paths(&mut self, node: &IdedExpr) {
        if let Some(path) = path_of(node) {
            if FIELDS.contains(&path[0].as_str()) {
                self.paths.push(path);
            }
            return;
        }
        complexity::children(node).into_iter().for_each(|child| self.gather_paths(child));
    }

    fn gather_limits(&mut self, node: &IdedExpr) {
        match &node.expr {
            Expr::Literal(LiteralValue::Double(number)) => self.limits.push(*number.inner()),
            #[expect(clippy::cast_precision_loss, reason = "a limit somebody wrote")]
            Expr::Literal(LiteralValue::Int(number)) => self.limits.push(*number.inner() as f64),
            _ => complexity::children(node).into_iter().for_each(|child| self.gather_limits(child)),
        }
    }
}

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
