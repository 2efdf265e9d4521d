//! Indicators of services and their points.

pub mod list;
pub mod points;
pub mod put;
