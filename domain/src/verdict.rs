//! The three answers there are.

use crate::string_enum::string_enum;

string_enum! {
    /// What is known about a deployment, an item or an indicator.
    Verdict {
        /// There is evidence that it is good.
        Passed = "passed",
        /// There is evidence that it is not.
        Failed = "failed",
        /// There is not enough evidence either way.
        Undecided = "undecided",
    }
}

impl Verdict {
    /// Reads the stored word; anything else is undecided, never passed.
    #[must_use]
    pub fn parse_or_undecided(word: &str) -> Self {
        match word {
            "passed" => Self::Passed,
            "failed" => Self::Failed,
            _ => Self::Undecided,
        }
    }
}
