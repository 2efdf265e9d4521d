//! Heartbeats and pushed points: durable before their answer, none lost.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use serde_json::{Value, json};

use crate::{
    portal::{Place, Portal, call, client, folder, open_run},
    table::Table,
};

/// For how long each is measured.
const FOR: Duration = Duration::from_secs(8);
/// How many connections ping.
const PINGING: usize = 8;
/// How many connections push.
const PUSHING: usize = 4;
/// How many points a call carries: the most it may.
const POINTS: usize = 10_000;

/// Measures both on SQLite.
pub async fn measure(dist: &Path, table: &mut Table) {
    let data = folder();
    let place = Place { dist: dist.to_owned(), data: data.path().to_owned(), database: None };
    let token = place.prepare();
    let portal = place.start().await;
    open_run(&portal.url, &token).await;
    heartbeats(&portal, &place, &token, table).await;
    points(&portal, &token, table).await;
}

async fn heartbeats(portal: &Portal, place: &Place, token: &str, table: &mut Table) {
    let asked = json!({"environment": "production", "period_s": 60, "grace_s": 60});
    let path = "/api/v1/services/shop/heartbeats/worker";
    let made = call(&portal.url, token, "PUT", path, &asked).await;
    let address = made["ping_url"].as_str().unwrap_or_default();
    let path = address.find("/ping/").map_or("", |at| &address[at..]);
    let url = format!("{}{path}", portal.url);
    let sent = run(portal, PINGING, async move |client| {
        let heard = client.get(&url).send().await;
        u64::from(heard.is_ok_and(|answer| answer.status().is_success()))
    })
    .await;
    let kept = pings(place).await;
    let exact = if kept == sent.count { "none lost" } else { "SOME LOST" };
    table.row(
        "heartbeats a second and core, SQLite, durable, 8 connections",
        format!("{:.0}", sent.each_cpu_second()),
        format!(
            "target 5000; {exact} of {}; {:.0} a second on the whole machine",
            sent.count,
            sent.each_second()
        ),
    );
}

async fn points(portal: &Portal, token: &str, table: &mut Table) {
    let asked = json!({"family": "latency", "source": "pushed", "unit": "ms"});
    for n in 0..10 {
        let path = format!("/api/v1/services/shop/indicators/took-{n}");
        call(&portal.url, token, "PUT", &path, &asked).await;
    }
    let body = batch();
    let url = format!("{}/api/v1/measurements", portal.url);
    let token = token.to_owned();
    let sent = run(portal, PUSHING, async move |client| {
        let post = client.post(&url).bearer_auth(&token).header("content-type", "application/json");
        match post.body(body.clone()).send().await {
            Ok(answer) if answer.status() == 202 => {
                let said: Value = answer.json().await.unwrap_or_default();
                said["accepted"].as_u64().unwrap_or(0)
            }
            _ => 0,
        }
    })
    .await;
    table.row(
        "points pushed a second, SQLite, durable, 10,000 a call, load included",
        format!("{:.0}", sent.each_second()),
        format!("target 100000; {:.0} a second and core", sent.each_cpu_second()),
    );
}

/// A call's points: ten indicators, over the last hour.
fn batch() -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let points: Vec<_> = (0..POINTS)
        .map(|n| {
            let ago = i64::try_from(n % 3_600).unwrap_or(0);
            let at = i64::try_from(now).unwrap_or(0) - ago;
            let at = chrono::DateTime::from_timestamp(at, 0).unwrap_or_default();
            json!({
                "service": "shop", "environment": "production",
                "indicator": format!("took-{}", n % 10), "at": at, "value": 100 + n % 97,
            })
        })
        .collect();
    json!({ "points": points }).to_string()
}

/// What was sent, in which time, for how much of the portal's processor time.
struct Sent {
    count: u64,
    took_s: f64,
    cpu_s: f64,
}

impl Sent {
    #[expect(clippy::cast_precision_loss, reason = "counts of a few seconds")]
    fn each_second(&self) -> f64 {
        self.count as f64 / self.took_s
    }

    #[expect(clippy::cast_precision_loss, reason = "counts of a few seconds")]
    fn each_cpu_second(&self) -> f64 {
        self.count as f64 / self.cpu_s.max(0.01)
    }
}

/// Sends over and over from several connections; `send` answers how many went through.
async fn run<F>(portal: &Portal, connections: usize, send: F) -> Sent
where
    F: AsyncFn(&reqwest::Client) -> u64,
{
    let count = Arc::new(AtomicU64::new(0));
    let (began, cpu) = (Instant::now(), portal.cpu_s());
    let clients: Vec<_> = (0..connections).map(|_| client()).collect();
    let sending = clients.iter().map(|client| async {
        while began.elapsed() < FOR {
            count.fetch_add(send(client).await, Ordering::Relaxed);
        }
    });
    futures::future::join_all(sending).await;
    Sent {
        count: count.load(Ordering::Relaxed),
        took_s: began.elapsed().as_secs_f64(),
        cpu_s: portal.cpu_s() - cpu,
    }
}

/// How many pings the database has counted.
async fn pings(place: &Place) -> u64 {
    let Ok(location) = store::location(None, &place.data) else { return 0 };
    let Ok(pool) = store::Pool::connect(location).await else { return 0 };
    let Ok(mut link) = pool.reader().await else { return 0 };
    let row = link.query("SELECT pings FROM heartbeats").fetch_one().await;
    row.and_then(|row| row.get::<i64>("pings")).map_or(0, |n| u64::try_from(n).unwrap_or(0))
}
