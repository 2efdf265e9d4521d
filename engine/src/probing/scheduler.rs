//! The background tasks: checks at their times while a watch is open, waivers that expire, what
//! is no longer needed.
//!
//! A check runs at a fixed rate; its phase within the interval comes from its id, so that checks
//! spread and a restart keeps it. What is new runs at once: a check, a change to one, a deployment
//! it has not looked at. A slot that was missed is skipped,
//! never made up for in a burst, and no check overlaps itself.

use std::{
    collections::{HashMap, HashSet},
    hash::{Hash as _, Hasher as _},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use chrono::{DateTime, Utc};
use domain::ids::{CheckId, DeploymentId};
use store::{checks, idempotency, sessions};
use tokio::sync::Semaphore;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::Engine;

/// How many checks run side by side.
const SIDE_BY_SIDE: usize = 64;
/// How often the list of checks is read again when nothing has called for it.
const REFRESH: Duration = Duration::from_secs(15);

/// How often silent heartbeats are looked for.
const SILENCE: Duration = Duration::from_secs(2);

/// After how many rounds of tidying, half a minute each, rehearsals are looked at again.
const REJUDGE_ROUNDS: u32 = 10;

impl Engine {
    /// Starts the background tasks; they end when `stop` is cancelled.
    pub fn start_background(&self, tasks: &TaskTracker, stop: &CancellationToken) {
        tasks.spawn(run_checks(self.clone(), tasks.clone(), stop.clone()));
        tasks.spawn(listen_for_silence(self.clone(), stop.clone()));
        tasks.spawn(tidy(self.clone(), stop.clone()));
    }
}

/// When a check runs next, and on what occasion it ran first.
struct Due {
    occasion: (DeploymentId, DateTime<Utc>),
    at: DateTime<Utc>,
}

async fn run_checks(engine: Engine, tasks: TaskTracker, stop: CancellationToken) {
    let mut due: HashMap<CheckId, Due> = HashMap::new();
    let running: Arc<Mutex<HashSet<CheckId>>> = Arc::default();
    let places = Arc::new(Semaphore::new(SIDE_BY_SIDE));
    let mut known = Vec::new();
    let mut read_at = None;
    loop {
        engine.scheduler_looked();
        let now = engine.now();
        if read_at.is_none_or(|at: tokio::time::Instant| at.elapsed() >= REFRESH) {
            match load(&engine).await {
                Ok(found) => {
                    due.retain(|id, _| found.iter().any(|(check, _): &Watched| check.id == *id));
                    known = found;
                    read_at = Some(tokio::time::Instant::now());
                }
                Err(error) => tracing::error!(%error, "the checks to run could not be read"),
            }
        }
        for (check, deployment) in &known {
            let occasion = (*deployment, check.updated_at);
            let before = due.get(&check.id).filter(|due| due.occasion == occasion);
            if before.is_some_and(|due| due.at > now) {
                continue;
            }
            let idle = running.lock().unwrap_or_else(PoisonError::into_inner).insert(check.id);
            // A slot that comes while the check still runs is skipped; a new occasion waits for
            // its end.
            if idle || before.is_some() {
                let at = next_slot(check.id, check.interval_s, now);
                due.insert(check.id, Due { occasion, at });
            }
            if !idle {
                continue;
            }
            let work = run_one(engine.clone(), check.clone(), places.clone(), running.clone());
            let stop = stop.clone();
            tasks.spawn(async move {
                tokio::select! {
                    () = work => {}
                    () = stop.cancelled() => {}
                }
            });
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = engine.rescheduled() => read_at = None,
            () = tokio::time::sleep(Duration::from_millis(500)) => {}
        }
    }
}

/// Runs a check once and keeps what it saw. Boxed, with an owned future: the compiler cannot see
/// through the borrows of the database's closures from within `spawn`.
fn run_one(
    engine: Engine,
    check: checks::CheckRecord,
    places: Arc<Semaphore>,
    running: Arc<Mutex<HashSet<CheckId>>>,
) -> futures::future::BoxFuture<'static, ()> {
    Box::pin(async move {
        let id = check.id;
        // Also where the check's code panics: it must not count as running for ever.
        let _done = Done { id, running };
        if let Ok(_place) = places.acquire().await {
            let measurement = engine.measure(&check).await;
            if let Err(error) = engine.keep_measurement(check, measurement).await {
                tracing::error!(%error, check = %id, "a measurement could not be kept");
            }
        }
    })
}

