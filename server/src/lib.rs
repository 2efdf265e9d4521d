//! The program `daytwo`: command line, configuration, HTTP API, lifecycle.

pub mod cli;
pub mod config;
pub mod http;
mod instance_lock;
mod lifecycle;
mod logging;
mod startup;
