//! Services and their checks.

pub mod check;
pub mod get;
pub mod list;
pub mod measurements;
pub mod put;
