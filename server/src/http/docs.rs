//! The API's documentation: `/api/v1/openapi.json`, and a page to read at `/api/docs`.

use axum::{
    extract::State,
    response::{Html, IntoResponse as _, Response},
};
use http::{HeaderValue, header};
use utoipa::openapi::{OpenApi, PathItem, path::Operation};

/// The document, written once.
#[derive(Debug, Clone)]
pub struct Document {
    json: String,
    page: String,
}

impl Document {
    /// Writes the document and its page.
    #[must_use]
    pub fn of(api: &OpenApi) -> Self {
        let json = api.to_pretty_json().unwrap_or_else(|_| "{}".into());
        Self { page: page(api), json }
    }
}

/// The OpenAPI 3.1 document.
pub async fn openapi(State(document): State<Document>) -> Response {
    let kind = HeaderValue::from_static("application/json");
    ([(header::CONTENT_TYPE, kind)], document.json).into_response()
}

/// The page. It needs no script.
pub async fn docs(State(document): State<Document>) -> Html<String> {
    Html(document.page)
}

fn page(api: &OpenApi) -> String {
    let mut calls = String::new();
    for (path, item) in &api.paths.paths {
        for (method, operation) in operations(item) {
            calls.push_str(&call(method, path, operation));
        }
    }
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <title>The HTTP API · Daytwo</title>\
         <link rel=\"icon\" href=\"/favicon.svg\" type=\"image/svg+xml\"></head>\
         <body><main><h1>The HTTP API for CI and scripts</h1>\
         <p>JSON in, JSON out. Send a token with each call: \
         <code>Authorization: Bearer d2_…</code>; make one under \
         <a href=\"/settings/tokens\">Settings, Tokens</a> or with \
         <code>daytwo token create</code>. <code>Idempotency-Key</code> is honoured on every \
         POST. Errors are problem details (RFC 9457). The same as a document: \
         <a href=\"/api/v1/openapi.json\">openapi.json</a>. \
         Back to <a href=\"/\">the board</a>.</p>{calls}</main></body></html>"
    )
}

fn operations(item: &PathItem) -> Vec<(&'static str, &Operation)> {
    [("GET", &item.get), ("PUT", &item.put), ("POST", &item.post), ("DELETE", &item.delete)]
        .into_iter()
        .filter_map(|(method, operation)| operation.as_ref().map(|operation| (method, operation)))
        .collect()
}

fn call(method: &str, path: &str, operation: &Operation) -> String {
    let summary = operation.summary.as_deref().unwrap_or_default();
    let description = operation.description.as_deref().unwrap_or_default();
    let mut parameters = String::new();
    for parameter in operation.parameters.iter().flatten() {
        let utoipa::openapi::RefOr::T(parameter) = parameter else { continue };
        parameters.push_str(&format!(
            "<li><code>{}</code> {}</li>",
            escape(&parameter.name),
            escape(parameter.description.as_deref().unwrap_or_default())
        ));
    }
    let mut answers = String::new();
    for (status, answer) in &operation.responses.responses {
        if let utoipa::openapi::RefOr::T(answer) = answer {
            answers.push_str(&format!(
                "<li><code>{}</code> {}</li>",
                escape(status),
                escape(&answer.description)
            ));
        }
    }
    format!(
        "<section><h2><code>{method} {}</code></h2><p>{}</p><p>{}</p><ul>{parameters}</ul>\
         <details><summary>Answers</summary><ul>{answers}</ul></details></section>",
        escape(path),
        escape(summary),
        escape(description)
    )
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
