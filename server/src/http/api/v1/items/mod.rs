//! The items of a run.

pub mod reports;
pub mod results;
