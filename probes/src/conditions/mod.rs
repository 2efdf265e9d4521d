//! Conditions on what a probe saw, written in CEL.
//!
//! A condition is true, false or undecidable; only true is a success.

mod bounds;
mod cache;
mod complexity;
mod evaluate;
mod explain;
mod facts;
mod fields;
mod patterns;
pub(crate) mod pool;
mod reads;
mod syntax;
mod value;

use std::sync::Arc;

use cel::{IdedExpr, Program};
use domain::measurement::{Measurement, Phase};
use patterns::Patterns;
use pool::NotDone;
use reads::Reads;
use thiserror::Error;

pub use cache::ConditionCache;
pub use facts::{BodyFact, Facts};
pub use fields::FIELDS;

/// A condition that cannot be used, refused when it is written.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ConditionError {
    /// It is not an expression.
    #[error("`{text}` is not an expression: {problem}")]
    Syntax {
        /// The condition.
        text: String,
        /// What the parser said.
        problem: String,
    },
    /// It names something that is no field.
    #[error("`{name}` is not a field of a condition; the fields are {}", FIELDS.join(", "))]
    UnknownField {
        /// The name.
        name: String,
    },
    /// It calls something that is no function.
    #[error("`{name}` is not a function of a condition; the functions are {}", fields::functions())]
    UnknownFunction {
        /// The name.
        name: String,
    },
    /// It names a header in a spelling that never matches.
    #[error("`{name}` never matches: write header names in lower case, `{}`", .name.to_ascii_lowercase())]
    HeaderCase {
        /// The name.
        name: String,
    },
    /// It is too long or too deep to be evaluated on every probe.
    #[error("the condition {0}")]
    TooComplex(&'static str),
    /// It matches against a text that is not written into it.
    #[error("`matches` takes a pattern written into the condition, in quotes")]
    PatternNotLiteral,
    /// A pattern that cannot be used.
    #[error("the pattern `{pattern}` cannot be used: {problem}")]
    Pattern {
        /// The pattern.
        pattern: String,
        /// What is wrong with it.
        problem: String,
    },
    /// A loop that costs more with each turn than it may.
    #[error("the condition {0}")]
    Loop(&'static str),
    /// It looks at nothing the probe saw, so it would say the same whatever happens.
    #[error(
        "`{text}` looks at nothing the probe saw and would always say the same; the fields are {}",
        FIELDS.join(", ")
    )]
    Constant {
        /// The condition.
        text: String,
    },
}

/// Whether a measurement came to nothing because a condition of its check took too long.
#[must_use]
pub fn took_too_long(measured: &Measurement) -> bool {
    let says_so = NotDone::TooLong.sentence();
    let ours = measured.findings.iter().filter(|one| one.phase == Phase::Error);
    ours.into_iter().any(|one| one.detail.ends_with(says_so))
}

/// A condition that was understood and names only known fields.
#[derive(Debug, Clone)]
pub struct Condition {
    text: String,
    program: Arc<Program>,
    /// What is evaluated: the program with its patterns read.
    expression: Arc<IdedExpr>,
    patterns: Patterns,
    reads: Arc<Reads>,
}

impl Condition {
    /// Reads a condition such as `status == 200 && headers["content-type"].startsWith("text/html")`.
    ///
    /// # Errors
    /// Says what is wrong with it, so that a typing error never passes silently.
    pub fn parse(text: &str) -> Result<Self, ConditionError> {
        let text = text.trim();
        complexity::check_text(text)?;
        let program = Program::compile(text).map_err(|errors| ConditionError::Syntax {
            text: text.to_owned(),
            problem: fields::first_problem(&errors.to_string()),
        })?;
        complexity::check_tree(program.expression())?;
        let fields = fields::check(text, &program)?;
        bounds::check_loops(program.expression())?;
        let reads = Arc::new(Reads::of(program.expression(), fields));
        let mut expression = program.expression().clone();
        let patterns = patterns::read(&mut expression)?;
        let (program, expression) = (Arc::new(program), Arc::new(expression));
        Ok(Self { text: text.to_owned(), program, expression, patterns, reads })
    }

    /// The condition as written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// How many patterns it matches.
    #[must_use]
    pub fn patterns(&self) -> usize {
        self.patterns.len()
    }

    /// Whether deciding it over these facts may be a long work, which nobody should wait behind.
    pub(crate) fn is_long(&self, facts: &Facts) -> bool {
        bounds::is_long(&self.reads, facts)
    }

    /// Whether it looks at a field.
    #[must_use]
    pub fn uses(&self, field: &str) -> bool {
        self.reads.fields.contains(&field)
    }
}

impl std::str::FromStr for Condition {
    type Err = ConditionError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}
