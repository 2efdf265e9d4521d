//! What every handler of the interface is given.

use axum::extract::FromRef;
use engine::Engine;
use leptos::config::LeptosOptions;

/// The state of the interface's routes.
#[derive(Debug, Clone)]
pub struct Portal {
    /// What the portal does.
    pub engine: Engine,
    /// Where the site's files are.
    pub options: LeptosOptions,
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
