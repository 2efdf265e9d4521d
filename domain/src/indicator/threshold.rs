//! Thresholds as people write them: `< 1%`, `<= +10%`, `> 1% for 2m`.
//!
//! A percentage with a sign is relative to the baseline; anything else is absolute, in the
//! indicator's unit. `for` asks that it lasts.

use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The thresholds of an indicator, as written.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Thresholds {
    /// What must hold for it to pass.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pass: Vec<String>,
    /// What must hold for it not to be worth a warning.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warn: Vec<String>,
    /// When the release is to be rolled back.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rollback: Vec<String>,
    /// Whether its breach fails the whole release.
    #[serde(default)]
    pub critical: bool,
}

/// How a value is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    More,
    /// `>=`
    AtLeast,
}

/// What a value is compared with.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Limit {
    /// A value in the indicator's unit.
    Absolute(f64),
    /// A change from the baseline, of one: `+10%` is 0.1.
    Relative(f64),
}

/// One threshold.
#[derive(Debug, Clone, PartialEq)]
pub struct Criterion {
    /// How.
    pub comparison: Comparison,
    /// With what.
    pub limit: Limit,
    /// For how long it must last, in seconds; 0 where nothing is said.
    pub lasting_s: i64,
}

/// Why a threshold cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ThresholdError {
    /// It begins with no comparison.
    #[error("must begin with <, <=, > or >=, such as `< 200ms`, not `{0}`")]
    Comparison(String),
    /// No number follows.
    #[error("must compare with a number, such as `< 200ms` or `<= +10%`, not `{0}`")]
    Number(String),
    /// The unit is another one.
    #[error("is in {found}, but the indicator is in {unit}")]
    Unit {
        /// The unit it is written in.
        found: String,
        /// The indicator's.
        unit: String,
    },
    /// A percentage without a sign, of an indicator that is none.
    #[error("`{0}` has no sign: write `+10%` or `-10%` for a change from the baseline")]
    Sign(String),
    /// The duration cannot be read.
    #[error("must last a time such as `for 2m`, not `{0}`")]
    Lasting(String),
}

impl Comparison {
    /// Whether `value` stands so to `limit`.
    #[must_use]
    pub fn holds(self, value: f64, limit: f64) -> bool {
        match self {
            Self::Less => value < limit,
            Self::AtMost => value <= limit,
            Self::More => value > limit,
            Self::AtLeast => value >= limit,
        }
    }

    /// As written.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Less => "<",
            Self::AtMost => "<=",
            Self::More => ">",
            Self::AtLeast => ">=",
        }
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Criterion {
    /// Reads a threshold of an indicator in `unit`.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str, unit: &str) -> Result<Self, ThresholdError> {
        let text = text.trim();
        let (comparison, rest) =
            comparison(text).ok_or_else(|| ThresholdError::Comparison(text.to_owned()))?;
        let (value, lasting_s) = match rest.split_once(" for ") {
            None => (rest.trim(), 0),
            Some((value, lasting)) => (value.trim(), duration_s(lasting.trim())?),
        };
        let (number, written) = split_number(value);
        let wrong = || ThresholdError::Number(value.to_owned());
        let amount: f64 = number.parse().map_err(|_| wrong())?;
        if !amount.is_finite() {
            return Err(wrong());
        }
        let signed = number.starts_with(['+', '-']);
        let limit = if written == "%" && signed {
            Limit::Relative(amount / 100.0)
        } else if written == "%" && unit != "%" && unit != "ratio" {
            return Err(ThresholdError::Sign(value.to_owned()));
        } else {
            Limit::Absolute(amount * factor(written, unit)?)
        };
        Ok(Self { comparison, limit, lasting_s })
    }

    /// The value it compares with, given the baseline's; `None` where that takes one and there is
    /// none.
    #[must_use]
    pub fn limit_at(&self, baseline: Option<f64>) -> Option<f64> {
        match self.limit {
            Limit::Absolute(limit) => Some(limit),
            Limit::Relative(change) => baseline.map(|baseline| baseline * (1.0 + change)),
        }
    }

    /// Whether it holds for a value; `None` where that takes a baseline and there is none.
    #[must_use]
    pub fn holds(&self, value: f64, baseline: Option<f64>) -> Option<bool> {
        self.limit_at(baseline).map(|limit| self.comparison.holds(value, limit))
    }
}

