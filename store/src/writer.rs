//! The one writer. Acts queue up for it; those that wait together are committed together, since a
//! commit costs a disk flush and an act does not. Each act stands behind a savepoint of its own,
//! so that one that fails undoes nothing but itself, and is answered only after the commit.

use std::{
    fmt,
    panic::AssertUnwindSafe,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use domain::event::Event;
use futures::FutureExt as _;
use tokio::sync::{broadcast, mpsc, oneshot};
use uuid::Uuid;

use crate::{
    db::{Kind, Link, Pool},
    error::StoreError,
    origin,
    tx::Tx,
};

/// The most acts that share a commit.
const GROUP_MAX: usize = 256;
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
    /// Whether it asks only for what a transaction reads once, so that what was heard may wait.
    hears: bool,
}

/// An act that has run: whether its changes stay, and how to answer its caller.
struct Done {
    keep: bool,
    answer: Box<dyn FnOnce(Result<(), StoreError>) + Send>,
}

/// What the writer has done since it was started.
#[derive(Debug, Default)]
pub struct WriterStats(AtomicU64);

impl WriterStats {
    /// How many transactions it has committed; each is one flush of the disk.
    #[must_use]
    pub fn commits(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// The open database.
#[derive(Clone)]
pub struct Store {
    pool: Pool,
    jobs: mpsc::Sender<Job>,
    events: broadcast::Sender<Event>,
    stats: Arc<WriterStats>,
    writer: Arc<tokio::sync::Mutex<Option<tokio::task::JoinHandle<()>>>>,
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
        let events = broadcast::channel(EVENTS).0;
        let stats = Arc::<WriterStats>::default();
        let work = work(pool.clone(), tx, queue, events.clone(), Arc::clone(&stats));
        let writer = Arc::new(tokio::sync::Mutex::new(Some(tokio::spawn(work))));
        Ok(Self { pool, jobs, events, stats, writer })
    }

    /// What the writer has done.
    #[must_use]
    pub fn writer_stats(&self) -> &WriterStats {
        &self.stats
    }

    /// Which database it is.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        self.pool.kind()
    }

    /// What changes from now on, told after each commit.
    #[must_use]
    pub fn subscribe(&self) -> broadcast::Receiver<Event> {
        self.events.subscribe()
    }

    /// Tells of a change that stands already.
    pub fn publish(&self, event: Event) {
        let event = Event { origin: event.origin.or_else(origin::current), ..event };
        // Nobody listening is no error.
        drop(self.events.send(event));
    }

    /// A connection to read with.
    ///
    /// # Errors
    /// Where none can be had.
    pub async fn read(&self) -> Result<Link, StoreError> {
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
    pub async fn hear<T, E, F>(&self, act: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: for<'t> FnOnce(&'t mut Tx) -> ActFuture<'t, Result<T, E>> + Send + 'static,
    {
        self.queue(true, act).await
    }

    async fn queue<T, E, F>(&self, hears: bool, act: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: for<'t> FnOnce(&'t mut Tx) -> ActFuture<'t, Result<T, E>> + Send + 'static,
    {
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
            .send(Job { run, origin: origin::current(), hears })
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

async fn work(
    pool: Pool,
    mut tx: Tx,
    mut queue: mpsc::Receiver<Job>,
    events: broadcast::Sender<Event>,
    stats: Arc<WriterStats>,
) {
    while let Some(job) = queue.recv().await {
        let mut first = Some(job);
        let mut begun = tx.begin().await;
        if let Err(error) = begun {
            // A connection that stood idle may be gone; that must not cost the act that finds out.
            tracing::warn!(%error, "the writer takes a fresh connection");
            match reconnect(&pool, tx, &mut queue, &mut first).await {
                Some(fresh) => tx = fresh,
                None => return,
            }
            begun = tx.begin().await;
        }
        let outcome = match (begun, first) {
            (Ok(()), Some(first)) => group(&mut tx, first, &mut queue, &events, &stats).await,
            (Ok(()), None) => tx.roll_back().await,
            (Err(error), _) => Err(error),
        };
        if let Err(error) = outcome {
            tracing::error!(%error, "a group of acts could not be written");
            // What state the connection is in is not known: take a fresh one, which also makes
            // the database undo what was open.
            match reconnect(&pool, tx, &mut queue, &mut None).await {
                Some(fresh) => tx = fresh,
                None => return,
            }
        }
    }
}

/// Takes a fresh connection, however long the database stays away. While it does, acts that wait
/// are dropped, so that their callers are told rather than held. `None` once the database is
/// closed.
async fn reconnect(
    pool: &Pool,
    stale: Tx,
    queue: &mut mpsc::Receiver<Job>,
    first: &mut Option<Job>,
) -> Option<Tx> {
    stale.discard().await;
    let mut attempt = 0u64;
    loop {
        match pool.writer().await {
            Ok(link) => return Some(Tx::over(link)),
            Err(StoreError::Database(sqlx::Error::PoolClosed)) => return None,
            Err(error) => tracing::error!(%error, attempt, "the database does not answer"),
        }
        *first = None;
        while queue.try_recv().is_ok() {}
        if queue.is_closed() {
            return None;
        }
        attempt += 1;
        tokio::time::sleep(std::time::Duration::from_millis(250 * attempt.min(8))).await;
    }
}

/// Runs the first act and those that wait behind it in the open transaction, commits, and answers
/// them.
async fn group(
    tx: &mut Tx,
    first: Job,
    queue: &mut mpsc::Receiver<Job>,
    events: &broadcast::Sender<Event>,
    stats: &WriterStats,
) -> Result<(), StoreError> {
    let mut ran = Vec::new();
    let outcome = run(tx, first, queue, &mut ran, stats).await.map(|told| {
        for event in told {
            // Nobody listening is no error.
            drop(events.send(event));
        }
    });
    let said = outcome.as_ref().err().map(ToString::to_string);
    for (done, refused) in ran {
        (done.answer)(match (&said, refused) {
            (_, Some(error)) => Err(error),
            (None, None) => Ok(()),
            (Some(said), None) => Err(StoreError::WriterStopped(said.clone())),
        });
    }
    outcome
}

async fn run(
    tx: &mut Tx,
    first: Job,
    queue: &mut mpsc::Receiver<Job>,
    ran: &mut Vec<(Done, Option<StoreError>)>,
    stats: &WriterStats,
) -> Result<Vec<Event>, StoreError> {
    let mut next = Some(first);
    tx.mark().await?;
    while let Some(job) = next.take() {
        if !job.hears {
            tx.settle().await?;
        }
        tx.origin = job.origin;
        let mark = tx.mark_of();
        let done = (job.run)(tx).await;
        let keep = done.keep;
        ran.push((done, None));
        if !keep {
            tx.undo(mark).await?;
        } else if let Err(error) = tx.keep().await {
            // After an error that the act passed over, PostgreSQL keeps nothing of it.
            tx.undo(mark).await?;
            if let Some((done, refused)) = ran.last_mut() {
                done.keep = false;
                *refused = Some(error);
            }
        }
        if ran.len() < GROUP_MAX {
            next = queue.try_recv().ok();
        }
    }
    if ran.iter().any(|(done, _)| done.keep) {
        let events = tx.commit().await?;
        stats.0.fetch_add(1, Ordering::Relaxed);
        Ok(events)
    } else {
        tx.roll_back().await.map(|()| Vec::new())
    }
}
