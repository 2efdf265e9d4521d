//! The demonstration: its people, its services, and a year of made-up history, which is replayed
//! through the engine's own use cases with a clock that is moved through the year, so that every
//! rule held and the audit chain verifies. All of it is marked as the demo's.

mod addresses;
mod calendar;
mod deployment_script;
mod error;
mod event;
mod lessons;
mod live_checks;
mod measured;
mod notes;
mod people;
mod plan;
mod releases;
mod replay;
mod reports;
mod services;

pub use addresses::Addresses;
pub use error::DemoError;
pub use event::{Act, Event};
pub use people::{CI, Cast, PASSWORD};
pub use plan::plan;
pub use replay::{Replayed, replay};
pub use services::update_addresses;

/// The seed of the demo that ships.
pub const SEED: u64 = 1_889;
