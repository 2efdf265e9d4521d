//! A token that was just made, until the next page has shown it. It is held in this process's
//! memory, for two minutes: what is kept of a token is its hash, in the session's row too.

use std::{
    collections::HashMap,
    sync::{LazyLock, Mutex, PoisonError},
    time::Duration,
};

use tokio::time::Instant;
use tower_sessions::Session;
use uuid::Uuid;

use crate::auth::REFRESH;

/// The session's key of what is held for it.
const KEY: &str = "new_token";
/// How long a token waits for its page.
const WAITS: Duration = Duration::from_secs(120);

static HELD: LazyLock<Mutex<HashMap<Uuid, (Instant, NewToken)>>> = LazyLock::new(Mutex::default);

/// What is shown once.
#[derive(Clone)]
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
    let id = Uuid::now_v7();
    session.insert(KEY, id).await?;
    let mut held = HELD.lock().unwrap_or_else(PoisonError::into_inner);
    held.retain(|_, (since, _)| since.elapsed() < WAITS);
    held.insert(id, (Instant::now(), new));
    Ok(())
}

/// Takes it for the page that was asked for. One that is only refreshed leaves it.
pub async fn take(asked: &http::request::Parts) -> Option<NewToken> {
    if asked.headers.contains_key(REFRESH) {
        return None;
    }
    let session = asked.extensions.get::<Session>()?;
    let id = session.remove::<Uuid>(KEY).await.ok().flatten()?;
    let (since, new) = HELD.lock().unwrap_or_else(PoisonError::into_inner).remove(&id)?;
    (since.elapsed() < WAITS).then_some(new)
}
