//! Rails in development: the exception and routing pages, the web console, Ruby backtraces.

use super::Sign;
use crate::pattern::{found, pattern};

pattern!(
    PAGE,
    r#"<title>Action Controller: Exception caught</title>|<code>Rails\.root: |id="routing-error|Rails\.application\.routes|class="exception-message[\s\S]{0,600}Application Trace"#
);
pattern!(ROUTES, r"<h1>Routing Error</h1>[\s\S]{0,400}No route matches \[");
pattern!(
    CONSOLE,
    r#"data-template="?web_console|id="console"[^>]*data-(?:mount-point|session-id)"#
);
pattern!(BACKTRACE, r"(?m)^\s*(?:from )?\S+\.rb:\d+:in [`'‘][^\n]+[\s\S]{0,400}?\.rb:\d+:in [`'‘]");
pattern!(JSON, r#""exception"\s*:\s*""#);
pattern!(JSON_TRACES, r#""traces"\s*:\s*\{\s*"Application Trace""#);

pub(super) fn recognise(text: &str) -> Option<Sign> {
    let (framework, what) = if found(&CONSOLE, text) {
        ("Rails", "its web console")
    } else if found(&PAGE, text) || found(&ROUTES, text) {
        ("Rails", "its development error page")
    } else if found(&JSON, text) && found(&JSON_TRACES, text) {
        ("Rails", "an exception with its traces")
    } else if found(&BACKTRACE, text) {
        ("Ruby", "a backtrace")
    } else {
        return None;
    };
    Some(Sign { framework, what })
}
