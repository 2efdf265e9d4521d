//! Duties: recurring runbooks of services.

pub mod list;
pub mod put;
pub mod reports;
pub mod results;
