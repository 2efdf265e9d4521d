//! The log: one line an event, to standard error; `RUST_LOG` narrows or widens it.

use std::io::IsTerminal as _;

use tracing_subscriber::{EnvFilter, fmt, layer::SubscriberExt as _, util::SubscriberInitExt as _};

use crate::config::LogFormat;

/// Starts logging. A second start changes nothing.
pub fn start(format: LogFormat) {
    let filter = EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| EnvFilter::new("info,sqlx=warn,tower_sessions=warn,html5ever=error"));
    let registry = tracing_subscriber::registry().with(filter);
    let started = match format {
        LogFormat::Text => {
            // Colours are for eyes: a file or a journal gets the words alone.
            let lines = fmt::layer().with_writer(std::io::stderr).with_target(false);
            let seen = std::io::stderr().is_terminal();
            registry.with(if seen { lines } else { lines.with_ansi(false) }).try_init()
        }
        LogFormat::Json => {
            registry.with(fmt::layer().json().with_writer(std::io::stderr)).try_init()
        }
    };
    // Whoever embeds the server may have started a log of their own.
    drop(started);
}
