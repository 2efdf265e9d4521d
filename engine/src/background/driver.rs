//! Drives the background tasks: each on a task of its own, now and then and when it is woken, never
//! twice at a time. What one of them does, or does not come back from, delays no other.

use std::{any::Any, panic::AssertUnwindSafe, sync::Arc, time::Duration};

use futures::{FutureExt as _, future::BoxFuture};
use tokio::time::Instant;
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tracing::Instrument as _;

use super::status::{About, Entry, News, Report, Statuses};
use crate::{Error, clock::Clock};

/// How long a run may go on after the portal was told to stop: long enough for a step, so that a
/// run which asks between its steps ends by itself.
const GRACE: Duration = Duration::from_secs(5);

/// What a run is.
pub(super) type Run = BoxFuture<'static, Result<Report, Error>>;

/// A task over `C`, which is the engine everywhere but in tests. It takes nothing else, may run at
/// any time and at any number of portals, and does not try again by itself: the next run does.
#[derive(Debug)]
pub(super) struct Task<C> {
    /// What it is.
    pub(super) about: About,
    /// Does it once. Long ones ask between their steps whether the portal stops.
    pub(super) run: fn(C) -> Run,
}

/// What drives them.
#[derive(Debug, Clone)]
pub(super) struct Driver {
    clock: Arc<dyn Clock>,
    stop: CancellationToken,
    grace: Duration,
}

impl Driver {
    /// Notes times by `clock`; ends when `stop` is cancelled.
    pub(super) const fn new(clock: Arc<dyn Clock>, stop: CancellationToken) -> Self {
        Self { clock, stop, grace: GRACE }
    }

    /// Begins to drive a task; its first run is at once.
    pub(super) fn start<C: Clone + Send + 'static>(
        &self,
        tracker: &TaskTracker,
        statuses: &Statuses,
        task: &Task<C>,
        context: C,
    ) {
        let entry = statuses.register(task.about);
        tracker.spawn(self.clone().drive(entry, task.run, context));
    }

    async fn drive<C: Clone>(self, entry: Arc<Entry>, run: fn(C) -> Run, context: C) {
        let About { name, period, .. } = entry.about;
        while !self.stop.is_cancelled() {
            let began = Instant::now();
            entry.begin(self.clock.now());
            let span = tracing::debug_span!("background_task", task = name);
            let once = once(run, context.clone()).instrument(span);
            let outcome = tokio::select! {
                outcome = once => outcome,
                () = self.too_late() => {
                    tracing::warn!(task = name, "a background task was given up at the stop");
                    return;
                }
            };
            let due = Instant::now() + period;
            match entry.end(self.clock.now(), began.elapsed(), outcome, due) {
                News::None => {}
                News::Fails(error) => {
                    tracing::error!(task = name, error, "a background task failed");
                }
                News::Recovered(failures) => {
                    tracing::info!(task = name, failures, "a background task works again");
                }
            }
            tokio::select! {
                () = self.stop.cancelled() => {}
                () = entry.wake.notified() => {}
                () = tokio::time::sleep_until(due) => {}
            }
        }
    }

    async fn too_late(&self) {
        self.stop.cancelled().await;
        tokio::time::sleep(self.grace).await;
    }
}

/// Runs a task once. A defect in it is its failure, not the driver's end.
async fn once<C>(run: fn(C) -> Run, context: C) -> Result<Report, String> {
    match AssertUnwindSafe(async move { run(context).await }).catch_unwind().await {
        Ok(outcome) => outcome.map_err(|refusal| cause(&refusal)),
        Err(panic) => Err(format!("the task broke down: {}", message(panic.as_ref()))),
    }
}

/// What went wrong. To the one who operates the portal, more than a user is told.
fn cause(refusal: &Error) -> String {
    match refusal {
        Error::Store(error) => error.to_string(),
        Error::Internal(error) => error.clone(),
        other => other.to_string(),
    }
}

