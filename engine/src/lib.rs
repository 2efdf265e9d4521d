//! What Daytwo does. Each use case exists once, here, and runs in one transaction; the HTTP API
//! and the pages both call it. The rules themselves are in `domain`: the engine loads the facts,
//! `domain` decides.

mod audit;
pub mod background;
pub mod board;
pub mod clock;
pub mod deliveries;
mod demo_import;
pub mod deployments;
pub mod doctor;
pub mod duties;
mod engine;
pub mod error;
pub mod heartbeats;
pub mod history;
mod ids;
pub mod indicators;
pub mod lessons;
pub mod once;
pub mod people;
pub mod probing;
pub mod retention;
pub mod rollback;
pub mod runbooks;
pub mod runs;
pub mod scheduler;
pub mod services;
pub mod sessions;
pub mod text;
mod token_cache;
pub mod tokens;

pub use crate::engine::{Engine, Options};
pub use error::{FieldError, Refusal};

/// The last row of a page that is full, where the next page begins; `None` on the last page.
fn full_page<T>(found: &[T], limit: i64) -> Option<&T> {
    let full = i64::try_from(found.len()).is_ok_and(|n| n >= limit);
    found.last().filter(|_| full)
}
