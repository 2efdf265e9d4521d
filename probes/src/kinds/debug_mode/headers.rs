//! What headers give away.

use super::recognise::Sign;
use crate::client::Response;
use crate::redact;

/// Headers only a development server sends.
pub(super) fn signs(answer: &Response) -> Vec<Sign> {
    let mut signs = Vec::new();
    if answer.header("x-debug-token").is_some() || answer.header("x-debug-token-link").is_some() {
        signs.push(Sign { framework: "Symfony", what: "a link to its profiler" });
    }
    if answer.header("phpdebugbar-id").is_some() || answer.header("phpdebugbar").is_some() {
        signs.push(Sign { framework: "Laravel", what: "its debug bar" });
    }
    if answer.header("x-clockwork-id").is_some() {
        signs.push(Sign { framework: "PHP", what: "its Clockwork profiler" });
    }
    if answer.header("x-sourcefiles").is_some() {
        signs.push(Sign { framework: "ASP.NET", what: "the path of its source files" });
    }
    signs
}

/// Headers that name the software: worth a mention, not a failure.
pub(super) fn mentions(answer: &Response) -> Vec<String> {
    ["x-powered-by", "x-aspnet-version", "x-aspnetmvc-version", "x-generator"]
        .into_iter()
        .filter_map(|name| {
            let value = answer.header(name)?;
            Some(format!("{name}: {}", redact::printable(&redact::shorten(value, 60))))
        })
        .collect()
}
