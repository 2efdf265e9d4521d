//! What Daytwo does. Each use case exists once, here, and runs in one transaction; the HTTP API
//! and the pages both call it. The rules themselves are in `domain`: the engine loads the facts,
//! `domain` decides.

mod audit;
pub mod audit_log;
pub mod background;
pub mod baselines;
pub mod board;
mod changes;
pub mod checks;
pub mod clock;
mod cookie_key;
pub mod deliveries;
pub mod deployments;
pub mod doctor;
pub mod duties;
mod engine;
pub mod error;
mod handle;
pub mod heartbeats;
pub mod history;
pub mod idempotency;
mod ids;
pub mod indicators;
pub mod lessons;
pub mod measurements;
pub mod people;
pub mod progress;
mod put;
pub mod readiness;
pub mod retention;
pub mod rollback;
pub mod runbooks;
pub mod runs;
pub mod scheduler;
pub mod secrets;
pub mod services;
pub mod sessions;
mod token_cache;
pub mod tokens;
mod work_queue;

pub use crate::engine::{Engine, Options};
pub use error::{Error, FieldError};
pub use put::Put;
pub use store::{Kind as DatabaseKind, origin};

/// The last row of a page that is full, where the next page begins; `None` on the last page.
fn full_page<T>(found: &[T], limit: i64) -> Option<&T> {
    let full = i64::try_from(found.len()).is_ok_and(|n| n >= limit);
    found.last().filter(|_| full)
}
