//! What others write and Daytwo reads, each format in a module of its own: pure functions from text
//! to the entities of `domain`, with errors that say what to change.
//!
//! Everything read here comes from outside, so each reader has limits on size, depth and number, and
//! none panics.

pub mod chrome_recorder;
mod file_in_its_folder;
mod junit;
mod k6;
mod playwright;
pub mod reports;
pub mod runbook_yaml;
mod shipped_runbooks;

pub use shipped_runbooks::SHIPPED_RUNBOOKS;
