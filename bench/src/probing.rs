//! What a thousand checks and more cost: probes a second, memory, punctuality, restarts.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use crate::{
    client,
    filled::{Load, fill, hang_one},
    portal::{Place, Portal, folder},
    table::Table,
    target::{HANGS, Target, interval_errors_ms, quantile},
};

/// For how long full load is measured, after as long to come to it.
const FOR: Duration = Duration::from_secs(15);
/// More checks than can be run.
const TOO_MANY: Load = Load { services: 1_000, checks: 100, interval_s: 10, hours_ago: 0 };
/// The size of an ordinary installation.
const ORDINARY: Load = Load { services: 10, checks: 100, interval_s: 20, hours_ago: 0 };

/// Measures all of it on SQLite. `soak` is how long the ordinary installation runs.
pub async fn measure(dist: &Path, soak: Duration, table: &mut Table) {
    let capacity = full_load(dist, table).await;
    nearly_full(dist, capacity, table).await;
    ordinary(dist, soak, table).await;
}

async fn place(dist: &Path, data: &tempfile::TempDir, load: Load, port: u16) -> Place {
    let place = Place { dist: dist.to_owned(), data: data.path().to_owned(), database: None };
    place.prepare();
    if let Err(error) = fill(data.path(), load, port).await {
        panic!("the database could not be filled: {error}");
    }
    place
}

/// As many probes as can be; answers how many a second that is.
async fn full_load(dist: &Path, table: &mut Table) -> f64 {
    let (target, data) = (Target::start().await, folder());
    let place = place(dist, &data, TOO_MANY, target.port).await;
    let portal = place.start().await;
    // The first runs are all at once, and each turns its box.
    tokio::time::sleep(3 * FOR).await;
    target.take();
    let kept_before = kept(&place).await;
    let (began, cpu) = (Instant::now(), portal.cpu_s());
    tokio::time::sleep(FOR).await;
    let (took, cpu) = (began.elapsed().as_secs_f64(), portal.cpu_s() - cpu);
    let asked = target.count();
    let at_once = kept(&place).await - kept_before;
    // What was asked for has to be safe a second later.
    tokio::time::sleep(Duration::from_secs(1)).await;
    let safe = kept(&place).await - kept_before;
    let count = f64::from(u32::try_from(at_once).unwrap_or(0));
    let lost = i64::try_from(asked).unwrap_or(0) - safe;
    table.row(
        "HTTP probes a second and core, SQLite, durable",
        format!("{:.0}", count / cpu),
        format!(
            "target 6000; {:.0} a second on the whole machine, the target beside it; {asked} asked \
             for, {} of them not safe a second later",
            count / took,
            lost.max(0)
        ),
    );
    drop(portal);
    let each_us = cpu / count * 1e6;
    for (kept_alive, name) in [(false, "a connection each"), (true, "connections kept")] {
        let raw = client::raw_us(&format!("http://127.0.0.1:{}/1", target.port), kept_alive).await;
        table.row(
            &format!("processor time of a probe beside a request of a plain client, {name}"),
            format!("{each_us:.0} µs beside {raw:.0} µs, ratio {:.2}", each_us / raw),
            "target ratio at most 2 beside oha",
        );
    }
    count / took
}

/// How punctual it is at nine tenths of what it can do.
async fn nearly_full(dist: &Path, capacity: f64, table: &mut Table) {
    let (target, data) = (Target::start().await, folder());
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "some thousands")]
    let services = (capacity * 0.9 * 10.0 / 100.0) as u32;
    let load = Load { services, checks: 100, interval_s: 10, hours_ago: 0 };
    let place = place(dist, &data, load, target.port).await;
    let portal = place.start().await;
    // The first runs are all at once, and take a while to work off.
    tokio::time::sleep(Duration::from_secs(75)).await;
    target.take();
    tokio::time::sleep(Duration::from_secs(25)).await;
    let errors = interval_errors_ms(&target.take(), 10.0);
    table.row(
        &format!("interval error at 90 % of that, {} checks every 10 s", load.all()),
        format!("p99 {:.1} ms, median {:.1} ms", quantile(&errors, 0.99), quantile(&errors, 0.5)),
        format!("target p99 50 ms; {} intervals", errors.len()),
    );
    drop(portal);
}

