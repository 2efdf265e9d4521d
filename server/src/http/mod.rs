//! HTTP: the pages, the API and what stands in front of both.

pub mod api;
mod auth;
pub(crate) mod client_ip;
mod connections;
mod cursor;
mod docs;
mod drain_body;
mod extract;
mod health;
mod large_bodies;
mod metrics;
mod ping;
mod problem;
mod rate_limit;
mod reply;
mod router;
mod sessions;
mod trace;

pub use connections::Connections;
pub use router::{Site, connections, router};

use std::sync::Arc;

use engine::Engine;

/// What handlers need.
#[derive(Debug, Clone)]
pub struct ApiState {
    pub(crate) engine: Engine,
    pub(crate) limits: Arc<rate_limit::Limits>,
    pub(crate) metrics: Arc<metrics::Metrics>,
    pub(crate) proxies: Arc<client_ip::Proxies>,
    pub(crate) cursors: Arc<cursor::Cursors>,
    pub(crate) large_bodies: Arc<large_bodies::LargeBodies>,
}
