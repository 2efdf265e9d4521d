//! Laravel: Ignition, its own exception page, Whoops, and JSON errors with a trace.

use super::Sign;
use crate::pattern::{found, pattern};

pattern!(
    JSON,
    r#""exception"\s*:\s*"[^"]+"[\s\S]{0,4000}?"file"\s*:\s*"[^"]+\.php"[\s\S]{0,400}?"line"\s*:\s*\d+"#
);
pattern!(WHOOPS, r#"<div class="Whoops container"|<title>Whoops! There was an error"#);
pattern!(
    IGNITION,
    r"window\.ignite\(|window\.data = \{[\s\S]{0,200}\x22report\x22|flareapp\.io/docs/ignition|/_ignition/|class=.ignition"
);
pattern!(
    MODERN,
    r"laravel-exceptions-renderer|Illuminate\\\\?[A-Z]\w+[\s\S]{0,400}vendor/laravel/framework"
);

pub(super) fn recognise(text: &str) -> Option<Sign> {
    let what = if found(&IGNITION, text) {
        "Ignition's error page"
    } else if found(&WHOOPS, text) {
        "Whoops' error page"
    } else if found(&MODERN, text) {
        "its error page with source lines"
    } else if found(&JSON, text) {
        "an exception with its stack trace"
    } else {
        return None;
    };
    Some(Sign { framework: "Laravel", what })
}
