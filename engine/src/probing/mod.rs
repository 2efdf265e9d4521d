//! Probing: running checks, keeping what they saw, and doing so again while a watch is open.

mod built_in;
mod picture;
mod run;

pub(crate) use built_in::sync_built_in;
pub use run::Probed;
pub(crate) use run::keep;
