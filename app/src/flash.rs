//! A message kept in the session until the next page shows it.

use serde::{Deserialize, Serialize};
use tower_sessions::Session;

use crate::typed::Typed;

const KEY: &str = "flash";

/// What came of an act, in a sentence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flash {
    /// Whether it was done.
    pub good: bool,
    /// The sentence.
    pub text: String,
    /// What was typed where it was refused.
    #[serde(default)]
    pub typed: Typed,
}

/// Keeps a message for the next page. A session that cannot be written costs only the message.
pub async fn keep(session: &Session, flash: Flash) {
    if let Err(error) = session.insert(KEY, flash).await {
        tracing::warn!(%error, "a message for the next page could not be kept");
    }
}

/// Takes the message, where there is one.
pub async fn take(session: &Session) -> Option<Flash> {
    session.remove::<Flash>(KEY).await.ok().flatten()
}
