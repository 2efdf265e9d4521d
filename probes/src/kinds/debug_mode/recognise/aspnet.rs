//! ASP.NET: the yellow error page, and the developer exception page of ASP.NET Core.

use super::Sign;
use crate::pattern::{found, pattern};

pattern!(YELLOW, r"<h1>Server Error in '[^']*' Application\.|<b>\s*Stack Trace:\s*</b>");
pattern!(DETAIL, r"<b>\s*(?:Source File|Stack Trace|Exception Details)\s*:\s*</b>");
pattern!(
    CORE,
    r#"<title>Internal Server Error</title>[\s\S]*class="(?:titleerror|rawExceptionStackTrace)|An unhandled exception occurred while processing the request\."#
);
pattern!(
    FRAMES,
    r"(?m)^\s*at [\w.`<>+\[\], ]+\([^)\n]*\)(?: in [^\n]+:line \d+)?\s*\n\s*at [\w.`<>+]+\([^)\n]*\) in [^\n]+:line \d+"
);

pub(super) fn recognise(text: &str) -> Option<Sign> {
    let what = if found(&CORE, text) {
        "its developer exception page"
    } else if found(&YELLOW, text) && found(&DETAIL, text) {
        "its detailed error page"
    } else if found(&FRAMES, text) {
        "a stack trace"
    } else {
        return None;
    };
    Some(Sign { framework: "ASP.NET", what })
}
