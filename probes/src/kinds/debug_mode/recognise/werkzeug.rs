//! Werkzeug and Flask: the interactive debugger, which runs code for whoever opens its console.

use super::Sign;
use crate::pattern::{found, pattern};

pattern!(
    DEBUGGER,
    r"<title>[^<]*// Werkzeug Debugger</title>|EVALEX\s*=\s*(?:true|false)|\?__debugger__=yes|The debugger caught an exception in your WSGI application"
);
pattern!(TRACEBACK, r#"Traceback \(most recent call last\):[\s\S]*werkzeug"#);

pub(super) fn recognise(text: &str) -> Option<Sign> {
    let what = if found(&DEBUGGER, text) {
        "its interactive debugger"
    } else if found(&TRACEBACK, text) {
        "a traceback"
    } else {
        return None;
    };
    Some(Sign { framework: "Werkzeug", what })
}
