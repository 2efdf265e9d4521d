//! Symfony: the exception page of its debug mode, and its toolbar.

use super::Sign;
use crate::pattern::{found, pattern};

pattern!(
    PAGE,
    r#"class="(?:exception-summary|trace-line|exception-hierarchy)[\s"]|<!-- [^>]*Symfony\\Component\\"#
);
pattern!(TOOLBAR, r#"id="sfwdt[0-9a-f]+"|class="sf-toolbar|href="[^"]*/_profiler/[0-9a-f]{6,}"#);

pub(super) fn recognise(text: &str) -> Option<Sign> {
    let what = if found(&PAGE, text) {
        "its exception page"
    } else if found(&TOOLBAR, text) {
        "its debug toolbar"
    } else {
        return None;
    };
    Some(Sign { framework: "Symfony", what })
}
