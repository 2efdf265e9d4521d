//! A token that was just made, which is shown once. The page that shows it is the answer to the
//! very request that made it, so the token goes from the engine into that page and nowhere else: no
//! process, session, cookie or address holds it, and it does not matter which of several portals
//! is asked next. The answer is marked so that no cache keeps it. (A redirect, as after other acts,
//! would need it carried to the next request, which another portal may answer.)

use serde::{Deserialize, Serialize};

/// What is shown once.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewToken {
    /// What people call it.
    pub name: String,
    /// The token in clear.
    pub token: String,
}

impl NewToken {
    /// The token the page being rendered is to show.
    pub fn here() -> Option<Self> {
        let parts = leptos::prelude::use_context::<http::request::Parts>()?;
        parts.extensions.get::<Self>().cloned()
    }
}

impl std::fmt::Debug for NewToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewToken").field("name", &self.name).finish_non_exhaustive()
    }
}
