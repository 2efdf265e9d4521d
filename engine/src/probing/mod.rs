//! Probing: running checks, keeping what they saw, and doing so again while a watch is open.

mod built_in;
mod conditions;
mod keep;
mod picture;
mod recorder;
mod run;

pub(crate) use built_in::sync_built_in;
pub(crate) use conditions::Conditions;
pub(crate) use keep::{LastJudged, Seen, keep};
pub(crate) use recorder::{Recorder, channel as recorder, record};
pub use run::Probed;
