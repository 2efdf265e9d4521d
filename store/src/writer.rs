//! The one writer. Acts queue up for it; those that wait together are committed together, since a
//! commit costs a disk flush and an act does not. Each act stands behind a savepoint of its own,
//! so that one that fails undoes nothing but itself, and is answered only after the commit.

use std::{
    fmt,
    panic::AssertUnwindSafe,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Instant,
};

use domain::event::Event;
use futures::FutureExt as _;
use tokio::sync::{Notify, broadcast, mpsc, oneshot};
use uuid::Uuid;

use crate::{
    db::{Connection, Kind, Pool},
    error::StoreError,
    notify, origin,
    tx::{Tx, told::Told},
    writer_stats::{Counters, WriterStats},
};

mod group;

/// How many acts may wait before callers are held back.
const QUEUE: usize = 4096;
/// How many events a subscriber may be behind before it is told that it missed some.
const EVENTS: usize = 1024;

/// What an act's closure returns.
pub type ActFuture<'t, T> = Pin<Box<dyn Future<Output = T> + Send + 't>>;

type Run = Box<dyn for<'t> FnOnce(&'t mut Tx) -> ActFuture<'t, Done> + Send>;

/// An act that waits.
struct Job {
    run: Run,
    /// The page it comes from.
    origin: Option<Uuid>,
    /// Whether it reads back rows that wait for the commit only through the transaction's cache, so
    /// that they may go on waiting.
    buffers: bool,
    /// Since when.
    queued: Instant,
}

/// An act that has run: whether its changes stay, and how to answer its caller.
struct Done {
    keep: bool,
    answer: Box<dyn FnOnce(Result<(), StoreError>) + Send>,
}

/// An act that has run and is to be answered: since when it waits, and what was refused after it.
struct Ran {
    done: Done,
    queued: Instant,
    refused: Option<StoreError>,
}

/// The open database.
#[derive(Clone)]
pub struct Store {
    pool: Pool,
    jobs: mpsc::Sender<Job>,
    telling: Telling,
    /// Whether other portals are listened to.
    listens: Arc<AtomicBool>,
    writer: Arc<tokio::sync::Mutex<Option<tokio::task::JoinHandle<()>>>>,
}

/// Who is told of a commit.
#[derive(Debug, Clone)]
struct Telling {
    /// What this portal is called among those on the same database.
    portal: Uuid,
    events: broadcast::Sender<Event>,
    deliveries: Arc<Notify>,
    counters: Arc<Counters>,
}

impl Telling {
    /// Counts what became of a group, as far as is known at once.
    fn count(&self, ran: &[Ran], kept: bool) {
        let keeping = ran.iter().filter(|ran| ran.done.keep).count();
        let committed = kept && keeping > 0;
        let undone = if committed { ran.len() - keeping } else { ran.len() };
        self.counters.ended(ran.len(), undone, committed);
    }

    /// Answers the acts of a group: each that was refused with why, the others with what became of
    /// the group.
    fn answer(&self, ran: Vec<Ran>, outcome: impl Fn() -> Result<(), StoreError>) {
        for Ran { done, queued, refused } in ran {
            self.counters.answered(queued.elapsed());
            (done.answer)(refused.map_or_else(&outcome, Err));
        }
    }

    fn tell(&self, told: Told) {
        for event in told.events {
            // Nobody listening is no error.
            drop(self.events.send(event));
        }
        if told.deliveries > 0 {
            self.deliveries.notify_one();
        }
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store").field("kind", &self.pool.kind()).finish_non_exhaustive()
    }
}

impl Store {
    /// Starts the writer over an open pool.
    ///
    /// # Errors
    /// Where no connection can be had.
    pub async fn start(pool: Pool) -> Result<Self, StoreError> {
        let (jobs, queue) = mpsc::channel(QUEUE);
        let tx = Tx::over(pool.writer().await?);
        let telling = Telling {
            portal: Uuid::new_v4(),
            events: broadcast::channel(EVENTS).0,
            deliveries: Arc::default(),
            counters: Arc::default(),
        };
        let writer = tokio::spawn(group::work(pool.clone(), tx, queue, telling.clone()));
        let writer = Arc::new(tokio::sync::Mutex::new(Some(writer)));
        Ok(Self { pool, jobs, telling, listens: Arc::default(), writer })
    }

