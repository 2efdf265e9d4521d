//! Open pages: how soon all of them are told of a change, at the portal that kept it and at another
//! one, and whether pages that show no readings are left alone by them.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use futures::StreamExt as _;
use serde_json::json;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use crate::{
    filled::{Load, fill},
    portal::{Place, add_viewers, call, client, folder, open_run, sign_in_as},
    table::Table,
    target::{Target, quantile},
};

/// How many have a deployment's page open.
const OPEN: usize = 1_000;
/// How many of them are one person's: as many streams as the portal lets one hold.
const EACH: usize = 8;
/// How often something changes.
const CHANGES: u32 = 20;
/// How many have the board open.
const BOARDS: usize = 100;
/// A thousand probes a second of checks that always pass.
const CALM: Load = Load { services: 100, checks: 100, interval_s: 10, hours_ago: 0 };
/// For how long the boards are watched.
const FOR: Duration = Duration::from_secs(30);

/// Measures pages at the other of two portals, and boards nothing changes on.
pub async fn measure(dist: &Path, postgres: Option<&str>, table: &mut Table) {
    boards(dist, table).await;
    let Some(url) = postgres else { return };
    let data = folder();
    let place = Place {
        dist: dist.to_owned(),
        data: data.path().to_owned(),
        database: Some(url.to_owned()),
    };
    let token = place.prepare();
    let (portal, other) = (place.start().await, place.start().await);
    let id = open_run(&portal.url, &token).await;
    let pages = deployment_pages(&place, &other.url, &id).await;
    let last = last_told(pages, &portal.url, &token, &id).await;
    table.row(
        "from a posted result to the last of 1,000 open pages at another portal, PostgreSQL",
        format!("p99 {:.0} ms, median {:.0} ms", quantile(&last, 0.99), quantile(&last, 0.5)),
        format!("target p99 500 ms; {CHANGES} changes, on the machine all of it runs on"),
    );
}

/// Opens a thousand pages of a deployment; answers when each was told of a change.
pub async fn deployment_pages(place: &Place, url: &str, id: &str) -> UnboundedReceiver<Instant> {
    open(place, url, &format!("/events?deployment={id}"), OPEN).await
}

async fn open(place: &Place, url: &str, path: &str, count: usize) -> UnboundedReceiver<Instant> {
    let mut cookies = Vec::new();
    for (n, email) in add_viewers(place, count.div_ceil(EACH)).iter().enumerate() {
        cookies.push(sign_in_as(url, email, n).await);
    }
    let (told, heard) = unbounded_channel();
    let opening = (0..count).map(|n| {
        let request = client()
            .get(format!("{url}{path}"))
            .header("cookie", &cookies[n / EACH])
            .header("accept", "text/event-stream");
        let told = told.clone();
        async move {
            let Ok(mut answer) = request.send().await else { panic!("a page cannot listen") };
            let hello = answer.chunk().await;
            assert!(matches!(hello, Ok(Some(_))), "nothing was said");
            tokio::spawn(async move {
                while let Ok(Some(said)) = answer.chunk().await {
                    if String::from_utf8_lossy(&said).contains("changed")
                        && told.send(Instant::now()).is_err()
                    {
                        return;
                    }
                }
            });
        }
    });
    futures::stream::iter(opening).buffer_unordered(32).collect::<Vec<_>>().await;
    heard
}

/// Changes something again and again at `url`; answers, in milliseconds and sorted, how long it took
/// each time until the last page was told.
pub async fn last_told(
    mut heard: UnboundedReceiver<Instant>,
    url: &str,
    token: &str,
    id: &str,
) -> Vec<f64> {
    let mut last = Vec::new();
    for n in 0..CHANGES {
        tokio::time::sleep(Duration::from_millis(300)).await;
        while heard.try_recv().is_ok() {}
        let status = ["passed", "failed"][n as usize % 2];
        let body = json!({"status": status, "summary": "Measured."});
        let began = Instant::now();
        let path = format!("/api/v1/deployments/{id}/items/integrations/results");
        let posted = tokio::spawn({
            let (url, token) = (url.to_owned(), token.to_owned());
            async move { call(&url, &token, "POST", &path, &body).await }
        });
        let mut times = Vec::with_capacity(OPEN);
        while times.len() < OPEN {
            match tokio::time::timeout(Duration::from_secs(5), heard.recv()).await {
                Ok(Some(at)) => times.push((at - began).as_secs_f64() * 1_000.0),
                _ => panic!("only {} of {OPEN} were told: {:?}", times.len(), posted.await),
            }
        }
        drop(posted.await);
        last.push(times.into_iter().fold(0.0, f64::max));
    }
    last.sort_by(f64::total_cmp);
    last
}

/// A thousand probes a second, none of which turns anything, while a hundred look at the board.
async fn boards(dist: &Path, table: &mut Table) {
    let (target, data) = (Target::start().await, folder());
    let place = Place { dist: dist.to_owned(), data: data.path().to_owned(), database: None };
    place.prepare();
    if let Err(error) = fill(data.path(), CALM, target.port).await {
        panic!("the database could not be filled: {error}");
    }
    let portal = place.start().await;
    // The first runs turn their boxes.
    tokio::time::sleep(Duration::from_secs(30)).await;
    let mut heard = open(&place, &portal.url, "/events", BOARDS).await;
    target.take();
    tokio::time::sleep(FOR).await;
    let asked = target.count();
    let mut told = 0;
    while heard.try_recv().is_ok() {
        told += 1;
    }
    table.row(
        "boards told to read themselves again: 100 open, 1,000 probes a second that turn nothing",
        told.to_string(),
        format!("target 0; {asked} probes in {} s", FOR.as_secs()),
    );
}
