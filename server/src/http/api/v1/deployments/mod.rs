//! Deployments.

pub mod announce;
pub mod gate;
pub mod get;
pub mod list;
pub mod rollback;
