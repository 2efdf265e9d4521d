//! Baselines that people ask for.

mod record_now;

pub use record_now::Recorded;
