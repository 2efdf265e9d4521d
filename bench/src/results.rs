//! `results` posts: durable before their answer, exact under concurrency.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use serde_json::json;

use crate::{
    portal::{Place, client, folder, open_run},
    raw,
    table::Table,
};

/// How many connections post.
const CONNECTIONS: usize = 16;
/// For how long.
const FOR: Duration = Duration::from_secs(8);

/// Measures both databases beside what they commit raw on the same disk.
pub async fn measure(dist: &Path, postgres: Option<&str>, table: &mut Table) {
    let raw_sqlite = raw::sqlite().await;
    let data = folder();
    let place = Place { dist: dist.to_owned(), data: data.path().to_owned(), database: None };
    one(&place, "SQLite", raw_sqlite, "raw SQLite, 1 row a commit", table).await;
    let Some(url) = postgres else { return };
    let raw_postgres = raw::postgres(url).await;
    let data = folder();
    let place = Place {
        dist: dist.to_owned(),
        data: data.path().to_owned(),
        database: Some(url.to_owned()),
    };
    one(&place, "PostgreSQL", raw_postgres, "raw PostgreSQL, 16 connections", table).await;
}

async fn one(place: &Place, name: &str, raw: f64, reference: &str, table: &mut Table) {
    let token = place.prepare();
    let portal = place.start().await;
    let id = open_run(&portal.url, &token).await;
    let url = format!("{}/api/v1/deployments/{id}/items/logs-triaged/results", portal.url);
    let answered = Arc::new(AtomicU64::new(0));
    let (began, cpu) = (Instant::now(), portal.cpu_s());
    let posting: Vec<_> = (0..CONNECTIONS)
        .map(|_| {
            let (url, token, answered) = (url.clone(), token.clone(), answered.clone());
            tokio::spawn(async move {
                let client = client();
                while began.elapsed() < FOR {
                    let n = answered.load(Ordering::Relaxed);
                    let body = json!({"status": "passed", "summary": format!("run {n}")});
                    let sent = client.post(&url).bearer_auth(&token).json(&body).send().await;
                    if sent.is_ok_and(|answer| answer.status().is_success()) {
                        answered.fetch_add(1, Ordering::Relaxed);
                    }
                }
            })
        })
        .collect();
    for post in posting {
        drop(post.await);
    }
    let took = began.elapsed().as_secs_f64();
    let used = (portal.cpu_s() - cpu).max(0.01);
    #[expect(clippy::cast_precision_loss, reason = "counts of a few seconds")]
    let count = answered.load(Ordering::Relaxed) as f64;
    drop(portal);
    let kept = kept(place).await;
    #[expect(clippy::cast_precision_loss, reason = "counts of a few seconds")]
    let exact = match kept {
        Ok(kept) if kept as f64 >= count => "none lost".to_owned(),
        Ok(_) => "SOME LOST".to_owned(),
        Err(error) => format!("NOT COUNTED ({error})"),
    };
    table.row(
        &format!("results a second and core, {name}, durable, 16 connections"),
        format!("{:.0}", count / used),
        format!("target 3000; {exact} of {count:.0}"),
    );
    table.row(
        &format!("results a second, {name}, all of it on one machine"),
        format!("{:.0}", count / took),
        format!("{reference}: {raw:.0} a second; ratio {:.2}", count / took / raw.max(1.0)),
    );
}

/// How many results the database holds.
async fn kept(place: &Place) -> Result<i64, Box<dyn std::error::Error>> {
    let location = store::location(place.database.as_deref(), &place.data)?;
    let mut link = store::Pool::open(location).await?.reader().await?;
    let row = link
        .query("SELECT count(*) AS n FROM evidence WHERE summary LIKE 'run %'")
        .fetch_one()
        .await?;
    Ok(row.get("n")?)
}
