//! Measures the release on loopback and prints a table: each figure beside its target and, where
//! there is one, a reference measured in the same run. Never a test: times depend on the machine.

mod client;
mod filled;
mod large;
mod page_cost;
mod portal;
mod probing;
mod raw;
mod results;
mod start;
mod table;
mod target;
mod transfer;
mod viewers;
mod watching;

use std::{path::PathBuf, time::Duration};

use table::Table;

fn main() {
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => panic!("the runtime cannot start: {error}"),
    };
    drop(rustls::crypto::ring::default_provider().install_default());
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    if let [what, url, kept] = &arguments[..]
        && what == client::ARGUMENT
    {
        table::show(&runtime.block_on(client::ask(url, kept == "kept")).to_string());
        return;
    }
    runtime.block_on(measure(&arguments));
}

#[expect(clippy::disallowed_methods, reason = "a bench takes its settings from the environment")]
async fn measure(only: &[String]) {
    let dist = std::env::var_os("DAYTWO_DIST").map_or_else(|| PathBuf::from("dist"), PathBuf::from);
    let postgres = std::env::var("DAYTWO_TEST_POSTGRES_URL").ok();
    let mut table = Table::default();
    let wanted = |part: &str| only.is_empty() || only.iter().any(|wanted| wanted == part);
    let soak = std::env::var("DAYTWO_BENCH_SOAK_S").ok().and_then(|text| text.parse().ok());
    let soak = Duration::from_secs(soak.unwrap_or(120));
    if wanted("transfer") {
        transfer::measure(&dist, &mut table).await;
    }
    if wanted("start") {
        start::measure(&dist, &mut table).await;
    }
    if wanted("results") {
        results::measure(&dist, postgres.as_deref(), &mut table).await;
    }
    if wanted("watching") {
        watching::measure(&dist, &mut table).await;
    }
    if wanted("probing") {
        probing::measure(&dist, soak, &mut table).await;
    }
    if wanted("pages") {
        page_cost::measure(&dist, &mut table).await;
        large::measure(&dist, &mut table).await;
    }
    if wanted("viewers") {
        viewers::measure(&dist, postgres.as_deref(), &mut table).await;
    }
    table.print();
}
