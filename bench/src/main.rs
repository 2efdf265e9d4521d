//! Measures the release on loopback and prints a table: each figure beside its target and, where
//! there is one, a reference measured in the same run. Never a test: times depend on the machine.

mod page_cost;
mod portal;
mod raw;
mod results;
mod start;
mod table;
mod transfer;
mod watching;

use std::path::PathBuf;

use table::Table;

fn main() {
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => panic!("the runtime cannot start: {error}"),
    };
    runtime.block_on(measure());
}

#[expect(clippy::disallowed_methods, reason = "a bench takes its settings from the environment")]
async fn measure() {
    drop(rustls::crypto::ring::default_provider().install_default());
    let dist = std::env::var_os("DAYTWO_DIST").map_or_else(|| PathBuf::from("dist"), PathBuf::from);
    let postgres = std::env::var("DAYTWO_TEST_POSTGRES_URL").ok();
    let mut table = Table::default();
    transfer::measure(&dist, &mut table).await;
    start::measure(&dist, &mut table).await;
    results::measure(&dist, postgres.as_deref(), &mut table).await;
    watching::measure(&dist, &mut table).await;
    page_cost::measure(&dist, &mut table).await;
    table.print();
}
