//! What an act did.

use serde::{Deserialize, Serialize};

use crate::{http::refused::Refused, reveal_token::NewToken};

/// What every server function answers.
pub type Outcome = Result<Done, Refused>;

/// What an act did: what to say and where to go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Done {
    /// What was done, in a sentence.
    pub said: String,
    /// Where to go; back to the page it was done on where absent.
    pub to: Option<String>,
    /// The element of the page to go back to.
    pub anchor: Option<String>,
    /// Whether what it found is good; a check that ran and failed was done all the same.
    pub good: bool,
    /// A token to be shown with the answer, and never again.
    pub reveal: Option<NewToken>,
}

impl Done {
    /// Stays on the page.
    pub fn here(said: impl Into<String>) -> Self {
        Self { said: said.into(), to: None, anchor: None, good: true, reveal: None }
    }

    /// Goes to another page.
    pub fn to(said: impl Into<String>, path: impl Into<String>) -> Self {
        Self { to: Some(path.into()), ..Self::here(said) }
    }

    /// Says whether what was found is good.
    pub fn good(self, good: bool) -> Self {
        Self { good, ..self }
    }

    /// Comes back to that element of the page.
    pub fn at(self, anchor: impl Into<String>) -> Self {
        Self { anchor: Some(anchor.into()), ..self }
    }

    /// Shows a token with the answer.
    pub fn revealing(self, token: NewToken) -> Self {
        Self { reveal: Some(token), ..self }
    }
}