fn message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message")
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;
    use crate::{background::status::TaskStatus, clock::SystemClock};

    const SOON: Duration = Duration::from_millis(2);
    const NEVER: Duration = Duration::from_secs(86_400);

    /// What the tasks of these tests count in.
    #[derive(Debug, Clone, Default)]
    struct Counts(Arc<[AtomicU64; 2]>);

    struct Driven {
        tracker: TaskTracker,
        statuses: Statuses,
        driver: Driver,
        counts: Counts,
    }

    impl Driven {
        fn new(grace: Duration) -> Self {
            let mut driver = Driver::new(Arc::new(SystemClock), CancellationToken::new());
            driver.grace = grace;
            let (tracker, statuses) = (TaskTracker::new(), Statuses::default());
            Self { tracker, statuses, driver, counts: Counts::default() }
        }

        fn start(&self, name: &'static str, period: Duration, run: fn(Counts) -> Run) {
            let about = About { name, title: name, does: "", period };
            let task = Task { about, run };
            self.driver.start(&self.tracker, &self.statuses, &task, self.counts.clone());
        }

        fn status(&self, name: &str) -> TaskStatus {
            let all = self.statuses.read(SystemClock.now());
            all.into_iter().find(|one| one.about.name == name).unwrap()
        }

        async fn until(&self, name: &str, holds: impl Fn(&TaskStatus) -> bool) -> TaskStatus {
            let look = async {
                loop {
                    let status = self.status(name);
                    if holds(&status) {
                        return status;
                    }
                    tokio::time::sleep(Duration::from_millis(1)).await;
                }
            };
            tokio::time::timeout(Duration::from_secs(20), look).await.unwrap()
        }

        async fn stop(self) {
            self.driver.stop.cancel();
            self.tracker.close();
            self.tracker.wait().await;
        }
    }

    fn count(counts: Counts) -> Run {
        counts.0[0].fetch_add(1, Ordering::SeqCst);
        async { Ok(Report::counted(2u64, "thing", "things")) }.boxed()
    }

    #[tokio::test]
    async fn one_that_hangs_delays_no_other() {
        let driven = Driven::new(Duration::from_millis(1));
        driven.start("hangs", SOON, |_| futures::future::pending().boxed());
        driven.start("goes-on", SOON, count);
        let goes_on = driven.until("goes-on", |status| status.runs >= 5).await;
        assert_eq!(goes_on.last_result.as_deref(), Some("2 things"));
        assert_eq!((goes_on.failures, goes_on.done), (0, goes_on.runs * 2));
        let hangs = driven.status("hangs");
        assert!(hangs.running_since.is_some() && hangs.next_due.is_none(), "{hangs:?}");
        assert_eq!(hangs.runs, 0);
        // Nor does it keep the portal from stopping.
        driven.stop().await;
    }

    #[tokio::test]
    async fn a_panic_is_a_failure_and_the_next_run_comes() {
        let driven = Driven::new(GRACE);
        driven.start("breaks", SOON, |counts| {
            assert!(counts.0[0].fetch_add(1, Ordering::SeqCst) >= 2, "not yet");
            async { Ok(Report::default()) }.boxed()
        });
        let status = driven.until("breaks", |status| status.runs >= 3 && !status.failing).await;
        let failure = status.failure.unwrap();
        assert_eq!((failure.sentence.as_str(), failure.times), ("the task broke down: not yet", 2));
        assert_eq!(status.failures, 2);
        driven.stop().await;
    }

    #[tokio::test]
    async fn it_is_woken_and_never_runs_twice_at_a_time() {
        let driven = Driven::new(GRACE);
        driven.start("rests", NEVER, |counts| {
            async move {
                let beside = counts.0[1].fetch_add(1, Ordering::SeqCst);
                tokio::task::yield_now().await;
                counts.0[1].fetch_sub(1, Ordering::SeqCst);
                if beside > 0 {
                    return Err(Error::Internal("it overlaps itself".into()));
                }
                Ok(Report::default())
            }
            .boxed()
        });
        let first = driven.until("rests", |status| status.runs == 1).await;
        assert!(
            first.next_due.unwrap() > first.last_finished.unwrap() + chrono::Duration::hours(1)
        );
        for runs in 2..10 {
            driven.statuses.wake("rests");
            driven.until("rests", |status| status.runs >= runs).await;
        }
        assert_eq!(driven.status("rests").failure, None);
        driven.stop().await;
    }

    #[tokio::test]
    async fn a_run_may_finish_its_step_when_the_portal_stops() {
        let driven = Driven::new(GRACE);
        driven.start("slow", NEVER, |counts| {
            async move {
                counts.0[0].fetch_add(1, Ordering::SeqCst);
                while counts.0[1].load(Ordering::SeqCst) == 0 {
                    tokio::time::sleep(Duration::from_millis(1)).await;
                }
                Ok(Report::default())
            }
            .boxed()
        });
        driven.until("slow", |status| status.running_since.is_some()).await;
        driven.driver.stop.cancel();
        driven.counts.0[1].store(1, Ordering::SeqCst);
        driven.until("slow", |status| status.runs == 1).await;
        driven.stop().await;
    }
}
