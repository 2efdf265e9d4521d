//! The demo shop: a small web shop with switches for faults, for Daytwo to watch.

mod app;
mod cli;
mod clock;
mod control;
mod control_page;
mod error;
mod faults;
mod gateway;
mod heartbeat;
mod log;
mod mail;
mod metrics;
mod middleware;
mod pages;
mod payment;
mod request_id;
mod secret;
mod session;
mod state;
mod store;
mod tls;
mod tls_listener;
mod traffic;
mod worker;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    let arguments = cli::Arguments::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&error),
    };
    let outcome = runtime.block_on(app::run(arguments));
    // A password being hashed on the blocking pool must not hold the process back.
    runtime.shutdown_background();
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&error),
    }
}

#[expect(clippy::print_stderr, reason = "the last word of a command that could not start")]
fn fail(error: &dyn std::error::Error) -> ExitCode {
    tracing::error!(%error, "the shop stopped");
    eprintln!("daytwo-shop: {error}");
    ExitCode::FAILURE
}
