//! The OpenAPI document as a page: each call with its parameters, its body's fields and its
//! answers.

use std::fmt::Write as _;

use serde_json::{Map, Value};

/// How deep the fields of fields are written out.
const DEPTH: usize = 3;

/// The page.
pub(super) fn of(api: &Value) -> String {
    let mut calls = String::new();
    let mut index = String::new();
    for (path, item) in members(&api["paths"]) {
        for (method, operation) in members(item) {
            let id = format!("{method}{}", path.replace(['/', '{', '}'], "-"));
            let name = format!("{} {path}", method.to_uppercase());
            // Writing to a string does not fail.
            let _ = write!(index, "<li><a href=\"#{id}\">{}</a></li>", escape(&name));
            calls.push_str(&call(api, &id, &name, operation));
        }
    }
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <title>The HTTP API · Daytwo</title>\
         <link rel=\"icon\" href=\"/favicon.svg\" type=\"image/svg+xml\">\
         <link rel=\"stylesheet\" href=\"/api/docs.css\"></head>\
         <body><main><h1>The HTTP API for CI and scripts</h1>\
         <p>JSON in, JSON out. Send a token with each call: \
         <code>Authorization: Bearer d2_…</code>; make one under \
         <a href=\"/settings/tokens\">Settings, Tokens</a> or with \
         <code>daytwo token create</code>. <code>Idempotency-Key</code> is honoured on every \
         POST. Errors are problem details (RFC 9457): call with \
         <code>curl --fail-with-body</code> to see them. The same as a document: \
         <a href=\"/api/v1/openapi.json\">openapi.json</a>. \
         Back to <a href=\"/\">the board</a>.</p>\
         <nav aria-label=\"Calls\"><ul>{index}</ul></nav>{calls}</main></body></html>"
    )
}

fn call(api: &Value, id: &str, name: &str, operation: &Value) -> String {
    let mut out = format!(
        "<section id=\"{id}\"><h2><code>{}</code></h2><p>{}</p>",
        escape(name),
        prose(text(operation, "summary"))
    );
    if !text(operation, "description").is_empty() {
        let _ = write!(out, "<p>{}</p>", prose(text(operation, "description")));
    }
    let parameters: Vec<_> = operation["parameters"].as_array().into_iter().flatten().collect();
    if !parameters.is_empty() {
        out.push_str("<h3>Parameters</h3><dl>");
        for parameter in parameters {
            let required = parameter["required"] == true;
            let about = format!("{}, {}", text(parameter, "in"), kind(api, &parameter["schema"]));
            out.push_str(&field(text(parameter, "name"), &about, required, parameter, ""));
        }
        out.push_str("</dl>");
    }
    for (media, content) in members(&operation["requestBody"]["content"]) {
        let _ = write!(out, "<h3>Body, <code>{}</code></h3>", escape(media));
        out.push_str(&fields(api, &content["schema"], DEPTH));
    }
    out.push_str("<details><summary>Answers</summary><dl>");
    for (status, answer) in members(&operation["responses"]) {
        out.push_str(&field(status, "", true, answer, ""));
        if status.starts_with('2') {
            for (_, content) in members(&answer["content"]) {
                let _ = write!(out, "<dd>{}</dd>", fields(api, &content["schema"], DEPTH - 1));
            }
        }
    }
    out.push_str("</dl></details></section>");
    out
}

/// The fields of an object, with theirs.
fn fields(api: &Value, schema: &Value, depth: usize) -> String {
    let schema = resolved(api, schema);
    let inner = resolved(api, &schema["items"]);
    let schema = if inner["properties"].is_object() { inner } else { schema };
    if !schema["properties"].is_object() || depth == 0 {
        return String::new();
    }
    let required: Vec<_> = schema["required"].as_array().into_iter().flatten().collect();
    let mut out = String::from("<dl>");
    for (name, property) in members(&schema["properties"]) {
        let needed = required.iter().any(|known| *known == name);
        let below = fields(api, property, depth - 1);
        out.push_str(&field(name, &kind(api, property), needed, property, &below));
    }
    out.push_str("</dl>");
    out
}

fn field(name: &str, about: &str, required: bool, value: &Value, below: &str) -> String {
    let optional = if required { "" } else { "<small>optional</small>" };
    format!(
        "<div><dt><code>{}</code><small>{}</small>{optional}</dt><dd>{}{below}</dd></div>",
        escape(name),
        escape(about),
        prose(text(value, "description"))
    )
}

/// The type in words, with its limits.
fn kind(api: &Value, schema: &Value) -> String {
    let schema = resolved(api, schema);
    let one = |kind: &Value| kind.as_str().unwrap_or_default().to_owned();
    let mut words = match &schema["type"] {
        Value::Array(kinds) => {
            kinds.iter().filter(|kind| **kind != "null").map(one).collect::<Vec<_>>().join(" or ")
        }
        kind => one(kind),
    };
    if words == "array" {
        words = format!("array of {}", kind(api, &schema["items"]));
    }
    if let Some(values) = schema["enum"].as_array() {
        let values: Vec<_> = values.iter().filter_map(Value::as_str).collect();
        words = values.join(" | ");
    }
    for (key, label) in [
        ("format", ""),
        ("pattern", "matches "),
        ("minLength", "at least "),
        ("maxLength", "at most "),
        ("minimum", "from "),
        ("maximum", "to "),
        ("maxItems", "at most "),
    ] {
        match &schema[key] {
            Value::Null => {}
            Value::String(text) => {
                let _ = write!(words, ", {label}{text}");
            }
            other => {
                let _ = write!(words, ", {label}{other}");
            }
        }
    }
    words
}

/// The schema a reference leads to; of a choice with `null`, the other one.
fn resolved<'a>(api: &'a Value, schema: &'a Value) -> &'a Value {
    if let Some(path) = schema["$ref"].as_str() {
        return api.pointer(path.trim_start_matches('#')).unwrap_or(schema);
    }
    for key in ["oneOf", "anyOf"] {
        let choices = schema[key].as_array().into_iter().flatten();
        if let Some(first) = choices.into_iter().find(|choice| choice["type"] != "null") {
            return resolved(api, first);
        }
    }
    schema
}

fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flat_map(Map::iter)
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

/// A sentence with its `code`.
fn prose(text: &str) -> String {
    let parts = text.split('`').enumerate();
    parts
        .map(|(at, part)| match at % 2 {
            0 => escape(part),
            _ => format!("<code>{}</code>", escape(part)),
        })
        .collect()
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_written_out_with_its_fields() {
        let api = serde_json::json!({
            "paths": {"/a/{id}": {"post": {
                "summary": "Does `it`.",
                "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/It"}}}},
                "responses": {"200": {"description": "Done"}},
            }}},
            "components": {"schemas": {"It": {"type": "object", "required": ["name"], "properties": {
                "name": {"type": "string", "maxLength": 8, "description": "What it is <called>."},
                "parts": {"type": "array", "items": {"type": "object", "properties": {"size_ms": {"type": ["integer", "null"]}}}},
            }}}},
        });
        let page = of(&api);
        assert!(page.contains("Does <code>it</code>."), "{page}");
        assert!(page.contains("<code>name</code><small>string, at most 8</small></dt>"), "{page}");
        assert!(page.contains("What it is &lt;called&gt;."), "{page}");
        assert!(
            page.contains("<code>size_ms</code><small>integer</small><small>optional</small>"),
            "{page}"
        );
        assert!(page.contains("href=\"#post-a--id-\""), "{page}");
    }
}
