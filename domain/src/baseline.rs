//! Baselines: what was normal after a deployment, captured at fixed moments of its watch, and the
//! rule of the box `baselines`.
//!
//! A baseline without enough data has no value: a gap is a gap, never a good measurement.

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};

use crate::{item::MachineWord, words::words};

/// Seconds of one stretch of the window: at the usual minute between two measurements, five of
/// them.
pub const BUCKET_S: i64 = 300;

/// The part of the stretches that must hold a measurement for a baseline to have a value.
pub const COVERAGE_MIN: f64 = 0.8;

words! {
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

words! {
    /// What a baseline is of.
    Indicator {
        /// Requests that failed, of all, in percent.
        ErrorRate = "error_rate",
        /// The mean time of an answer, in milliseconds.
        ResponseTime = "response_time",
        /// Measurements that found the service well, of all that say something about it, in
        /// percent.
        Uptime = "uptime",
    }
}

impl Indicator {
    /// What people call it.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::ErrorRate => "error rate",
            Self::ResponseTime => "average response time",
            Self::Uptime => "uptime",
        }
    }

    /// Its unit.
    #[must_use]
    pub const fn unit(self) -> &'static str {
        match self {
            Self::ErrorRate | Self::Uptime => "%",
            Self::ResponseTime => "ms",
        }
    }

    /// What the box `baselines` asks of it at the end of the watch, in words.
    #[must_use]
    pub const fn target(self) -> &'static str {
        match self {
            Self::ErrorRate => "< 0.1 %",
            Self::ResponseTime => "< 200 ms",
            Self::Uptime => "at least 99.9 %",
        }
    }

    fn holds(self, value: f64) -> bool {
        match self {
            Self::ErrorRate => value < 0.1,
            Self::ResponseTime => value < 200.0,
            Self::Uptime => value >= 99.9,
        }
    }
}

/// What was measured in one stretch of the window.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Bucket {
    /// Measurements that found the service well.
    pub good: u64,
    /// Measurements that found it unwell.
    pub bad: u64,
    /// The sum of the good ones' response times, in milliseconds.
    pub sum_ms: f64,
}

/// A stretch of time without a measurement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    /// Its beginning, in seconds after the deployment.
    pub from_s: i64,
    /// Its end, in seconds after the deployment.
    pub until_s: i64,
}

/// What a window comes to.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    /// The value, in the indicator's unit; absent where there is too little to say one.
    pub value: Option<f64>,
    /// How many measurements it is made of.
    pub samples: u64,
    /// The part of the stretches that hold a measurement, 0 to 1.
    pub coverage: f64,
    /// The stretches that hold none, neighbours joined.
    pub gaps: Vec<Gap>,
}

/// Sums up the stretches of a window, in their order.
///
/// Measurements that could not be made, for a reason of our own, are not among them: they say
/// nothing about the service, and where there is nothing else there is a gap.
#[must_use]
pub fn summarize(indicator: Indicator, buckets: &[Bucket]) -> Summary {
    let (mut good, mut bad, mut sum_ms, mut covered) = (0u64, 0u64, 0.0, 0usize);
    let mut gaps: Vec<Gap> = Vec::new();
    for (at, bucket) in (0i64..).zip(buckets) {
        if bucket.good + bucket.bad == 0 {
            let (from_s, until_s) = (at * BUCKET_S, (at + 1) * BUCKET_S);
            match gaps.last_mut().filter(|last| last.until_s == from_s) {
                Some(last) => last.until_s = until_s,
                None => gaps.push(Gap { from_s, until_s }),
            }
            continue;
        }
        covered += 1;
        good += bucket.good;
        bad += bucket.bad;
        sum_ms += bucket.sum_ms;
    }
    let coverage =
        if buckets.is_empty() { 0.0 } else { ratio(covered as u64, buckets.len() as u64) };
    let enough = coverage >= COVERAGE_MIN;
    let (value, samples) = match indicator {
        // Probes see too few requests to say anything about a rate of 0.1 %.
        Indicator::ErrorRate => (None, 0),
        Indicator::ResponseTime => ((good > 0).then(|| sum_ms / as_f64(good)), good),
        Indicator::Uptime => {
            ((good + bad > 0).then(|| 100.0 * ratio(good, good + bad)), good + bad)
        }
    };
    Summary { value: value.filter(|_| enough), samples, coverage, gaps }
}

