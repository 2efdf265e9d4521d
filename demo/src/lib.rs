//! The demonstration: its people, its services, and a year of made-up history, which is played
//! through the engine's own use cases with a clock that is moved through the year, so that every
//! rule held and the audit chain verifies. All of it is marked as the demo's.

mod addresses;
mod calendar;
mod error;
mod event;
mod lessons;
mod live;
mod measured;
mod notes;
mod people;
mod plan;
mod play;
mod releases;
mod reports;
mod run;
mod stage;

pub use addresses::Places;
pub use error::DemoError;
pub use event::{Act, Event};
pub use people::{CI, Cast, PASSWORD};
pub use plan::plan;
pub use play::{Told, tell};
pub use stage::move_to;

/// The seed of the demo that ships.
pub const SEED: u64 = 1_889;
