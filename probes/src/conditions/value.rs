//! Turns facts and JSON into CEL's values.

use std::collections::HashMap;
use std::sync::Arc;

use cel::objects::{Key, Map};
use cel::{Context, Value};

use super::patterns::{self, MATCHES_READ};
use super::{Condition, Facts};

thread_local! {
    /// What every evaluation stands on: the functions, which take longer to declare than most
    /// conditions to decide.
    static FUNCTIONS: Context<'static, 'static> = functions();
}

/// CEL's functions, and our `matches`.
fn functions() -> Context<'static, 'static> {
    let mut context = Context::default();
    // Nothing of that name is declared, which is all that could fail.
    if context.add_function(MATCHES_READ, patterns::matches).is_err() {
        tracing::error!("conditions cannot match patterns");
    }
    context
}

/// Evaluates over the facts as variables, those that the condition uses. Absent ones are not
/// declared, so that using one is an error and not a silent null.
pub(super) fn over<T>(
    condition: &Condition,
    facts: &Facts,
    evaluate: impl FnOnce(&Context<'_, '_>) -> T,
) -> T {
    FUNCTIONS.with(|functions| {
        let mut context = functions.new_inner_scope();
        declare(condition, facts, &mut context);
        patterns::with(&condition.patterns, || evaluate(&context))
    })
}

fn declare(condition: &Condition, facts: &Facts, context: &mut Context<'_, '_>) {
    let mut add = |name: &str, value: &dyn Fn() -> Option<Value>| {
        if condition.uses(name)
            && let Some(value) = value()
        {
            context.add_variable_from_value(name, value);
        }
    };
    add("status", &|| facts.status.map(|status| Value::Int(status.into())));
    add("response_time_ms", &|| facts.response_time_ms.map(Value::Float));
    add("first_byte_ms", &|| facts.first_byte_ms.map(Value::Float));
    add("dns_ms", &|| facts.dns_ms.map(Value::Float));
    add("connect_ms", &|| facts.connect_ms.map(Value::Float));
    add("tls_ms", &|| facts.tls_ms.map(Value::Float));
    add("connected", &|| facts.connected.map(Value::Bool));
    add("records", &|| {
        let all = facts.records.as_ref()?;
        Some(Value::List(Arc::new(all.iter().map(|record| text(record)).collect())))
    });
    add("final_url", &|| facts.final_url.as_ref().map(|url| text(url)));
    add("certificate_days", &|| facts.certificate_days.map(Value::Int));
    add("hsts_max_age", &|| {
        facts.hsts_max_age.map(|age| Value::Int(i64::try_from(age).unwrap_or(i64::MAX)))
    });
    add("value", &|| facts.value.map(Value::Float));
    add("headers", &|| {
        let headers = facts.headers.as_ref()?.iter();
        Some(map(headers.map(|(name, value)| (name.as_str(), text(value)))))
    });
    add("body", &|| facts.body.as_ref().map(|body| text(&body.text)));
    add("json", &|| {
        let body = facts.body.as_ref()?;
        let paths = condition.reads.paths.iter().filter(|path| path[0] == "json");
        let paths: Vec<&[String]> = paths.map(|path| &path[1..]).collect();
        Some(body.json.as_ref().map_or(Value::Null, |whole| json_along(whole, &paths)))
    });
}

fn text(text: &str) -> Value {
    Value::String(Arc::new(text.to_owned()))
}

fn map<'a>(entries: impl Iterator<Item = (&'a str, Value)>) -> Value {
    let entries: HashMap<Key, Value> =
        entries.map(|(name, value)| (Key::String(Arc::new(name.to_owned())), value)).collect();
    Value::Map(Map { map: Arc::new(entries) })
}

/// Of a JSON value what these paths lead to: a condition on one number does not cost a copy of all
/// the rest.
fn json_along(value: &serde_json::Value, paths: &[&[String]]) -> Value {
    let serde_json::Value::Object(fields) = value else { return json(value) };
    if paths.iter().any(|path| path.is_empty()) {
        return json(value);
    }
    let kept = fields.iter().filter_map(|(name, value)| {
        let below: Vec<&[String]> =
            paths.iter().filter(|path| path[0] == *name).map(|path| &path[1..]).collect();
        (!below.is_empty()).then(|| (name.as_str(), json_along(value, &below)))
    });
    map(kept)
}

/// JSON's numbers become whole numbers where they are, so that `json.count == 3` holds.
fn json(value: &serde_json::Value) -> Value {
    match value {
        serde_json::Value::Null => Value::Null,
        serde_json::Value::Bool(flag) => Value::Bool(*flag),
        serde_json::Value::Number(number) => match (number.as_i64(), number.as_u64()) {
            (Some(whole), _) => Value::Int(whole),
            (None, Some(whole)) => Value::UInt(whole),
            (None, None) => Value::Float(number.as_f64().unwrap_or(f64::NAN)),
        },
        serde_json::Value::String(string) => text(string),
        serde_json::Value::Array(items) => Value::List(Arc::new(items.iter().map(json).collect())),
        serde_json::Value::Object(fields) => {
            map(fields.iter().map(|(name, value)| (name.as_str(), json(value))))
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use domain::measurement::Phase;

    use crate::conditions::{BodyFact, Condition, Facts};

    /// Else each call would compile its pattern anew, without a bound.
    #[test]
    fn patterns_are_those_that_were_read_with_the_condition() {
        let facts = Facts { body: Some(BodyFact::whole("depth".into())), ..Facts::default() };
        for text in [r#"body.matches("dep.h")"#, r#"matches(body, "dep.h")"#] {
            let read = Condition::parse(text).unwrap();
            assert_eq!(read.evaluate(&facts).phase, Phase::Successful, "{text}");
            let forgotten = Condition { patterns: Arc::default(), ..read };
            let found = forgotten.evaluate(&facts);
            assert_eq!(found.phase, Phase::Inconclusive, "{text}: {found:?}");
            assert!(found.detail.contains("not written into the condition"), "{found:?}");
        }
    }
}
