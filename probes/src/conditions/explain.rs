//! The values a condition looked at, for its finding: `was 503`.

use serde_json::Value as Json;

use super::{Condition, Facts, reads::Reads};
use crate::numbers::beside;
use crate::redact;

const VALUE_CHARS: usize = 80;

/// The values of everything the condition looks at.
pub(super) fn explain(condition: &Condition, facts: &Facts) -> String {
    let Reads { paths, limits, .. } = &*condition.reads;
    let mut parts: Vec<(String, String)> = Vec::new();
    for path in paths {
        let Some(value) = show(path, facts, limits) else { continue };
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
