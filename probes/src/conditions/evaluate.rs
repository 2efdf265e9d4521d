//! Decides conditions, each with what was actually seen.

use cel::{ExecutionError, Value};
use domain::measurement::{Finding, Phase};

use super::explain::explain;
use super::{Condition, Facts, bounds, pool::NotDone, value};

impl Condition {
    /// Decides the condition. Only a condition that is true is `Successful`; one on something that
    /// was not measured is `Inconclusive`, one on something the service did not send is `Failed`.
    #[must_use]
    pub fn evaluate(&self, facts: &Facts) -> Finding {
        let (phase, detail) = self.decide(facts);
        Finding { subject: self.text.clone(), phase, detail: format!("{}: {detail}", self.text) }
    }

    /// What is found where it was not decided in time: nothing of the service.
    pub(crate) fn not_decided(&self, why: NotDone) -> Finding {
        let detail = format!("{}: {}", self.text, why.sentence());
        Finding { subject: self.text.clone(), phase: Phase::Error, detail }
    }

    /// Decides several conditions over one set of facts.
    #[must_use]
    pub fn evaluate_all(conditions: &[Self], facts: &Facts) -> Vec<Finding> {
        conditions.iter().map(|condition| condition.evaluate(facts)).collect()
    }

    /// What the expression says as text, for a value to be used elsewhere.
    ///
    /// # Errors
    /// Why it says none, and what that says of the service.
    pub fn text_of(&self, facts: &Facts) -> Result<String, (Phase, String)> {
        let failed = |why: String| Err((Phase::Failed, why));
        if let Some((phase, why)) = self.not_measured(facts) {
            return Err((phase, why));
        }
        if let Some(why) = bounds::too_much(self.program.expression(), &self.reads, facts) {
            return Err((Phase::Error, why));
        }
        match value::over(self, facts, |context| context.resolve(&self.expression)) {
            Ok(Value::String(text)) => Ok(text.to_string()),
            Ok(Value::Int(number)) => Ok(number.to_string()),
            Ok(Value::UInt(number)) => Ok(number.to_string()),
            Ok(Value::Float(number)) => Ok(number.to_string()),
            Ok(Value::Bool(flag)) => Ok(flag.to_string()),
            Ok(other) => failed(format!("`{}` is a {}, not a text", self.text, other.type_of())),
            Err(ExecutionError::NoSuchKey(key)) => failed(format!("the service sent no `{key}`")),
            Err(error) => failed(plain_error(&error, facts, self)),
        }
    }

    fn decide(&self, facts: &Facts) -> (Phase, String) {
        if let Some(absent) = self.not_measured(facts) {
            return absent;
        }
        if let Some(why) = bounds::too_much(self.program.expression(), &self.reads, facts) {
            return (Phase::Error, why);
        }
        match value::over(self, facts, |context| context.resolve(&self.expression)) {
            Ok(Value::Bool(true)) => (Phase::Successful, explain(self, facts)),
            Ok(Value::Bool(false)) => (Phase::Failed, explain(self, facts)),
            Ok(other) => (
                Phase::Inconclusive,
                format!("it is neither true nor false but a {}", other.type_of()),
            ),
            Err(ExecutionError::NoSuchKey(key)) => {
                (Phase::Failed, format!("the service sent no `{key}`"))
            }
            Err(ExecutionError::IndexOutOfBounds(_)) => {
                (Phase::Failed, "the service sent a shorter list".to_owned())
            }
            Err(error) => (
                Phase::Inconclusive,
                format!("it could not be evaluated ({})", plain_error(&error, facts, self)),
            ),
        }
    }

    /// Fields the condition needs and nobody measured.
    fn not_measured(&self, facts: &Facts) -> Option<(Phase, String)> {
        let measured = [
            ("status", facts.status.is_some()),
            ("response_time_ms", facts.response_time_ms.is_some()),
            ("first_byte_ms", facts.first_byte_ms.is_some()),
            ("dns_ms", facts.dns_ms.is_some()),
            ("connect_ms", facts.connect_ms.is_some()),
            ("tls_ms", facts.tls_ms.is_some()),
            ("connected", facts.connected.is_some()),
            ("records", facts.records.is_some()),
            ("headers", facts.headers.is_some()),
            ("body", facts.body.is_some()),
            ("json", facts.body.is_some()),
            ("final_url", facts.final_url.is_some()),
            ("certificate_days", facts.certificate_days.is_some()),
            ("value", facts.value.is_some()),
        ];
        let absent = measured.iter().find(|(name, there)| !there && self.uses(name));
        if let Some((name, _)) = absent {
            return Some((Phase::Inconclusive, format!("{name} was not measured")));
        }
        // Where headers were read, a missing one is the service's doing.
        if self.uses("hsts_max_age") && facts.hsts_max_age.is_none() {
            return Some(if facts.headers.is_some() {
                (Phase::Failed, "no Strict-Transport-Security was sent over HTTPS".to_owned())
            } else {
                (Phase::Inconclusive, "hsts_max_age was not measured".to_owned())
            });
        }
        let body = facts.body.as_ref()?;
        if !self.uses("body") && !self.uses("json") {
            return None;
        }
        if let Some(problem) = &body.unreadable {
            return Some((Phase::Inconclusive, format!("the body decides nothing: {problem}")));
        }
        if self.uses("json") && body.json.is_none() {
            return Some((Phase::Failed, "the body is not JSON".to_owned()));
        }
        None
    }
}

/// The evaluation's complaint without the values it quotes, which may be whole bodies.
fn plain_error(error: &ExecutionError, facts: &Facts, condition: &Condition) -> String {
    match error {
        ExecutionError::NoSuchOverload(overload) => {
            format!("{overload}; {}", explain(condition, facts))
        }
        ExecutionError::ValuesNotComparable(left, right) => {
            format!("a {} cannot be compared with a {}", left.type_of(), right.type_of())
        }
        ExecutionError::FunctionError { function, message } => {
            format!("{function} failed: {}", crate::redact::shorten(message, 120))
        }
        ExecutionError::DivisionByZero(_) | ExecutionError::RemainderByZero(_) => {
            "division by zero".to_owned()
        }
        ExecutionError::Overflow(..) => "a number is too large".to_owned(),
        _ => "its types do not fit together".to_owned(),
    }
}
