//! Running tasks at their times.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use futures::FutureExt as _;
use store::{measurements, schedule_leases};
use tokio::{task::AbortHandle, time::Instant};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{
    limits::Limits,
    task::{Key, Occasion, Task, fingerprint, has_run, load},
    timetable::{Due, Planned, Timetable},
};
use crate::{
    Engine,
    measurements::{Observation, Recorder, record_queue, recorder},
};

/// How often the list of tasks is read again when nothing has called for it.
const REFRESH: Duration = Duration::from_secs(15);
/// The longest sleep: a clock that is put forward or back is noticed after so long.
const LOOK: Duration = Duration::from_millis(500);

/// How often a portal says that it lives, and looks for those that do not.
const LIVES: Duration = Duration::from_secs(3);

/// Slots whose runs have ended.
type Ended = Arc<Mutex<Vec<schedule_leases::Slot>>>;

/// What runs, and how it is ended where that is known yet.
type Running = Arc<Mutex<HashMap<Key, Option<AbortHandle>>>>;

/// The scheduler's state.
struct Scheduler {
    engine: Engine,
    tasks: TaskTracker,
    limits: Limits,
    recorder: Recorder,
    running: Running,
    /// Slots whose runs have ended and that this has not been noted for.
    ended: Ended,
    /// Slots of portals that died, taken over and not begun.
    left: Vec<schedule_leases::Slot>,
    table: Timetable<Key, Occasion>,
    known: HashMap<Key, Task>,
    /// What the tasks that are known followed from.
    fingerprint: Option<Vec<i64>>,
    /// What was read in this portal's life: what was there at its start has mostly run before.
    started: bool,
}

pub(super) async fn run(engine: Engine, tasks: TaskTracker, stop: CancellationToken) {
    let (recorder, queue) = recorder();
    tasks.spawn(record_queue(engine.clone(), queue, stop.clone()));
    let mut scheduler = Scheduler {
        engine,
        recorder,
        tasks,
        limits: Limits::default(),
        running: Arc::default(),
        ended: Ended::default(),
        left: Vec::new(),
        table: Timetable::default(),
        known: HashMap::new(),
        fingerprint: None,
        started: false,
    };
    let mut read_at: Option<Instant> = None;
    // On SQLite there is nobody else.
    let shared = scheduler.engine.database() == store::Kind::Postgres;
    let mut lived_at: Option<Instant> = None;
    loop {
        scheduler.engine.scheduler_looked();
        if read_at.is_none_or(|at| at.elapsed() >= REFRESH) {
            match scheduler.refresh().await {
                Ok(()) => read_at = Some(Instant::now()),
                Err(error) => tracing::error!(%error, "the tasks to run could not be read"),
            }
        }
        if shared && lived_at.is_none_or(|at| at.elapsed() >= LIVES) {
            scheduler.note_ended().await;
            scheduler.take_over().await;
            lived_at = Some(Instant::now());
        }
        scheduler.start_due().await;
        let wait = scheduler.wait();
        tokio::select! {
            () = stop.cancelled() => {
                scheduler.end_all();
                return scheduler.note_ended().await;
            }
            () = scheduler.engine.rescheduled() => read_at = None,
            () = tokio::time::sleep(wait) => {}
        }
    }
}

impl Scheduler {
    async fn refresh(&mut self) -> Result<(), store::StoreError> {
        // Read before the tasks: what changes meanwhile is seen the next time.
        let fingerprint = Some(fingerprint(&self.engine).await?);
        if self.fingerprint == fingerprint {
            return Ok(());
        }
        let found = load(&self.engine).await?;
        let mut planned: Vec<Planned<Key, Occasion>> = Vec::with_capacity(found.len());
        if self.started {
            planned.extend(found.iter().map(|task| task.planned(false)));
        } else {
            let last = measurements::last_of_all(&mut self.engine.read().await?).await?;
            planned.extend(found.iter().map(|task| task.planned(has_run(task, &last))));
        }
        self.started = true;
        self.fingerprint = fingerprint;
        self.table.plan(&planned, self.now_ms());
        self.engine.scheduler_counts().planned_are(planned.len());
        self.known = found.into_iter().map(|task| (task.key(), task)).collect();
        Ok(())
    }

    fn now_ms(&self) -> i64 {
        self.engine.now().timestamp_millis()
    }

    /// How long nothing is due.
    fn wait(&self) -> Duration {
        let until = self.table.next_ms().map_or(i64::MAX, |next| next - self.now_ms());
        Duration::from_millis(until.max(0).unsigned_abs()).min(LOOK)
    }

    /// Starts what is due.
    async fn start_due(&mut self) {
        let now = self.now_ms();
        self.table.mend(now);
        let due = self.table.take_due(now);
        let counts = self.engine.scheduler_counts();
        counts.skipped_are(self.table.skipped());
        if due.is_empty() {
            return;
        }
        let (ours, busy): (Vec<_>, Vec<_>) = due.into_iter().partition(|due| self.is_idle(due.key));
        for due in busy {
            if due.at_once {
                self.table.put_back(&due, now);
            } else {
                self.engine.scheduler_counts().overlapped();
            }
        }
        match self.claim(&ours).await {
            Ok(ours) => ours.into_iter().for_each(|due| self.start(due)),
            // Nothing is run that another portal may be running.
            Err(error) => {
                tracing::error!(%error, "the tasks that are due could not be claimed");
                ours.iter().for_each(|due| self.table.put_back(due, now));
            }
        }
    }

    /// Whether the task's run before has ended; where it has not, the slot is skipped, and what
    /// must not be left out waits.
    fn is_idle(&self, key: Key) -> bool {
        !self.running.lock().unwrap_or_else(PoisonError::into_inner).contains_key(&key)
    }

