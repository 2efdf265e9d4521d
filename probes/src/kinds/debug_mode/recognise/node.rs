//! Express and other Node servers: a stack in the answer.

use super::Sign;
use crate::pattern::{found, pattern};

// Two frames, as text, in a page (`<br> &nbsp; &nbsp;at …`) or in JSON (`\n    at …`).
pattern!(
    STACK,
    r"(?:\bat |&nbsp;at )(?:async )?[^\n<\\]{0,200}?\(?(?:file://|node:|/|[A-Z]:\\)[^\n<()]{1,300}?:\d+:\d+\)?(?:\s|<br>|&nbsp;|\\n)+at "
);
pattern!(MODULES, r"node_modules/[\w@./-]+\.[cm]?js:\d+:\d+|\(?node:internal/[\w/]+:\d+:\d+");

pub(super) fn recognise(text: &str) -> Option<Sign> {
    if found(&STACK, text) || found(&MODULES, text) {
        return Some(Sign { framework: "Node", what: "a stack trace" });
    }
    None
}
