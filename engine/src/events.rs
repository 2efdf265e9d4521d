//! What changed, for pages that show it live and for the gate that waits.

use domain::ids::DeploymentId;
use tokio::sync::broadcast;

/// Something changed that a page may show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Changed {
    /// The deployment, or `None` where it concerns the board alone.
    pub deployment: Option<DeploymentId>,
}

/// Where changes are told.
#[derive(Debug, Clone)]
pub struct Events(broadcast::Sender<Changed>);

impl Default for Events {
    fn default() -> Self {
        Self(broadcast::channel(1024).0)
    }
}

impl Events {
    /// Tells everyone who listens. For after the commit.
    pub fn tell(&self, deployment: Option<DeploymentId>) {
        // Nobody listening is no error.
        drop(self.0.send(Changed { deployment }));
    }

    /// Listens from now on.
    #[must_use]
    pub fn listen(&self) -> broadcast::Receiver<Changed> {
        self.0.subscribe()
    }
}
