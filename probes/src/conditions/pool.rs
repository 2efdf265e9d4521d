//! Conditions whose work depends on how much the service sends are decided on threads of their own,
//! within the check's time. A thread cannot be stopped: so there are few, each is waited for by no
//! one for longer than that, and while all are taken the next waits for its turn within its own time.

use std::{
    sync::Arc,
    thread::available_parallelism,
    time::{Duration, Instant},
};

use tokio::sync::Semaphore;

/// What a condition has at the least, however late the answer came.
const LEAST: Duration = Duration::from_millis(500);

/// Why the work was not done in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NotDone {
    /// It took too long itself.
    TooLong,
    /// All threads were held by others.
    NoTurn,
}

impl NotDone {
    pub(crate) const fn sentence(self) -> &'static str {
        match self {
            Self::TooLong => "the condition took too long",
            Self::NoTurn => "the conditions of other checks took all the time there was",
        }
    }
}

/// The threads. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct ConditionPool(Arc<Semaphore>);

impl Default for ConditionPool {
    /// As many as there are cores but one, which is left to everything else.
    fn default() -> Self {
        let cores = available_parallelism().map_or(2, usize::from);
        Self(Arc::new(Semaphore::new(cores.saturating_sub(1).max(1))))
    }
}

impl ConditionPool {
    /// Does the work away from here, and waits for it until then, or a little where that is past.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        until: Instant,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, NotDone> {
        let until = until.max(Instant::now() + LEAST);
        let turn = tokio::time::timeout_at(until.into(), self.0.clone().acquire_owned()).await;
        let Ok(Ok(turn)) = turn else { return Err(NotDone::NoTurn) };
        // Whoever has waited for a turn has some time of their own.
        let until = until.max(Instant::now() + LEAST);
        let work = tokio::task::spawn_blocking(move || {
            let done = work();
            // Held to the end of the work, not of the waiting.
            drop(turn);
            done
        });
        match tokio::time::timeout_at(until.into(), work).await {
            Ok(Ok(done)) => Ok(done),
            // It broke down, which it would again.
            Ok(Err(_)) | Err(_) => Err(NotDone::TooLong),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_takes_too_long_is_not_waited_for_and_holds_its_thread() {
        let pool = ConditionPool(Arc::new(Semaphore::new(1)));
        let (let_go, held) = std::sync::mpsc::channel::<()>();
        let soon = Instant::now();
        let stuck = pool.run(soon, move || held.recv().is_ok()).await;
        assert_eq!(stuck, Err(NotDone::TooLong));
        assert_eq!(pool.run(soon, || 1).await, Err(NotDone::NoTurn), "the only thread is taken");
        let_go.send(()).unwrap();
        let later = Instant::now() + Duration::from_secs(60);
        assert_eq!(pool.run(later, || 2).await, Ok(2));
    }

    #[tokio::test]
    async fn work_that_breaks_down_gives_its_thread_back() {
        let pool = ConditionPool(Arc::new(Semaphore::new(1)));
        let until = Instant::now() + Duration::from_secs(60);
        let broken: Result<(), _> = pool.run(until, || panic!("a defect")).await;
        assert_eq!(broken, Err(NotDone::TooLong));
        assert_eq!(pool.run(until, || 3).await, Ok(3));
    }
}