/// Takes a check out of those that run, however its run ends.
struct Done {
    id: CheckId,
    running: Arc<Mutex<HashSet<CheckId>>>,
}

impl Drop for Done {
    fn drop(&mut self) {
        self.running.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.id);
    }
}

/// A check with the deployment it looks at.
type Watched = (checks::CheckRecord, DeploymentId);

async fn load(engine: &Engine) -> Result<Vec<Watched>, store::StoreError> {
    checks::being_watched(&mut engine.read().await?).await
}

/// The next time after `now` that lies on the check's own phase.
fn next_slot(id: CheckId, interval_s: i64, now: DateTime<Utc>) -> DateTime<Utc> {
    let interval_ms = interval_s.max(1) * 1_000;
    let mut hasher = std::hash::DefaultHasher::new();
    id.hash(&mut hasher);
    let phase = i64::try_from(hasher.finish() % interval_ms.unsigned_abs()).unwrap_or(0);
    let now_ms = now.timestamp_millis();
    let since = (now_ms - phase).rem_euclid(interval_ms);
    now + chrono::Duration::milliseconds(interval_ms - since)
}

/// Notices heartbeats that have become silent, every few seconds.
async fn listen_for_silence(engine: Engine, stop: CancellationToken) {
    loop {
        if let Err(error) = engine.notice_silence().await {
            tracing::error!(%error, "silent heartbeats could not be looked for");
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(SILENCE) => {}
        }
    }
}

/// Reopens what expired waivers had closed, captures the baselines that are due; forgets expired sessions and old answers.
async fn tidy(engine: Engine, stop: CancellationToken) {
    // At the start, all that expired while nobody was looking.
    let mut looked_until = DateTime::<Utc>::UNIX_EPOCH;
    let mut rounds = 0u32;
    loop {
        let now = engine.now();
        match engine.expire_waivers(looked_until).await {
            Ok(_) => looked_until = now,
            Err(error) => tracing::error!(%error, "expired waivers could not be looked for"),
        }
        if let Err(error) = engine.capture_baselines().await {
            tracing::error!(%error, "baselines that are due could not be captured");
        }
        if rounds.is_multiple_of(REJUDGE_ROUNDS)
            && let Err(error) = engine.rejudge_rehearsals().await
        {
            tracing::error!(%error, "rehearsals that are too old could not be looked for");
        }
        if rounds.is_multiple_of(120) {
            let forgotten = engine
                .write(move |tx| {
                    Box::pin(async move {
                        sessions::delete_expired(tx, now).await?;
                        idempotency::forget(tx, now - chrono::Duration::hours(72)).await?;
                        Ok(())
                    })
                })
                .await;
            if let Err(error) = forgotten {
                tracing::error!(%error, "what is no longer needed could not be removed");
            }
        }
        rounds = rounds.wrapping_add(1);
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(Duration::from_secs(30)) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone;

    use super::*;

    #[test]
    fn slots_keep_their_phase_and_lie_ahead() {
        let id = CheckId(uuid::Uuid::from_u128(7));
        let now = Utc.timestamp_opt(1_763_560_920, 123_000_000).single().unwrap();
        let first = next_slot(id, 60, now);
        assert!(first > now && first <= now + chrono::Duration::seconds(60));
        let second = next_slot(id, 60, first);
        assert_eq!(second - first, chrono::Duration::seconds(60));
        // A restart much later lands on the same phase.
        let later = next_slot(id, 60, now + chrono::Duration::seconds(86_407));
        assert_eq!((later - first).num_milliseconds() % 60_000, 0);
    }
}
