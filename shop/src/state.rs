//! What every part of the running shop shares.

use std::sync::{Arc, PoisonError, RwLock, atomic::AtomicBool};

use axum::extract::FromRef;
use tokio_util::sync::CancellationToken;

use crate::{
    faults::Faults, mail::sender::Sender, metrics::Metrics, payment::Payments, store::Store,
};

/// The shared state; cheap to clone.
#[derive(Clone)]
pub struct AppState(Arc<Shared>);

/// What [`AppState`] shares.
pub struct Shared {
    /// Accounts, sessions, orders, jobs.
    pub store: Store,
    /// The fault switches.
    pub faults: Arc<Faults>,
    /// The counters.
    pub metrics: Metrics,
    /// Talks to the payment gateway.
    pub payments: Payments,
    /// Talks to the mail server.
    pub sender: Sender,
    /// Addresses of the shop itself.
    pub addresses: Addresses,
    /// Whether the worker takes jobs; the worker itself says so.
    pub worker_running: AtomicBool,
    /// Cancelled when the shop stops.
    pub stop: CancellationToken,
    /// When the shop started.
    pub started: std::time::Instant,
    release: RwLock<String>,
}

/// Where the parts of the shop answer.
#[derive(Debug, Clone)]
pub struct Addresses {
    /// The shop, as mails should name it; no slash at the end.
    pub base_url: String,
    /// The page of the caught mail.
    pub mailbox_url: String,
}

/// What [`AppState::new`] is made of.
pub struct Parts {
    /// The data.
    pub store: Store,
    /// The fault switches.
    pub faults: Arc<Faults>,
    /// The counters.
    pub metrics: Metrics,
    /// Talks to the payment gateway.
    pub payments: Payments,
    /// Talks to the mail server.
    pub sender: Sender,
    /// Addresses of the shop itself.
    pub addresses: Addresses,
    /// Cancelled when the shop stops.
    pub stop: CancellationToken,
    /// The version to start with.
    pub release: String,
}

impl AppState {
    /// Puts the parts together.
    pub fn new(parts: Parts) -> Self {
        parts.metrics.set_release(&parts.release);
        Self(Arc::new(Shared {
            store: parts.store,
            faults: parts.faults,
            metrics: parts.metrics,
            payments: parts.payments,
            sender: parts.sender,
            addresses: parts.addresses,
            worker_running: AtomicBool::new(false),
            stop: parts.stop,
            started: std::time::Instant::now(),
            release: RwLock::new(parts.release),
        }))
    }

    /// The version that runs.
    pub fn release(&self) -> String {
        self.0.release.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Runs another version from now on; answers the one before.
    pub fn set_release(&self, version: &str) -> String {
        self.metrics.set_release(version);
        let mut release = self.0.release.write().unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut *release, version.to_owned())
    }
}

impl std::ops::Deref for AppState {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}

impl FromRef<AppState> for Arc<Faults> {
    fn from_ref(state: &AppState) -> Self {
        Arc::clone(&state.faults)
    }
}