fn comparison(text: &str) -> Option<(Comparison, &str)> {
    [
        ("<=", Comparison::AtMost),
        (">=", Comparison::AtLeast),
        ("<", Comparison::Less),
        (">", Comparison::More),
    ]
    .into_iter()
    .find_map(|(sign, comparison)| Some((comparison, text.strip_prefix(sign)?.trim_start())))
}

fn split_number(text: &str) -> (&str, &str) {
    let end = text
        .char_indices()
        .find(|(at, c)| !(c.is_ascii_digit() || *c == '.' || (*at == 0 && "+-".contains(*c))))
        .map_or(text.len(), |(at, _)| at);
    (&text[..end], text[end..].trim())
}

/// What a number in `written` is multiplied with to be in `unit`.
fn factor(written: &str, unit: &str) -> Result<f64, ThresholdError> {
    match (written, unit) {
        ("", _) => Ok(1.0),
        (same, unit) if same == unit => Ok(1.0),
        ("s", "ms") => Ok(1_000.0),
        ("ms", "s") | ("%", "ratio") => Ok(if written == "ms" { 0.001 } else { 0.01 }),
        _ => Err(ThresholdError::Unit { found: written.to_owned(), unit: unit.to_owned() }),
    }
}

fn duration_s(text: &str) -> Result<i64, ThresholdError> {
    let wrong = || ThresholdError::Lasting(text.to_owned());
    let (number, unit) = split_number(text);
    let amount: i64 = number.parse().map_err(|_| wrong())?;
    let unit_s = match unit {
        "s" => 1,
        "m" | "min" => 60,
        "h" => 3_600,
        _ => return Err(wrong()),
    };
    // A day is longer than any window such a rule looks at.
    amount.checked_mul(unit_s).filter(|s| (1..=86_400).contains(s)).ok_or_else(wrong)
}

impl Thresholds {
    /// Whether nothing is asked.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.pass.is_empty() && self.warn.is_empty() && self.rollback.is_empty()
    }

    /// The criteria to pass. Those that cannot be read were refused when they were written.
    #[must_use]
    pub fn to_pass(&self, unit: &str) -> Vec<Criterion> {
        self.pass.iter().filter_map(|text| Criterion::parse(text, unit).ok()).collect()
    }

    /// The criteria at which to roll back.
    #[must_use]
    pub fn to_roll_back(&self, unit: &str) -> Vec<Criterion> {
        self.rollback.iter().filter_map(|text| Criterion::parse(text, unit).ok()).collect()
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("<= +10%", "%", Limit::Relative(0.1), 0)]
    #[case("< 1%", "%", Limit::Absolute(1.0), 0)]
    #[case("< 1%", "ratio", Limit::Absolute(0.01), 0)]
    #[case("<200ms", "ms", Limit::Absolute(200.0), 0)]
    #[case("< 0.2 s", "ms", Limit::Absolute(200.0), 0)]
    #[case("> 1% for 2m", "%", Limit::Absolute(1.0), 120)]
    #[case("< -40% for 30m", "orders", Limit::Relative(-0.4), 1_800)]
    #[case(">= 12", "orders", Limit::Absolute(12.0), 0)]
    #[case("> +50% for 1h", "ms", Limit::Relative(0.5), 3_600)]
    fn read(#[case] text: &str, #[case] unit: &str, #[case] limit: Limit, #[case] lasting_s: i64) {
        let read = Criterion::parse(text, unit).unwrap();
        assert_eq!((read.limit, read.lasting_s), (limit, lasting_s));
    }

    #[rstest]
    #[case("200ms", "ms", "must begin with")]
    #[case("= 200", "ms", "must begin with")]
    #[case("< fast", "ms", "a number")]
    #[case("< ", "ms", "a number")]
    #[case("< 1.2.3", "ms", "a number")]
    #[case("< 10%", "ms", "no sign")]
    #[case("< 200 bytes", "ms", "is in bytes")]
    #[case("> 1% for ever", "%", "such as `for 2m`")]
    #[case("> 1% for 0m", "%", "such as `for 2m`")]
    #[case("> 1% for 99999999999999999h", "%", "such as `for 2m`")]
    fn refused(#[case] text: &str, #[case] unit: &str, #[case] says: &str) {
        let error = Criterion::parse(text, unit).unwrap_err().to_string();
        assert!(error.contains(says), "{error}");
    }

    #[test]
    fn a_change_takes_a_baseline() {
        let read = Criterion::parse("<= +10%", "ms").unwrap();
        assert_eq!(read.holds(109.0, Some(100.0)), Some(true));
        assert_eq!(read.holds(111.0, Some(100.0)), Some(false));
        assert_eq!(read.holds(111.0, None), None);
    }
}
