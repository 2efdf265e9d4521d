//! PHP: warnings and fatal errors in the page, Xdebug's tables, `phpinfo()`.

use super::Sign;
use crate::pattern::{found, pattern};

pattern!(
    WARNING,
    r"(?i)(?:<b>)?(?:Warning|Notice|Deprecated|Fatal error|Parse error|Strict Standards)(?:</b>)?:\s[^\n]{1,400}? in (?:<b>)?[^\n<]+\.(?:php|inc|phtml)(?:</b>)?(?: on line (?:<b>)?|:)\d+"
);
pattern!(XDEBUG, r#"class=['"]xdebug-error|<table[^>]*>[\s\S]{0,200}xdebug"#);
pattern!(INFO, r"(?i)<title>[^<]*phpinfo\(\)|>PHP Version\s*</");
pattern!(TRACE, r"(?m)^\s*#0 (?:/|\{main\}|[A-Z]:\\)[^\n]*(?:\.php\(\d+\))");

pub(super) fn recognise(text: &str) -> Option<Sign> {
    let what = if found(&INFO, text) {
        "phpinfo()"
    } else if found(&XDEBUG, text) {
        "Xdebug's error page"
    } else if found(&WARNING, text) {
        "an error message with the path of its source"
    } else if found(&TRACE, text) {
        "a stack trace"
    } else {
        return None;
    };
    Some(Sign { framework: "PHP", what })
}
