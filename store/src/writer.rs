//! The one writer. Acts queue up for it; those that wait together are committed together, since a
//! commit costs a disk flush and an act does not. Each act stands behind a savepoint of its own,
//! so that one that fails undoes nothing but itself, and is answered only after the commit.

use std::{fmt, pin::Pin, sync::Arc};

use tokio::sync::{mpsc, oneshot};

use crate::{
    db::{Kind, Link, Pool},
    error::StoreError,
    tx::Tx,
};

/// The most acts that share a commit.
const GROUP_MAX: usize = 256;
/// How many acts may wait before callers are held back.
const QUEUE: usize = 4096;

/// What an act's closure returns.
pub type ActFuture<'t, T> = Pin<Box<dyn Future<Output = T> + Send + 't>>;

type Job = Box<dyn for<'t> FnOnce(&'t mut Tx) -> ActFuture<'t, Done> + Send>;

/// An act that has run: whether its changes stay, and how to answer its caller.
struct Done {
    keep: bool,
    answer: Box<dyn FnOnce(Result<(), StoreError>) + Send>,
}

/// The open database.
#[derive(Clone)]
pub struct Store {
    pool: Pool,
    jobs: mpsc::Sender<Job>,
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
        let writer = tokio::spawn(work(pool.clone(), tx, queue));
        Ok(Self { pool, jobs, writer: Arc::new(tokio::sync::Mutex::new(Some(writer))) })
    }

    /// Which database it is.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        self.pool.kind()
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
        let (answer, answered) = oneshot::channel();
        let job: Job = Box::new(move |tx| {
            Box::pin(async move {
                let outcome = act(tx).await;
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
        let stopped = || StoreError::WriterStopped("the portal is shutting down".into());
        self.jobs.send(job).await.map_err(|_| stopped())?;
        answered.await.map_err(|_| stopped())?
    }

    /// Lets the acts that wait finish, then closes the database. For the last owner: acts sent by
    /// other clones after this are refused.
    pub async fn close(self) {
        let Self { pool, jobs, writer } = self;
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

async fn work(pool: Pool, mut tx: Tx, mut queue: mpsc::Receiver<Job>) {
    while let Some(first) = queue.recv().await {
        if let Err(error) = group(&mut tx, first, &mut queue).await {
            tracing::error!(%error, "a group of acts could not be written");
            // What state the connection is in is not known: take a fresh one, which also makes
            // the database undo what was open.
            match reconnect(&pool, tx).await {
                Some(fresh) => tx = fresh,
                None => return,
            }
        }
    }
}

async fn reconnect(pool: &Pool, stale: Tx) -> Option<Tx> {
    stale.discard().await;
    for attempt in 0..60u64 {
        match pool.writer().await {
            Ok(link) => return Some(Tx::over(link)),
            Err(error) => tracing::error!(%error, attempt, "the database does not answer"),
        }
        tokio::time::sleep(std::time::Duration::from_millis(250 * (attempt + 1).min(8))).await;
    }
    None
}

/// Runs the first act and those that wait behind it, commits, and answers them.
async fn group(tx: &mut Tx, first: Job, queue: &mut mpsc::Receiver<Job>) -> Result<(), StoreError> {
    tx.begin().await?;
    let mut answers = Vec::new();
    let mut next = Some(first);
    while let Some(job) = next.take() {
        let chain = tx.mark().await?;
        let done = job(tx).await;
        if done.keep {
            tx.keep().await?;
        } else {
            tx.undo(chain).await?;
        }
        answers.push(done);
        if answers.len() < GROUP_MAX {
            next = queue.try_recv().ok();
        }
    }
    if answers.iter().any(|done| done.keep) {
        if let Err(error) = tx.commit().await {
            let said = error.to_string();
            for done in answers {
                (done.answer)(Err(StoreError::WriterStopped(said.clone())));
            }
            return Err(error);
        }
    } else {
        tx.roll_back().await?;
    }
    for done in answers {
        (done.answer)(Ok(()));
    }
    Ok(())
}
