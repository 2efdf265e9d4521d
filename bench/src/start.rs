//! Cold start and idle memory.

use std::{path::Path, time::Duration};

use crate::{
    portal::{Place, folder},
    table::Table,
};

/// Measures the start on a database that exists, and the memory after a quiet while.
pub async fn measure(dist: &Path, table: &mut Table) {
    let data = folder();
    let place = Place { dist: dist.to_owned(), data: data.path().to_owned(), database: None };
    place.prepare();
    let mut starts = Vec::new();
    for _ in 0..5 {
        starts.push(place.start().await.first_page);
    }
    starts.sort();
    let median = starts[starts.len() / 2];
    table.row(
        "cold start to first page",
        format!("{} ms", median.as_millis()),
        "median of 5; no target",
    );
    let portal = place.start().await;
    tokio::time::sleep(Duration::from_secs(10)).await;
    table.row(
        "resident memory, idle for 10 s",
        format!("{:.1} MiB", portal.memory_mib()),
        "no target",
    );
}
