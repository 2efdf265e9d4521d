//! What the scheduler's checks saw waits here for a moment, so that many share a transaction.
//!
//! Nothing is given up because the database is away: what waits is tried again, and a queue that is
//! full holds the checks back, which the scheduler counts.

use std::{sync::Arc, time::Duration};

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::keep::Seen;
use crate::Engine;

/// How many may wait before checks are held back.
const QUEUE: usize = 4_096;
/// The most that share a transaction.
const MOST: usize = 1_024;
/// For how long what arrives is gathered.
const GATHER: Duration = Duration::from_millis(100);
/// How often a batch is tried while the database is away, and how long apart at the most.
const TRIES: u32 = 60;
const APART: Duration = Duration::from_secs(5);

/// Where what was seen is put.
pub(crate) type Recorder = mpsc::Sender<Seen>;

/// A recorder and where its queue ends.
pub(crate) fn channel() -> (Recorder, mpsc::Receiver<Seen>) {
    mpsc::channel(QUEUE)
}

/// Keeps what arrives until all that could put something here are gone.
pub(crate) async fn record(
    engine: Engine,
    mut queue: mpsc::Receiver<Seen>,
    stop: CancellationToken,
) {
    let mut batch = Vec::new();
    while queue.recv_many(&mut batch, MOST).await > 0 {
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(GATHER) => {}
        }
        while batch.len() < MOST
            && let Ok(more) = queue.try_recv()
        {
            batch.push(more);
        }
        keep(&engine, std::mem::take(&mut batch), &stop).await;
    }
}

async fn keep(engine: &Engine, batch: Vec<Seen>, stop: &CancellationToken) {
    let mut left: Vec<Seen> = batch;
    for attempt in 1..=TRIES {
        let all: Arc<[Seen]> = left.into();
        let Err(error) = engine.keep_measurements(all.clone()).await else { return };
        tracing::error!(%error, count = all.len(), attempt, "measurements could not be kept yet");
        left = one_by_one(engine, &all).await;
        // Where others went through, what is left is at fault itself.
        if left.is_empty() || left.len() < all.len() || stop.is_cancelled() {
            break;
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(APART.min(Duration::from_millis(250) * attempt)) => {}
        }
    }
    for one in left {
        tracing::error!(check = %one.check.id, at = %one.measurement.started_at, "a measurement was lost");
    }
}

/// Keeps each by itself; answers those that could not be. Where the first cannot, none is tried
/// after it but the last: the database is away.
async fn one_by_one(engine: &Engine, all: &[Seen]) -> Vec<Seen> {
    let mut left = Vec::new();
    for (n, one) in all.iter().enumerate() {
        let probable = left.len() == n && n > 0 && n + 1 < all.len();
        if probable || engine.keep_measurements(Arc::from([one.clone()])).await.is_err() {
            left.push(one.clone());
        }
    }
    left
}
