//! A page with a thousand checks beside a thousand and a million measurements, what a measurement
//! takes on the disk, and a thousand people with the page open.

use std::{path::Path, time::Instant};

use crate::{
    filled::{Load, fill, measure_before},
    portal::{Place, client, folder, sign_in},
    table::Table,
    target::quantile,
    viewers,
};

/// A service with a thousand checks, deployed long enough ago for a million measurements. They do
/// not run meanwhile.
const THOUSAND: Load = Load { services: 1, checks: 1_000, interval_s: 86_400, hours_ago: 6 };
/// How often the page is asked for.
const REQUESTS: usize = 200;

/// Measures all of it on SQLite.
pub async fn measure(dist: &Path, table: &mut Table) {
    let small = page(dist, 1, table).await;
    let large = page(dist, 1_000, table).await;
    table.row(
        "deployment page, 1,000 checks, 1,000,000 measurements",
        format!("p95 {large:.1} ms, ratio {:.2}", large / small),
        format!("target p95 50 ms and ratio 1.3; p95 {small:.1} ms with 1,000 measurements"),
    );
}

/// The page's p95 in milliseconds, with so many measurements of each check.
async fn page(dist: &Path, each: u32, table: &mut Table) -> f64 {
    let data = folder();
    let place = Place { dist: dist.to_owned(), data: data.path().to_owned(), database: None };
    let token = place.prepare();
    let id = match fill(data.path(), THOUSAND, 9).await {
        Ok(ids) => ids[0],
        Err(error) => panic!("the database could not be filled: {error}"),
    };
    let grown = match measure_before(data.path(), id, each).await {
        Ok(grown) => grown,
        Err(error) => panic!("nothing could be measured: {error}"),
    };
    if each > 1 {
        #[expect(clippy::cast_precision_loss, reason = "some megabytes")]
        let bytes = grown as f64 / f64::from(THOUSAND.all() * each);
        table.row(
            "bytes a measurement takes, SQLite",
            format!("{bytes:.1}"),
            "target 30; the file's growth over 1,000,000, evidence and all else included",
        );
    }
    let portal = place.start().await;
    let cookie = sign_in(&portal.url).await;
    let path = format!("{}/deployments/{}", portal.url, id.0);
    let client = client();
    let mut times = Vec::with_capacity(REQUESTS);
    for n in 0..REQUESTS + 20 {
        let began = Instant::now();
        let sent = client.get(&path).header("cookie", &cookie).header("accept", "text/html").send();
        let Ok(answer) = sent.await else { panic!("the page does not answer") };
        assert!(answer.status().is_success(), "{}", answer.status());
        drop(answer.bytes().await);
        // The first few warm up.
        if n >= 20 {
            times.push(began.elapsed().as_secs_f64() * 1_000.0);
        }
    }
    times.sort_by(f64::total_cmp);
    if each > 1 {
        let id = id.0.to_string();
        let pages = viewers::deployment_pages(&place, &portal.url, &id).await;
        let last = viewers::last_told(pages, &portal.url, &token, &id).await;
        table.row(
            "from a posted result to the last of 1,000 open pages",
            format!("p99 {:.0} ms, median {:.0} ms", quantile(&last, 0.99), quantile(&last, 0.5)),
            format!("target p99 250 ms; {} changes, on the machine the 1,000 run on", last.len()),
        );
    }
    quantile(&times, 0.95)
}