    /// Ends what runs: the portal stops.
    fn end_all(&self) {
        let running =
            std::mem::take(&mut *self.running.lock().unwrap_or_else(PoisonError::into_inner));
        running.into_values().flatten().for_each(|handle| handle.abort());
    }

    /// The slots that no other portal on this database has taken.
    async fn claim(&self, due: &[Due<Key>]) -> Result<Vec<Due<Key>>, store::StoreError> {
        let slots: Vec<_> = due.iter().map(|due| (due.key.id, due.key.of, due.slot_ms)).collect();
        let ours = self.engine.claim(&slots).await?;
        let claimed: HashSet<schedule_leases::Slot> = ours.into_iter().collect();
        let elsewhere = slots.len() - claimed.len().min(slots.len());
        self.engine.scheduler_counts().elsewhere(elsewhere as u64);
        let is_ours = |due: &Due<Key>| claimed.contains(&(due.key.id, due.key.of, due.slot_ms));
        Ok(due.iter().copied().filter(|due| is_ours(due)).collect())
    }

    /// Notes which runs have ended, so that nobody takes them over.
    async fn note_ended(&self) {
        let ended = std::mem::take(&mut *self.ended.lock().unwrap_or_else(PoisonError::into_inner));
        if let Err(error) = self.engine.slots_done(&ended).await {
            tracing::error!(%error, "which runs have ended could not be noted");
            self.ended.lock().unwrap_or_else(PoisonError::into_inner).extend(ended);
        }
    }

    /// Runs what portals that died had begun and not ended.
    async fn take_over(&mut self) {
        let taken = match self.engine.take_over().await {
            Ok(taken) => taken,
            Err(error) => {
                tracing::error!(%error, "it could not be looked for portals that died");
                return;
            }
        };
        self.left.extend(taken);
        if self.left.iter().any(|(id, of, _)| !self.known.contains_key(&Key { id: *id, of: *of }))
            && let Err(error) = self.refresh().await
        {
            // What is not known may only not be known yet.
            tracing::error!(%error, "the tasks to run could not be read");
            return;
        }
        let now = self.now_ms();
        for (id, of, slot_ms) in std::mem::take(&mut self.left) {
            let key = Key { id, of };
            if !self.known.contains_key(&key) {
                // It is no task any more.
                let mut ended = self.ended.lock().unwrap_or_else(PoisonError::into_inner);
                ended.push((id, of, slot_ms));
            } else if self.is_idle(key) {
                tracing::warn!(%id, "a portal died while it ran this task; it runs again here");
                self.start(Due { key, slot_ms, due_ms: now, at_once: false });
            } else {
                self.left.push((id, of, slot_ms));
            }
        }
    }

    fn start(&self, due: Due<Key>) {
        let Some(task) = self.known.get(&due.key).cloned() else { return };
        self.running.lock().unwrap_or_else(PoisonError::into_inner).insert(due.key, None);
        let shared = self.engine.database() == store::Kind::Postgres;
        let done = Done {
            key: due.key,
            slot_ms: due.slot_ms,
            running: self.running.clone(),
            // A check's is noted where its measurement is kept, in one transaction.
            ended: (shared && matches!(task, Task::Ask(..))).then(|| self.ended.clone()),
        };
        let with = (self.limits.clone(), self.recorder.clone());
        let work = run_one(self.engine.clone(), task, with, due, done);
        let handle = self.tasks.spawn(work).abort_handle();
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        // It may have ended meanwhile.
        if let Some(known) = running.get_mut(&due.key) {
            *known = Some(handle);
        }
    }
}

/// Runs a task once and keeps what it saw. Boxed, with an owned future: the compiler cannot see
/// through the borrows of the database's closures from within `spawn`.
fn run_one(
    engine: Engine,
    task: Task,
    (limits, recorder): (Limits, Recorder),
    due: Due<Key>,
    done: Done,
) -> futures::future::BoxFuture<'static, ()> {
    async move {
        // Held to the end, also where the task's code panics: it must not count as running for
        // ever.
        let _done = done;
        let host = task.host();
        let Some(_place) = limits.place(task.claim(&host)).await else { return };
        let late_ms = engine.now().timestamp_millis() - due.due_ms;
        engine.scheduler_counts().began(late_ms);
        // Made only now: it is large, and a hundred thousand may wait for a place.
        work(&engine, &task, recorder, due).boxed().await;
    }
    .boxed()
}

async fn work(engine: &Engine, task: &Task, recorder: Recorder, due: Due<Key>) {
    match task {
        Task::Check(check, _, expected) => {
            let (measurement, answered) = engine.checks().measure(check, expected.as_deref()).await;
            let slot = Some((due.key.id, due.key.of, due.slot_ms));
            let seen =
                Observation { check: check.clone(), measurement, answered, asked: false, slot };
            // Only where the portal stops is there nobody to keep it.
            drop(recorder.send(seen).await);
        }
        Task::Ask(indicator, deployment) => {
            if let Err(error) = engine.indicators().ask_server(indicator, deployment).await {
                tracing::error!(%error, indicator = %indicator.id, "a point could not be kept");
            }
        }
    }
}

/// Takes a task out of those that run, however its run ends.
struct Done {
    key: Key,
    slot_ms: i64,
    running: Running,
    /// Where that is noted for other portals, where there may be any.
    ended: Option<Ended>,
}

impl Drop for Done {
    fn drop(&mut self) {
        self.running.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.key);
        if let Some(ended) = &self.ended {
            let slot = (self.key.id, self.key.of, self.slot_ms);
            ended.lock().unwrap_or_else(PoisonError::into_inner).push(slot);
        }
    }
}
