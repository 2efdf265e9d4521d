//! Heartbeats of services.

pub mod list;
pub mod put;
