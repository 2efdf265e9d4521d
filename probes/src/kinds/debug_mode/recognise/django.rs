//! Django with `DEBUG = True`: the technical 404 and 500 pages, and Python tracebacks.

use super::Sign;
use crate::pattern::{found, pattern};

pattern!(SETTING, r"(?i)You.re seeing this error because you have <code>DEBUG = True</code>");
pattern!(URLCONF, r"Using the URLconf defined in\s*<code>|Django tried these URL patterns");
pattern!(
    META,
    r#"<th>Django Version:</th>|id="django-debug-toolbar|Django settings module:|id="djDebug""#
);
pattern!(
    TRACEBACK,
    r#"Traceback \(most recent call last\):[\s\S]{0,2000}?File (?:"|&quot;)[^"\n]+\.py"#
);

pub(super) fn recognise(text: &str) -> Option<Sign> {
    let (framework, what) = if found(&SETTING, text) || found(&META, text) {
        ("Django", "its technical error page (DEBUG = True)")
    } else if found(&URLCONF, text) {
        ("Django", "its list of addresses")
    } else if found(&TRACEBACK, text) && !text.contains("werkzeug") {
        ("Python", "a traceback")
    } else {
        return None;
    };
    Some(Sign { framework, what })
}
