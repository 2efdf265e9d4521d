//! The program `daytwo`: command line, configuration, HTTP API, lifecycle.

mod alone;
pub mod cli;
pub mod config;
pub mod http;
mod lifecycle;
mod logging;
mod open;
