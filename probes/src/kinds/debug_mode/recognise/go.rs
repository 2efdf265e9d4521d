//! Go: a panic's goroutines in the answer.

use super::Sign;
use crate::pattern::{found, pattern};

pattern!(GOROUTINE, r"goroutine \d+ \[[\w ,]+\]:");
pattern!(FRAME, r"[\w./-]+\.go:\d+(?: \+0x[0-9a-f]+)?");

pub(super) fn recognise(text: &str) -> Option<Sign> {
    let shown = found(&GOROUTINE, text) && found(&FRAME, text);
    shown.then_some(Sign { framework: "Go", what: "a panic with its goroutines" })
}
