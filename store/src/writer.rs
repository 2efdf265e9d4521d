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
    commits::{self, CommitError},
    db::{Kind, Link, Pool},
    error::StoreError,
    notify,
    tx::{Told, Tx},
    writer_stats::{Counters, WriterStats},
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
    /// Whether it asks only for what a transaction reads once, so that what was heard may wait.
    hears: bool,
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
        if told.deliveries {
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
        let writer = tokio::spawn(work(pool.clone(), tx, queue, telling.clone()));
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
            .send(Job { run, hears, queued })
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

async fn work(pool: Pool, mut tx: Tx, mut queue: mpsc::Receiver<Job>, telling: Telling) {
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
        let mut ran = Vec::new();
        let outcome = match (begun, first) {
            (Ok(()), Some(first)) => {
                run(&mut tx, first, &mut queue, &mut ran, telling.portal).await
            }
            (Ok(()), None) => {
                tx.roll_back().await.map(|()| Told::default()).map_err(CommitError::from)
            }
            (Err(error), _) => Err(error.into()),
        };
        telling.count(&ran, outcome.is_ok());
        // What state the connection is in after an error is not known: a fresh one is taken, which
        // also makes the database undo what was open.
        let fresh = match outcome {
            Ok(told) => {
                telling.tell(told);
                telling.answer(ran, || Ok(()));
                continue;
            }
            Err(CommitError::NotKept(error)) => {
                tracing::error!(%error, "a group of acts could not be written");
                telling.answer(ran, || Err(StoreError::WriterStopped(error.to_string())));
                reconnect(&pool, tx, &mut queue, &mut None).await
            }
            Err(CommitError::Unknown { error, id, told }) => {
                tracing::warn!(%error, ?id, "a commit was not answered; looking what became of it");
                tx.discard().await;
                match commits::was_kept(&pool, &id).await {
                    Some(true) => {
                        telling.tell(told);
                        telling.answer(ran, || Ok(()));
                    }
                    Some(false) => {
                        telling.answer(ran, || Err(StoreError::WriterStopped(error.to_string())));
                    }
                    None => {
                        tracing::error!(%error, ?id, "what became of a commit is not known");
                        // Whoever looks sees what there is.
                        telling.tell(Told { events: vec![Event::missed()], deliveries: true });
                        telling.answer(ran, || Err(StoreError::Unknown(error.to_string())));
                    }
                }
                connect(&pool, &mut queue, &mut None).await
            }
        };
        match fresh {
            Some(fresh) => tx = fresh,
            None => return,
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
    connect(pool, queue, first).await
}

async fn connect(
    pool: &Pool,
    queue: &mut mpsc::Receiver<Job>,
    first: &mut Option<Job>,
) -> Option<Tx> {
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

/// Runs the first act and those that wait behind it in the open transaction and commits. In `ran`
/// stays who is to be answered.
async fn run(
    tx: &mut Tx,
    first: Job,
    queue: &mut mpsc::Receiver<Job>,
    ran: &mut Vec<Ran>,
    portal: Uuid,
) -> Result<Told, CommitError> {
    let mut next = Some(first);
    tx.mark().await?;
    while let Some(job) = next.take() {
        if !job.hears {
            tx.settle().await?;
        }
        let mark = tx.mark_of();
        let queued = job.queued;
        let done = (job.run)(tx).await;
        let keep = done.keep;
        ran.push(Ran { done, queued, refused: None });
        if !keep {
            tx.undo(mark).await?;
        } else if let Err(error) = tx.keep().await {
            // After an error that the act passed over, PostgreSQL keeps nothing of it.
            tx.undo(mark).await?;
            if let Some(last) = ran.last_mut() {
                last.done.keep = false;
                last.refused = Some(error);
            }
        }
        if ran.len() < GROUP_MAX {
            next = queue.try_recv().ok();
        }
    }
    if ran.iter().any(|ran| ran.done.keep) {
        tx.commit(portal).await
    } else {
        Ok(tx.roll_back().await.map(|()| Told::default())?)
    }
}
