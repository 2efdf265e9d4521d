//! The values a condition looked at, for its finding: `was 503`.

use cel::IdedExpr;
use cel::common::ast::{Expr, LiteralValue};
use serde_json::Value as Json;

use super::{Condition, Facts, complexity};
use crate::numbers::beside;
use crate::redact;

const VALUE_CHARS: usize = 80;

/// The values of everything the condition looks at.
pub(super) fn explain(condition: &Condition, facts: &Facts) -> String {
    let mut paths: Vec<Vec<String>> = Vec::new();
    collect(condition.program.expression(), &mut paths);
    let mut limits = Vec::new();
    numbers(condition.program.expression(), &mut limits);
    let mut parts: Vec<(String, String)> = Vec::new();
    for path in paths {
        let Some(value) = show(&path, facts, &limits) else { continue };
        let name = path.join(".");
        if !parts.iter().any(|(known, _)| *known == name) {
            parts.push((name, value));
        }
    }
    match parts.as_slice() {
        [] => "nothing of it was seen".to_owned(),
        [(_, only)] => format!("was {only}"),
        several => {
            let list: Vec<String> =
                several.iter().map(|(name, value)| format!("{name} was {value}")).collect();
            list.join(", ")
        }
    }
}

/// The numbers an expression is written with.
fn numbers(node: &IdedExpr, found: &mut Vec<f64>) {
    match &node.expr {
        Expr::Literal(LiteralValue::Double(number)) => found.push(*number.inner()),
        #[expect(clippy::cast_precision_loss, reason = "a limit somebody wrote")]
        Expr::Literal(LiteralValue::Int(number)) => found.push(*number.inner() as f64),
        _ => complexity::children(node).into_iter().for_each(|child| numbers(child, found)),
    }
}

/// The paths an expression reads of a field, each with the field before it.
pub(super) fn paths_of(condition: &Condition, field: &str) -> Vec<Vec<String>> {
    let mut paths = Vec::new();
    collect(condition.program.expression(), &mut paths);
    paths.retain(|path| path[0] == field);
    paths
}

/// The longest paths (`json.queue.depth`, `headers["x"]`) the expression reads.
fn collect(node: &IdedExpr, paths: &mut Vec<Vec<String>>) {
    if let Some(path) = path_of(node) {
        if super::FIELDS.contains(&path[0].as_str()) {
            paths.push(path);
        }
        return;
    }
    complexity::children(node).into_iter().for_each(|child| collect(child, paths));
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

fn show(path: &[String], facts: &Facts, limits: &[f64]) -> Option<String> {
    let number = |value| beside(value, limits);
    let (field, rest) = path.split_first()?;
    match field.as_str() {
        "status" => facts.status.map(|status| status.to_string()),
        "response_time_ms" => facts.response_time_ms.map(number),
        "first_byte_ms" => facts.first_byte_ms.map(number),
        "dns_ms" => facts.dns_ms.map(number),
        "connect_ms" => facts.connect_ms.map(number),
        "tls_ms" => facts.tls_ms.map(number),
        "connected" => facts.connected.map(|yes| yes.to_string()),
        "records" => facts.records.as_ref().map(|all| match all.as_slice() {
            [] => "none".to_owned(),
            all => redact::shorten(&redact::printable(&all.join(", ")), VALUE_CHARS),
        }),
        "value" => facts.value.map(number),
        "certificate_days" => facts.certificate_days.map(|days| days.to_string()),
        "hsts_max_age" => facts.hsts_max_age.map(|age| age.to_string()),
        "final_url" => facts.final_url.as_deref().map(address),
        "headers" => {
            let headers = facts.headers.as_ref()?;
            let Some(name) = rest.first() else {
                return Some(format!("{} headers", headers.len()));
            };
            Some(headers.get(name).map_or_else(
                || "not sent".to_owned(),
                |value| quoted(&redact::header_value(name, value)),
            ))
        }
        "body" => facts.body.as_ref().map(|body| match body.text.trim() {
            "" => "empty".to_owned(),
            text => quoted(&redact::text(&redact::shorten(text, 4 * VALUE_CHARS))),
        }),
        "json" => {
            let mut value = facts.body.as_ref()?.json.as_ref()?;
            for step in rest {
                value = match (value, step.parse::<usize>()) {
                    (Json::Array(items), Ok(at)) => items.get(at)?,
                    _ => value.get(step)?,
                };
            }
            let secret = rest.iter().any(|step| redact::is_secret_name(step));
            Some(if secret { redact::REDACTED.to_owned() } else { json(value) })
        }
        _ => None,
    }
}

fn json(value: &Json) -> String {
    let text = redact::text(&redact::shorten(&value.to_string(), 4 * VALUE_CHARS));
    redact::shorten(&redact::printable(&text), VALUE_CHARS)
}

fn address(text: &str) -> String {
    url::Url::parse(text).map_or_else(|_| text.to_owned(), |url| redact::url(&url))
}

fn quoted(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    format!("\"{}\"", redact::shorten(&redact::printable(&line), VALUE_CHARS))
}
