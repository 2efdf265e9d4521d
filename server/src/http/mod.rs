//! HTTP: the pages, the API and what stands in front of both.

pub mod api;
mod auth;
pub(crate) mod client_ip;
mod cursor;
mod docs;
mod extract;
mod health;
mod limit;
mod metrics;
mod ping;
mod problem;
mod router;
mod sessions;
mod trace;
mod unread;

pub use router::{Site, router};

use std::sync::Arc;

use engine::Engine;

/// What handlers need.
#[derive(Debug, Clone)]
pub struct ApiState {
    pub(crate) engine: Engine,
    pub(crate) limits: Arc<limit::Limits>,
    pub(crate) metrics: Arc<metrics::Metrics>,
    pub(crate) proxies: Arc<client_ip::Proxies>,
}
