//! A token that was just made, kept in the session until the next page has shown it.

use serde::{Deserialize, Serialize};
use tower_sessions::Session;

use crate::auth::REFRESH;

const KEY: &str = "new_token";

/// What is shown once.
#[derive(Clone, Serialize, Deserialize)]
pub struct NewToken {
    /// What people call it.
    pub name: String,
    /// The token in clear.
    pub token: String,
}

impl std::fmt::Debug for NewToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewToken").field("name", &self.name).finish_non_exhaustive()
    }
}

/// Keeps it for the next page.
///
/// # Errors
/// Where the session cannot be written; the token is then lost and must be revoked.
pub async fn keep(session: &Session, new: NewToken) -> Result<(), tower_sessions::session::Error> {
    session.insert(KEY, new).await
}

/// Takes it for the page that was asked for. One that is only refreshed leaves it.
pub async fn take(asked: &http::request::Parts) -> Option<NewToken> {
    if asked.headers.contains_key(REFRESH) {
        return None;
    }
    let session = asked.extensions.get::<Session>()?;
    let new = session.remove::<NewToken>(KEY).await.ok().flatten()?;
    // At once, so that it is gone even where the page does not arrive.
    session.save().await.ok()?;
    Some(new)
}
