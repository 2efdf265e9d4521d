//! Regular expressions that are part of the program.

use std::sync::LazyLock;

use regex::Regex;

/// A pattern of the program's own; `None` only where it is written wrongly, which a test rules out.
pub(crate) type Pattern = LazyLock<Option<Regex>>;

/// Declares a [`Pattern`] and the test that it is a regular expression.
macro_rules! pattern {
    ($name:ident, $pattern:expr) => {
        static $name: $crate::pattern::Pattern =
            std::sync::LazyLock::new(|| regex::Regex::new($pattern).ok());

        #[cfg(test)]
        #[expect(non_snake_case, reason = "named after the pattern it tests")]
        mod $name {
            #[test]
            fn is_a_regular_expression() {
                assert_eq!(regex::Regex::new($pattern).err(), None);
            }
        }
    };
}
pub(crate) use pattern;

/// Whether a text holds a pattern.
pub(crate) fn found(pattern: &Pattern, text: &str) -> bool {
    pattern.as_ref().is_some_and(|pattern| pattern.is_match(text))
}
