//! What the scheduler's checks saw waits here for a moment, so that many share a transaction.
//!
//! Nothing is given up because the database is away: what waits is tried again, and a queue that is
//! full holds the checks back, which the scheduler counts.

use std::{sync::Arc, time::Duration};

use tokio::{sync::mpsc, time::Instant};
use tokio_util::sync::CancellationToken;

use super::Observation;
use crate::Engine;

/// How many may wait before checks are held back.
const QUEUE: usize = 4_096;
/// The most that share a transaction.
const MOST: usize = 1_024;
/// How far apart transactions begin at least: for so long what arrives is gathered. One that took
/// longer to be written is followed at once, and so is one as large as it may be: where much is
/// measured, a pause would hold the checks back and not the database.
const APART: Duration = Duration::from_millis(100);
/// How often one that is refused by itself is tried again.
const TRIES: u32 = 3;
/// How long it is waited for a database that is away: at first, and at the most.
const PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Where what was seen is put.
pub(crate) type Recorder = mpsc::Sender<Observation>;

/// A recorder and where its queue ends.
pub(crate) fn channel() -> (Recorder, mpsc::Receiver<Observation>) {
    mpsc::channel(QUEUE)
}

/// Keeps what arrives until all that could put something here are gone.
pub(crate) async fn record(
    engine: Engine,
    mut queue: mpsc::Receiver<Observation>,
    stop: CancellationToken,
) {
    let mut batch = Vec::new();
    let mut next = Instant::now();
    while queue.recv_many(&mut batch, MOST).await > 0 {
        let gathered = async {
            while batch.len() < MOST {
                match queue.recv().await {
                    Some(more) => batch.push(more),
                    None => return,
                }
            }
        };
        tokio::select! {
            () = gathered => {}
            () = stop.cancelled() => {}
            () = tokio::time::sleep_until(next) => {}
        }
        next = Instant::now() + APART;
        keep(&engine, std::mem::take(&mut batch), &stop).await;
    }
}

/// Keeps a batch, however long the database stays away. What is refused while the database takes
/// other writes is halved until the one at fault is alone, which is given up.
async fn keep(engine: &Engine, batch: Vec<Observation>, stop: &CancellationToken) {
    let mut waiting = vec![batch];
    let (mut tries, mut pause) = (0, PAUSE);
    while let Some(part) = waiting.pop() {
        let all: Arc<[Observation]> = part.into();
        let Err(error) = engine.measurements().record(all.clone()).await else {
            (tries, pause) = (0, PAUSE);
            continue;
        };
        let (count, takes) = (all.len(), engine.takes_writes().await);
        tracing::error!(%error, count, takes, "measurements could not be kept yet");
        match (&*all, takes) {
            ([one], true) if tries >= TRIES => {
                tracing::error!(check = %one.check.id, at = %one.measurement.started_at, "a measurement was refused and is lost");
                tries = 0;
            }
            ([_], true) => {
                tries += 1;
                waiting.push(all.to_vec());
            }
            (many, true) => {
                let (first, second) = many.split_at(count / 2);
                waiting.push(second.to_vec());
                waiting.push(first.to_vec());
            }
            (_, false) if stop.is_cancelled() => {
                let lost = count + waiting.iter().map(Vec::len).sum::<usize>();
                tracing::error!(lost, "the portal stops while the database is away");
                return;
            }
            (_, false) => {
                waiting.push(all.to_vec());
                tokio::select! {
                    () = stop.cancelled() => {}
                    () = tokio::time::sleep(pause) => {}
                }
                pause = LONGEST_PAUSE.min(pause * 2);
            }
        }
    }
}