    /// What this portal is called among those on the same database.
    #[must_use]
    pub const fn portal(&self) -> Uuid {
        self.telling.portal
    }

    /// Which database it is.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        self.pool.kind()
    }

    /// What changes from now on, told after each commit, also those of other portals on the same
    /// database. The first to ask has them listened to; commands that ask for nothing need no
    /// connection for it.
    #[must_use]
    pub fn subscribe(&self) -> broadcast::Receiver<Event> {
        if let Pool::Postgres(pool) = &self.pool
            && !self.listens.swap(true, Ordering::Relaxed)
        {
            let Telling { portal, events, .. } = self.telling.clone();
            tokio::spawn(notify::listen(pool.clone(), portal, events));
        }
        self.telling.events.subscribe()
    }

    /// Tells this portal of a change that stands already. What an act changes, its transaction
    /// tells ([`Tx::publish`]): that reaches other portals too, and also where the answer to the
    /// act is lost.
    pub fn publish(&self, event: Event) {
        let event = Event { origin: event.origin.or_else(origin::current), ..event };
        // Nobody listening is no error.
        drop(self.telling.events.send(event));
    }

    /// Waits until a commit leaves something to be sent.
    pub async fn has_deliveries(&self) {
        self.telling.deliveries.notified().await;
    }

    /// How the writer has done, and how many acts wait for it.
    #[must_use]
    pub fn writer_stats(&self) -> WriterStats {
        self.telling.counters.read(self.jobs.max_capacity() - self.jobs.capacity())
    }

    /// A connection to read with.
    ///
    /// # Errors
    /// Where none can be had.
    pub async fn read(&self) -> Result<Connection, StoreError> {
        self.pool.reader().await
    }

    /// Runs an act and answers once it is durable. Where the act returns an error, all it wrote
    /// is undone.
    ///
    /// An act must not wait for anything but the database: all other writers wait for it.
    ///
    /// # Errors
    /// The act's own, or that the commit failed.
    pub async fn write<T, E, F>(&self, act: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: for<'t> FnOnce(&'t mut Tx) -> ActFuture<'t, Result<T, E>> + Send + 'static,
    {
        self.queue(false, act).await
    }

    /// As [`write`](Self::write), for an act that asks for heartbeats only with
    /// [`Tx::heartbeat`] and [`Tx::heartbeats`]: many such acts are written as one.
    ///
    /// # Errors
    /// As [`write`](Self::write).
    pub async fn write_buffered<T, E, F>(&self, act: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: for<'t> FnOnce(&'t mut Tx) -> ActFuture<'t, Result<T, E>> + Send + 'static,
    {
        self.queue(true, act).await
    }

    async fn queue<T, E, F>(&self, buffers: bool, act: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: for<'t> FnOnce(&'t mut Tx) -> ActFuture<'t, Result<T, E>> + Send + 'static,
    {
        let queued = Instant::now();
        let (answer, answered) = oneshot::channel();
        let run: Run = Box::new(move |tx| {
            Box::pin(async move {
                // A defect in one act must cost that act, not the writer.
                let run = AssertUnwindSafe(async { act(tx).await }).catch_unwind().await;
                let outcome = run.unwrap_or_else(|_| Err(StoreError::ActPanicked.into()));
                Done {
                    keep: outcome.is_ok(),
                    answer: Box::new(move |committed| {
                        let outcome = match committed {
                            Ok(()) => outcome,
                            Err(error) => Err(error.into()),
                        };
                        // The caller may have gone away; the act stands all the same.
                        drop(answer.send(outcome));
                    }),
                }
            })
        });
        let stopped = |why: &str| StoreError::WriterStopped(why.into());
        self.jobs
            .send(Job { run, origin: origin::current(), buffers, queued })
            .await
            .map_err(|_| stopped("the portal is shutting down"))?;
        answered.await.map_err(|_| stopped("the database was lost before the act was kept"))?
    }

    /// Lets the acts that wait finish, then closes the database. For the last owner: acts sent by
    /// other clones after this are refused.
    pub async fn close(self) {
        let Self { pool, jobs, writer, .. } = self;
        drop(jobs);
        if let Some(writer) = writer.lock().await.take() {
            let patience = std::time::Duration::from_secs(5);
            if tokio::time::timeout(patience, writer).await.is_err() {
                tracing::warn!("the database's writer did not stop in 5 s");
            }
        }
        pool.close().await;
    }
}
