//! What every handler of the interface is given.

use std::sync::Arc;

use axum::extract::FromRef;
use engine::{Engine, Error};
use leptos::config::LeptosOptions;
use tokio::sync::{OnceCell, broadcast};
use uuid::Uuid;

use crate::open_streams::OpenStreams;

/// The state of the interface's routes.
#[derive(Clone)]
pub struct Portal {
    /// What the portal does.
    pub engine: Engine,
    /// Where the site's files are.
    pub options: LeptosOptions,
    cookie_key: Arc<OnceCell<[u8; 32]>>,
    progress: broadcast::Sender<Progress>,
    /// The event streams that are open.
    pub streams: OpenStreams,
}

/// How far an act of a page has come, in words.
#[derive(Debug, Clone)]
pub struct Progress {
    /// The page that waits for it.
    pub page: Uuid,
    /// How far.
    pub said: String,
}

/// How many words of progress a page may be behind before it misses some.
const BEHIND: usize = 256;

impl Portal {
    /// The state over an engine.
    pub fn new(engine: Engine, options: LeptosOptions) -> Self {
        Self {
            engine,
            options,
            cookie_key: Arc::default(),
            progress: broadcast::channel(BEHIND).0,
            streams: OpenStreams::default(),
        }
    }

    /// What cookies are signed with: the same at all portals on the database, read once.
    ///
    /// # Errors
    /// Trouble with the database.
    pub async fn cookie_key(&self) -> Result<&[u8; 32], Error> {
        self.cookie_key.get_or_try_init(|| self.engine.sessions().cookie_key()).await
    }

    /// Tells a page how far its act has come. It is told where its events are read from this portal;
    /// elsewhere it waits without a word.
    pub fn tell_progress(&self, progress: Progress) {
        // Nobody listening is no error.
        drop(self.progress.send(progress));
    }

    /// How far the acts of pages come from now on.
    pub fn progress(&self) -> broadcast::Receiver<Progress> {
        self.progress.subscribe()
    }

    /// Whether browsers reach the portal behind TLS only.
    pub fn is_secure(&self) -> bool {
        self.engine.options().base_url.starts_with("https://")
    }
}

// The key is nobody's to print.
impl std::fmt::Debug for Portal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Portal").field("engine", &self.engine).finish_non_exhaustive()
    }
}

impl FromRef<Portal> for LeptosOptions {
    fn from_ref(portal: &Portal) -> Self {
        portal.options.clone()
    }
}

impl FromRef<Portal> for Engine {
    fn from_ref(portal: &Portal) -> Self {
        portal.engine.clone()
    }
}
