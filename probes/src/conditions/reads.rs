//! What an expression reads, and what it is made of: told once, when it is read, since it is decided
//! with every probe.

use cel::IdedExpr;
use cel::common::ast::{Expr, LiteralValue};

use super::syntax::{count_sums, has_loop, path_of};
use super::{FIELDS, complexity};

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
            sums: count_sums(root),
            loops: has_loop(root),
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
