//! Java stack traces, whatever serves them.

use super::Sign;
use crate::pattern::{found, pattern};

// One frame could be a sentence about one.
pattern!(
    FRAMES,
    r"at (?:[\w$]+[./])+[\w$<>]+\((?:[\w$]+\.(?:java|kt|scala|groovy):\d+|Native Method|Unknown Source)\)[^a-zA-Z]{0,40}(?:\\[rnt]|<br\s*/?>|\s)*at (?:[\w$]+[./])+[\w$<>]+\("
);

pub(super) fn recognise(text: &str) -> Option<Sign> {
    found(&FRAMES, text).then_some(Sign { framework: "Java", what: "a stack trace" })
}