fn ratio(part: u64, whole: u64) -> f64 {
    as_f64(part) / as_f64(whole)
}

#[expect(clippy::cast_precision_loss, reason = "counts of two days lie far below 2^52")]
const fn as_f64(count: u64) -> f64 {
    count as f64
}

/// A baseline as it bears on the box.
#[derive(Debug, Clone, PartialEq)]
pub struct BaselineFact {
    /// Of what.
    pub indicator: Indicator,
    /// When.
    pub moment: Moment,
    /// Its value, where there was enough to say one.
    pub value: Option<f64>,
    /// The part of the window that was measured, 0 to 1.
    pub coverage: f64,
}

/// Judges the box `baselines` by what was captured at the end of the watch.
#[must_use]
pub fn judge(
    captured: &[BaselineFact],
    deployed_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> (MachineWord, String) {
    let last: Vec<_> = captured.iter().filter(|fact| fact.moment == Moment::H48).collect();
    if last.is_empty() {
        let so_far: Vec<_> = Moment::ALL
            .iter()
            .filter(|moment| captured.iter().any(|fact| fact.moment == **moment))
            .map(|moment| moment.as_str())
            .collect();
        let have = if so_far.is_empty() {
            "No baseline has been captured yet".to_owned()
        } else {
            format!("Captured at {}", so_far.join(", "))
        };
        return if now < deployed_at + Moment::H48.after() {
            // It is at work once it has measured something.
            let works = captured.iter().any(|fact| fact.value.is_some());
            let word = if works { MachineWord::Running } else { MachineWord::Undecided };
            (word, format!("{have}; the box is judged at 48h."))
        } else {
            (MachineWord::Undecided, format!("{have}, and none at 48h."))
        };
    }
    let mut failed = Vec::new();
    let mut unknown = Vec::new();
    let mut good = Vec::new();
    for indicator in Indicator::ALL.iter().copied() {
        let found = last.iter().find(|fact| fact.indicator == indicator);
        let (label, unit, target) = (indicator.label(), indicator.unit(), indicator.target());
        match found.map(|fact| (fact.value, fact.coverage)) {
            Some((Some(value), _)) if indicator.holds(value) => {
                good.push(format!("{label} {} {unit}", shown(value)));
            }
            Some((Some(value), _)) => {
                failed.push(format!("{label} {} {unit}, expected {target}", shown(value)));
            }
            Some((None, coverage)) if coverage > 0.0 => {
                unknown
                    .push(format!("{label}: {:.0} % of the window was measured", coverage * 100.0));
            }
            _ => unknown.push(format!("{label}: nothing measures it")),
        }
    }
    if !failed.is_empty() {
        return (MachineWord::Failed, format!("At 48h: {}.", failed.join("; ")));
    }
    if !unknown.is_empty() {
        return (
            MachineWord::Undecided,
            format!("At 48h: {}. Post the result of what does.", unknown.join("; ")),
        );
    }
    (MachineWord::Passed, format!("At 48h: {}.", good.join(", ")))
}

/// A value with as many digits as its size asks for: `142`, `99.95`, `0.02`.
#[must_use]
pub fn shown(value: f64) -> String {
    if value >= 100.0 {
        return format!("{value:.0}");
    }
    let text = format!("{value:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone as _;
    use proptest::prelude::*;

    use super::*;

    fn full(n: usize, good: u64, bad: u64) -> Vec<Bucket> {
        vec![Bucket { good, bad, sum_ms: 100.0 * as_f64(good) }; n]
    }

    #[test]
    fn known_windows() {
        let buckets = full(12, 4, 1);
        let uptime = summarize(Indicator::Uptime, &buckets);
        assert_eq!((uptime.value, uptime.samples), (Some(80.0), 60));
        let time = summarize(Indicator::ResponseTime, &buckets);
        assert_eq!((time.value, time.samples), (Some(100.0), 48));
        assert_eq!(summarize(Indicator::ErrorRate, &buckets).value, None);
        assert_eq!(summarize(Indicator::Uptime, &[]).value, None);
    }

    #[test]
    fn a_gap_is_a_gap() {
        let mut buckets = full(10, 5, 0);
        for at in [2, 3, 9] {
            buckets[at] = Bucket::default();
        }
        let seen = summarize(Indicator::Uptime, &buckets);
        assert_eq!(seen.value, None, "70 % is too little");
        assert_eq!(
            seen.gaps,
            [Gap { from_s: 600, until_s: 1_200 }, Gap { from_s: 2_700, until_s: 3_000 }]
        );
        buckets[2] = buckets[0];
        assert_eq!(summarize(Indicator::Uptime, &buckets).value, Some(100.0));
    }

    fn fact(indicator: Indicator, value: Option<f64>) -> BaselineFact {
        let coverage = if value.is_some() { 1.0 } else { 0.5 };
        BaselineFact { indicator, moment: Moment::H48, value, coverage }
    }

    #[test]
    fn the_box_passes_on_three_good_values_only() {
        let began = Utc.timestamp_opt(1_763_560_920, 0).single().unwrap();
        let late = began + Duration::hours(49);
        let judge = |facts: &[BaselineFact]| super::judge(facts, began, late);
        let all = |rate, time, up| {
            [
                fact(Indicator::ErrorRate, rate),
                fact(Indicator::ResponseTime, time),
                fact(Indicator::Uptime, up),
            ]
        };
        let (word, said) = judge(&all(Some(0.02), Some(142.0), Some(99.95)));
        assert_eq!(word, MachineWord::Passed, "{said}");
        assert_eq!(
            said,
            "At 48h: error rate 0.02 %, average response time 142 ms, uptime 99.95 %."
        );
        let (word, said) = judge(&all(Some(0.02), Some(201.0), Some(99.95)));
        assert_eq!(word, MachineWord::Failed);
        assert!(said.contains("201 ms, expected < 200 ms"), "{said}");
        let (word, said) = judge(&all(None, Some(142.0), Some(99.95))[1..]);
        assert_eq!(word, MachineWord::Undecided);
        assert!(said.contains("error rate: nothing measures it"), "{said}");
        assert_eq!(judge(&all(Some(0.02), None, Some(99.95))).0, MachineWord::Undecided);
        assert_eq!(judge(&[]).0, MachineWord::Undecided);
        assert_eq!(super::judge(&[], began, began).0, MachineWord::Undecided);
        let early = BaselineFact { moment: Moment::M15, ..fact(Indicator::Uptime, Some(100.0)) };
        assert_eq!(super::judge(&[early], began, began).0, MachineWord::Running);
    }

    proptest! {
        /// Whatever was measured: nothing measured, or too little, has no value.
        #[test]
        fn no_data_has_no_value(counts in proptest::collection::vec((0u64..3, 0u64..3), 0..40)) {
            let buckets: Vec<_> = counts
                .iter()
                .map(|(good, bad)| Bucket { good: *good, bad: *bad, sum_ms: 0.0 })
                .collect();
            let covered = buckets.iter().filter(|bucket| bucket.good + bucket.bad > 0).count();
            for indicator in Indicator::ALL.iter().copied() {
                let seen = summarize(indicator, &buckets);
                if 5 * covered < 4 * buckets.len() || covered == 0 {
                    prop_assert_eq!(seen.value, None);
                }
                let empty: i64 = seen.gaps.iter().map(|gap| gap.until_s - gap.from_s).sum();
                prop_assert_eq!(empty, (buckets.len() - covered) as i64 * BUCKET_S);
            }
        }
    }
}
