//! Which of the caught messages are wanted.

use serde::Deserialize;

/// Most messages in one answer.
const MOST: usize = 200;

/// Which messages are wanted.
#[derive(Debug, Deserialize)]
pub struct Filter {
    /// Only to this recipient.
    pub to: Option<String>,
    /// At most so many.
    pub limit: Option<usize>,
}

impl Filter {
    /// How many at most, within bounds.
    pub fn limit(&self) -> usize {
        self.limit.unwrap_or(50).min(MOST)
    }
}
