//! How punctual the scheduler is. Lateness is measured, not assumed.

use std::sync::atomic::{AtomicU64, Ordering};

/// The upper bounds of the lateness's buckets, in seconds; what is later than the last falls into
/// none of them.
pub const LATENESS_BOUNDS_S: [f64; 10] = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 15.0, 60.0];

/// Counted since the portal started.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    runs: AtomicU64,
    late: [AtomicU64; LATENESS_BOUNDS_S.len()],
    lateness_us: AtomicU64,
    skipped: AtomicU64,
    overlapped: AtomicU64,
    elsewhere: AtomicU64,
    planned: AtomicU64,
}

/// How punctual the scheduler has been since the portal started.
#[derive(Debug, Clone, PartialEq)]
pub struct SchedulerStats {
    /// How many tasks began.
    pub runs: u64,
    /// How many of them began at most so late: one count for each of [`LATENESS_BOUNDS_S`], each
    /// including those before it.
    pub within: [u64; LATENESS_BOUNDS_S.len()],
    /// The sum of their latenesses, in seconds.
    pub lateness_sum_s: f64,
    /// Slots missed because the machine slept or its clock was put forward.
    pub skipped: u64,
    /// Slots skipped because the run before had not ended.
    pub overlapped: u64,
    /// Slots another portal on this database took.
    pub elsewhere: u64,
    /// How many tasks are on the timetable.
    pub planned: u64,
}

impl Counts {
    pub(super) fn began(&self, late_ms: i64) {
        let late_us = late_ms.max(0).unsigned_abs() * 1_000;
        self.runs.fetch_add(1, Ordering::Relaxed);
        self.lateness_us.fetch_add(late_us, Ordering::Relaxed);
        #[expect(clippy::cast_precision_loss, reason = "a lateness")]
        let late_s = late_us as f64 / 1e6;
        for (bound, count) in LATENESS_BOUNDS_S.iter().zip(&self.late) {
            if late_s <= *bound {
                count.fetch_add(1, Ordering::Relaxed);
            }
        }
    }

    pub(super) fn skipped_are(&self, count: u64) {
        self.skipped.store(count, Ordering::Relaxed);
    }

    pub(super) fn overlapped(&self) {
        self.overlapped.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn elsewhere(&self, count: u64) {
        self.elsewhere.fetch_add(count, Ordering::Relaxed);
    }

    pub(super) fn planned_are(&self, count: usize) {
        self.planned.store(count as u64, Ordering::Relaxed);
    }

    pub(crate) fn read(&self) -> SchedulerStats {
        let get = |count: &AtomicU64| count.load(Ordering::Relaxed);
        #[expect(clippy::cast_precision_loss, reason = "a sum of latenesses")]
        let lateness_sum_s = get(&self.lateness_us) as f64 / 1e6;
        SchedulerStats {
            runs: get(&self.runs),
            within: self.late.each_ref().map(get),
            lateness_sum_s,
            skipped: get(&self.skipped),
            overlapped: get(&self.overlapped),
            elsewhere: get(&self.elsewhere),
            planned: get(&self.planned),
        }
    }
}
