//! The writer's task: groups of acts, their commit, and what is done where the database is lost.

use domain::event::Event;
use tokio::sync::mpsc;
use uuid::Uuid;

use super::{Job, Ran, Telling};
use crate::{
    commits::{self, CommitError},
    db::Pool,
    error::StoreError,
    tx::{Tx, told::Told},
};

/// The most acts that share a commit.
const GROUP_MAX: usize = 256;

/// Runs acts in groups, each in a transaction of its own, for as long as there is somebody to send
/// them.
pub(super) async fn work(pool: Pool, mut tx: Tx, mut queue: mpsc::Receiver<Job>, telling: Telling) {
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
                        telling.tell(Told { events: vec![Event::missed()], deliveries: 1 });
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
        if !job.buffers {
            tx.settle().await?;
        }
        let mark = tx.mark_of();
        tx.origin = job.origin;
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
