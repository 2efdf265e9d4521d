//! How the writer does: how long acts wait for it, how many share a commit. Counted without a lock,
//! since every act passes here.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

/// The upper bounds of the waits' buckets, in seconds; what is longer than the last falls into none.
pub const WAIT_BOUNDS_S: [f64; 10] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0];

/// The upper bounds of the groups' buckets, in acts; the last is the largest group there is.
pub const GROUP_BOUNDS: [f64; 9] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0];

/// Values counted in buckets.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Histogram<const N: usize> {
    /// How many values were at most as large as each bound: each count includes those before it.
    pub within: [u64; N],
    /// The sum of all values.
    pub sum: f64,
    /// How many values there were.
    pub count: u64,
}

/// How the writer has done since the portal started.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WriterStats {
    /// How many acts wait to be begun now.
    pub queued: u64,
    /// The seconds from an act's queueing to its answer, by [`WAIT_BOUNDS_S`].
    pub wait_s: Histogram<{ WAIT_BOUNDS_S.len() }>,
    /// The acts that shared a transaction, by [`GROUP_BOUNDS`].
    pub group: Histogram<{ GROUP_BOUNDS.len() }>,
    /// Transactions that were committed.
    pub commits: u64,
    /// Transactions of which nothing was kept: every act was refused, or the database failed.
    pub rollbacks: u64,
    /// Acts that were refused or failed, so that what they wrote was undone.
    pub undone: u64,
}

#[derive(Debug)]
struct Buckets<const N: usize> {
    bounds: &'static [f64; N],
    /// Each value is counted once, in the first bucket it fits into; the reader adds them up.
    counts: [AtomicU64; N],
    beyond: AtomicU64,
    /// In millionths.
    sum: AtomicU64,
}

impl<const N: usize> Buckets<N> {
    const fn over(bounds: &'static [f64; N]) -> Self {
        Self {
            bounds,
            counts: [const { AtomicU64::new(0) }; N],
            beyond: AtomicU64::new(0),
            sum: AtomicU64::new(0),
        }
    }

    fn observe(&self, millionths: u64) {
        #[expect(clippy::cast_precision_loss, reason = "compared with bounds that are far apart")]
        let value = millionths as f64 / 1e6;
        let bucket = self.bounds.iter().position(|bound| value <= *bound);
        let count = bucket.and_then(|at| self.counts.get(at)).unwrap_or(&self.beyond);
        count.fetch_add(1, Ordering::Relaxed);
        self.sum.fetch_add(millionths, Ordering::Relaxed);
    }

    fn read(&self) -> Histogram<N> {
        let mut count = 0;
        let within = self.counts.each_ref().map(|bucket| {
            count += bucket.load(Ordering::Relaxed);
            count
        });
        count += self.beyond.load(Ordering::Relaxed);
        #[expect(clippy::cast_precision_loss, reason = "a sum to be shown")]
        let sum = self.sum.load(Ordering::Relaxed) as f64 / 1e6;
        Histogram { within, sum, count }
    }
}

/// Counted as it happens.
#[derive(Debug)]
pub(crate) struct Counters {
    wait: Buckets<{ WAIT_BOUNDS_S.len() }>,
    group: Buckets<{ GROUP_BOUNDS.len() }>,
    commits: AtomicU64,
    rollbacks: AtomicU64,
    undone: AtomicU64,
}

impl Default for Counters {
    fn default() -> Self {
        Self {
            wait: Buckets::over(&WAIT_BOUNDS_S),
            group: Buckets::over(&GROUP_BOUNDS),
            commits: AtomicU64::new(0),
            rollbacks: AtomicU64::new(0),
            undone: AtomicU64::new(0),
        }
    }
}

impl Counters {
    /// An act was answered so long after it was queued.
    pub(crate) fn answered(&self, after: Duration) {
        self.wait.observe(u64::try_from(after.as_micros()).unwrap_or(u64::MAX));
    }

    /// A transaction of so many acts ended; of some nothing was kept.
    pub(crate) fn ended(&self, acts: usize, undone: usize, committed: bool) {
        self.group.observe((acts as u64).saturating_mul(1_000_000));
        self.undone.fetch_add(undone as u64, Ordering::Relaxed);
        let ended = if committed { &self.commits } else { &self.rollbacks };
        ended.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn read(&self, queued: usize) -> WriterStats {
        WriterStats {
            queued: queued as u64,
            wait_s: self.wait.read(),
            group: self.group.read(),
            commits: self.commits.load(Ordering::Relaxed),
            rollbacks: self.rollbacks.load(Ordering::Relaxed),
            undone: self.undone.load(Ordering::Relaxed),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_counted_up_to_each_bound() {
        let counters = Counters::default();
        for micros in [100, 500, 900, 20_000, 9_000_000] {
            counters.answered(Duration::from_micros(micros));
        }
        counters.ended(1, 0, true);
        counters.ended(3, 1, true);
        counters.ended(256, 256, false);
        let stats = counters.read(7);
        assert_eq!(stats.wait_s.within, [2, 3, 3, 3, 3, 4, 4, 4, 4, 4]);
        assert_eq!((stats.wait_s.count, stats.wait_s.sum), (5, 9.0215));
        assert_eq!(stats.group.within, [1, 1, 2, 2, 2, 2, 2, 2, 3]);
        assert_eq!((stats.group.count, stats.group.sum), (3, 260.0));
        assert_eq!((stats.commits, stats.rollbacks, stats.undone, stats.queued), (2, 1, 257, 7));
    }
}