/// A thousand checks every 20 s: memory, punctuality, a restart, a check that hangs.
async fn ordinary(dist: &Path, soak: Duration, table: &mut Table) {
    let (target, data) = (Target::start().await, folder());
    let place = place(dist, &data, ORDINARY, target.port).await;
    let portal = place.start().await;
    tokio::time::sleep(Duration::from_secs(25)).await;
    target.take();
    tokio::time::sleep(soak).await;
    let before = target.take();
    let errors = interval_errors_ms(&before, 20.0);
    let minutes = soak.as_secs_f64() / 60.0;
    table.row(
        "interval error, 1,000 checks every 20 s",
        format!("p99 {:.2} ms, median {:.2} ms", quantile(&errors, 0.99), quantile(&errors, 0.5)),
        format!("target p99 5 ms; {} intervals", errors.len()),
    );
    table.row(
        &format!("memory at 1,000 checks every 20 s, after {minutes:.0} min"),
        format!("{:.0} MiB", portal.memory_mib()),
        "target 60 MiB after 10 min",
    );
    let portal = restarted(&place, portal, &target, &before, table).await;
    hanging(&place, portal, &target, quantile(&errors, 0.99), table).await;
}

/// Kills it and starts it again: every check within an interval, at its old time.
async fn restarted(
    place: &Place,
    portal: Portal,
    target: &Target,
    before: &[(u32, Instant)],
    table: &mut Table,
) -> Portal {
    drop(portal);
    target.take();
    let began = Instant::now();
    let portal = place.start().await;
    tokio::time::sleep(Duration::from_secs(21)).await;
    let after = target.take();
    let mut first = std::collections::HashMap::new();
    for (number, at) in &after {
        first.entry(*number).or_insert(*at);
    }
    let last_start = first.values().max().map_or(0.0, |at| (*at - began).as_secs_f64());
    let before: std::collections::HashMap<_, _> = before.iter().copied().collect();
    let mut moved: Vec<f64> = first
        .iter()
        .filter_map(|(number, at)| {
            let apart = (*at - *before.get(number)?).as_secs_f64() % 20.0;
            Some(apart.min(20.0 - apart) * 1_000.0)
        })
        .collect();
    moved.sort_by(f64::total_cmp);
    table.row(
        "checks started after a kill and a restart, 1,000 every 20 s",
        format!("{} in {last_start:.1} s", first.len()),
        format!(
            "target all in 20 s, phase kept: moved by p99 {:.1} ms, {} again within the interval",
            quantile(&moved, 0.99),
            after.len() - first.len()
        ),
    );
    portal
}

/// One check of the thousand hangs until its time-out, again and again.
async fn hanging(place: &Place, portal: Portal, target: &Target, alone: f64, table: &mut Table) {
    drop(portal);
    if let Err(error) = hang_one(&place.data, target.port).await {
        panic!("no check could be made to hang: {error}");
    }
    let portal = place.start().await;
    tokio::time::sleep(Duration::from_secs(25)).await;
    target.take();
    tokio::time::sleep(Duration::from_secs(65)).await;
    let asked = target.take();
    assert!(asked.iter().any(|(number, _)| *number == HANGS), "nothing hung");
    let errors = interval_errors_ms(&asked, 20.0);
    table.row(
        "interval error of 999 beside one that hangs",
        format!("p99 {:.2} ms", quantile(&errors, 0.99)),
        format!("target unchanged; {alone:.2} ms without it"),
    );
    drop(portal);
}

/// How many measurements the database holds.
async fn kept(place: &Place) -> i64 {
    let Ok(location) = store::location(None, &place.data) else { return 0 };
    let Ok(pool) = store::Pool::connect(location).await else { return 0 };
    let Ok(mut link) = pool.reader().await else { return 0 };
    let row = link.query("SELECT count(*) AS n FROM measurements").fetch_one().await;
    row.and_then(|row| row.get::<i64>("n")).unwrap_or(0)
}
