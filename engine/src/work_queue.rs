//! A queue before work that takes memory and a core for a while: whoever asks for it must not decide
//! how much of it is done side by side.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use tokio::sync::{Semaphore, SemaphorePermit};

use crate::Error;

/// How many may wait for their turn.
const MAX_WAITING: usize = 256;
/// How long each may wait.
const PATIENCE: Duration = Duration::from_secs(10);

/// Heavy work, so much of it side by side and so much waiting for its turn.
#[derive(Debug)]
pub(crate) struct WorkQueue {
    turns: Semaphore,
    waiting: AtomicUsize,
}

impl WorkQueue {
    /// A queue for so much work side by side.
    pub(crate) const fn new(side_by_side: usize) -> Self {
        Self { turns: Semaphore::const_new(side_by_side), waiting: AtomicUsize::new(0) }
    }

    /// Waits for a turn and works, off the runtime's threads.
    ///
    /// # Errors
    /// Where too many wait, or it takes too long to come to it.
    pub(crate) async fn run<T: Send + 'static>(
        &'static self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Error> {
        let turn = self.turn(MAX_WAITING, PATIENCE).await?;
        let worked = tokio::task::spawn_blocking(move || {
            let done = work();
            // The turn is over once the memory is given back, not when somebody stops waiting for it.
            drop(turn);
            done
        });
        worked.await.map_err(|error| Error::Internal(format!("work broke down: {error}")))
    }

    /// Whether anybody waits for a turn.
    pub(crate) fn is_waited_for(&self) -> bool {
        self.waiting.load(Ordering::Relaxed) > 0
    }

    async fn turn(&self, most: usize, patience: Duration) -> Result<SemaphorePermit<'_>, Error> {
        let busy = || Error::Busy { retry_after_s: 10 };
        let place = Place::take(&self.waiting);
        if place.before >= most {
            return Err(busy());
        }
        let turn = tokio::time::timeout(patience, self.turns.acquire()).await;
        turn.map_err(|_| busy())?.map_err(|error| Error::Internal(error.to_string()))
    }
}

/// A place in the queue, given back also by who goes away.
struct Place<'a> {
    waiting: &'a AtomicUsize,
    before: usize,
}

impl<'a> Place<'a> {
    fn take(waiting: &'a AtomicUsize) -> Self {
        Self { waiting, before: waiting.fetch_add(1, Ordering::Relaxed) }
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.waiting.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_turn_comes_when_another_ends_and_the_queue_has_an_end() {
        let queue = WorkQueue::new(1);
        let long = Duration::from_secs(60);
        let first = queue.turn(2, long).await.unwrap();
        let busy = queue.turn(2, Duration::from_millis(5)).await;
        assert!(matches!(busy, Err(Error::Busy { .. })), "nobody waits for ever");
        let (second, third) = (queue.turn(2, long), queue.turn(2, long));
        let (mut second, mut third) = (Box::pin(second), Box::pin(third));
        assert!(futures::poll!(&mut second).is_pending());
        assert!(futures::poll!(&mut third).is_pending());
        let fourth = queue.turn(2, long).await;
        assert!(matches!(fourth, Err(Error::Busy { .. })), "two wait");
        drop(first);
        drop(second.await.unwrap());
        drop(third);
        drop(queue.turn(2, long).await.unwrap());
        assert_eq!(queue.waiting.load(Ordering::Relaxed), 0);
    }
}
