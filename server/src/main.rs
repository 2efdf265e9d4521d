//! The program `daytwo`.

use std::process::ExitCode;

fn main() -> ExitCode {
    server::cli::run()
}
