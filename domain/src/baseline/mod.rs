//! Baselines: what was normal after a deployment, captured at fixed moments of its watch, and the
//! rule of the box `baselines`.
//!
//! A baseline without enough data has no value: a gap is a gap, never a good measurement.

mod judge;
mod recorded;

pub use judge::{BaselineFact, judge, to_pass};
pub use recorded::{Baseline, IndicatorSummary, ManualBaseline, Reference};

use chrono::{DateTime, Duration, DurationRound as _, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    indicator::{Cell, Family},
    string_enum::string_enum,
};

/// Seconds of one stretch of the window: at the usual minute between two measurements, five of
/// them.
pub const BUCKET_S: i64 = 300;

/// The part of the stretches that must hold a measurement for a baseline to have a value.
pub const COVERAGE_MIN: f64 = 0.8;

/// The fewest samples a 95th percentile is told from: five of them lie above it.
pub const P95_MIN: u64 = 100;

string_enum! {
    /// When in a watch a baseline is captured.
    Moment {
        /// A quarter of an hour after the deployment.
        M15 = "15m",
        /// An hour after it.
        H1 = "1h",
        /// A day after it.
        H24 = "24h",
        /// Two days after it, at the end of the usual watch.
        H48 = "48h",
    }
}

impl Moment {
    /// How long after the deployment.
    #[must_use]
    pub const fn after(self) -> Duration {
        match self {
            Self::M15 => Duration::minutes(15),
            Self::H1 => Duration::hours(1),
            Self::H24 => Duration::hours(24),
            Self::H48 => Duration::hours(48),
        }
    }
}

/// When the windows of a deployment begin: with its first whole minute, since the minute it lies
/// in also holds what its predecessor did.
#[must_use]
pub fn window_from(deployed_at: DateTime<Utc>) -> DateTime<Utc> {
    deployed_at.duration_round_up(Duration::minutes(1)).unwrap_or(deployed_at)
}

/// A stretch of time without a measurement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    /// Its beginning, in seconds after the window's.
    pub from_s: i64,
    /// Its end, in seconds after the window's beginning.
    pub until_s: i64,
}

/// What a window comes to.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Summary {
    /// The value, in the indicator's unit; absent where there is too little to say one.
    pub value: Option<f64>,
    /// The 95th percentile of the samples, where there are enough; within
    /// [`SKETCH_ERROR`](crate::indicator::SKETCH_ERROR).
    pub p95: Option<f64>,
    /// How many events or samples it is made of.
    pub samples: u64,
    /// The part of the stretches that hold a measurement, 0 to 1.
    pub coverage: f64,
    /// The stretches that hold none, neighbours joined.
    pub gaps: Vec<Gap>,
}

/// Sums up the stretches of a window, in their order, each of [`BUCKET_S`].
///
/// Measurements that could not be made, for a reason of our own, are not among them: they say
/// nothing about the service, and where there is nothing else there is a gap.
#[must_use]
pub fn summarize(family: Family, unit: &str, stretches: &[Cell]) -> Summary {
    let mut whole = Cell::default();
    let mut covered = 0u32;
    let mut gaps: Vec<Gap> = Vec::new();
    for (at, stretch) in (0i64..).zip(stretches) {
        if stretch.is_empty() {
            let (from_s, until_s) = (at * BUCKET_S, (at + 1) * BUCKET_S);
            match gaps.last_mut().filter(|last| last.until_s == from_s) {
                Some(last) => last.until_s = until_s,
                None => gaps.push(Gap { from_s, until_s }),
            }
            continue;
        }
        covered += 1;
        whole.merge(stretch);
    }
    let all = u32::try_from(stretches.len()).unwrap_or(u32::MAX).max(1);
    let coverage = f64::from(covered) / f64::from(all);
    let enough = coverage >= COVERAGE_MIN;
    Summary {
        value: whole.value(family, unit).filter(|_| enough),
        p95: whole.quantile(0.95).filter(|_| enough && whole.samples >= P95_MIN),
        samples: whole.count(),
        coverage,
        gaps,
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone as _;
    use proptest::prelude::*;

    use super::*;
    use crate::indicator::Reading;

    fn full(n: usize, good: u64, bad: u64) -> Vec<Cell> {
        let mut cell = Cell::default();
        cell.add(Reading::Events { good, total: good + bad });
        vec![cell; n]
    }

    #[test]
    fn known_windows() {
        let uptime = summarize(Family::Uptime, "%", &full(12, 4, 1));
        assert_eq!((uptime.value, uptime.samples), (Some(80.0), 60));
        let rate = summarize(Family::ErrorRate, "%", &full(12, 4, 1));
        assert_eq!(rate.value, Some(20.0));
        assert_eq!(summarize(Family::Uptime, "%", &[]).value, None);
        let mut timed = Cell::default();
        (1..=100).for_each(|ms| timed.add(Reading::Value(f64::from(ms))));
        let time = summarize(Family::Latency, "ms", &[timed]);
        assert_eq!((time.value, time.samples), (Some(50.5), 100));
        assert!(time.p95.is_some_and(|p95| (p95 - 95.0).abs() < 1.0), "{time:?}");
    }

    #[test]
    fn a_percentile_takes_enough_samples() {
        let mut few = Cell::default();
        (1..=99).for_each(|ms| few.add(Reading::Value(f64::from(ms))));
        let time = summarize(Family::Latency, "ms", &[few]);
        assert_eq!((time.value, time.p95), (Some(50.0), None));
    }

    #[test]
    fn a_gap_is_a_gap() {
        let mut stretches = full(10, 5, 0);
        for at in [2, 3, 9] {
            stretches[at] = Cell::default();
        }
        let seen = summarize(Family::Uptime, "%", &stretches);
        assert_eq!(seen.value, None, "70 % is too little");
        assert_eq!(
            seen.gaps,
            [Gap { from_s: 600, until_s: 1_200 }, Gap { from_s: 2_700, until_s: 3_000 }]
        );
        stretches[2] = stretches[0].clone();
        assert_eq!(summarize(Family::Uptime, "%", &stretches).value, Some(100.0));
    }

    #[test]
    fn the_minute_of_the_deployment_is_left_out() {
        let at = |h, m, s| Utc.with_ymd_and_hms(2026, 11, 19, h, m, s).single().unwrap();
        assert_eq!(window_from(at(14, 2, 30)), at(14, 3, 0));
        assert_eq!(window_from(at(14, 2, 0)), at(14, 2, 0));
    }

    proptest! {
        /// Whatever was measured: nothing measured, or too little, has no value.
        #[test]
        fn no_data_has_no_value(counts in proptest::collection::vec((0u64..3, 0u64..3), 0..40)) {
            let stretches: Vec<_> = counts
                .iter()
                .map(|(good, bad)| full(1, *good, *bad).remove(0))
                .collect();
            let covered = stretches.iter().filter(|stretch| !stretch.is_empty()).count();
            for family in Family::ALL.iter().copied() {
                let seen = summarize(family, "%", &stretches);
                if 5 * covered < 4 * stretches.len() || covered == 0 {
                    prop_assert_eq!(seen.value, None);
                }
                let empty: i64 = seen.gaps.iter().map(|gap| gap.until_s - gap.from_s).sum();
                prop_assert_eq!(empty, (stretches.len() - covered) as i64 * BUCKET_S);
            }
        }
    }
}
