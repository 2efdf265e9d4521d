//! Spring: the Whitelabel page or error JSON with a trace.
//!
//! The page without a trace names the framework and nothing else; that is no debug mode.

use super::Sign;
use crate::pattern::{found, pattern};

pattern!(WHITELABEL, r"Whitelabel Error Page");
pattern!(TRACE, r"(?m)(?:^|\\n|>)\s*(?:\\t)?at (?:[\w$]+\.)+[\w$<>]+\([\w$]+\.java:\d+\)");
pattern!(JSON, r#""trace"\s*:\s*"[\w.$]+(?:Exception|Error)"#);

pub(super) fn recognise(text: &str) -> Option<Sign> {
    let shown = (found(&WHITELABEL, text) && found(&TRACE, text)) || found(&JSON, text);
    shown.then_some(Sign { framework: "Spring", what: "a stack trace in its error page" })
}
