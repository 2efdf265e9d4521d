//! The HTTP API for CI and scripts.

pub mod v1;
