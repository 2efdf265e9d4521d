//! The program `daytwo`.

use std::process::ExitCode;

/// Many threads ask for memory and give it back: this takes less of the machine for that than the
/// system's own. Its settings are in `.cargo/config.toml`.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    server::cli::run()
}
