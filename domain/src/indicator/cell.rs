//! What was measured of an indicator in a stretch of time, small enough to keep for every minute
//! and exact where it can be: counts and sums are kept as they are, quantiles in a sketch.

use std::fmt;

use sketches_ddsketch::{Config, DDSketch};

use super::{Family, whole_of};

/// By how much a quantile may be off, of its value. Sums, counts, least and greatest are exact.
pub const SKETCH_ERROR: f64 = 0.01;

/// One point.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Reading {
    /// A sample, in the indicator's unit.
    Value(f64),
    /// Events of which so many were good.
    Events {
        /// How many were good.
        good: u64,
        /// How many there were.
        total: u64,
    },
}

/// The points of a stretch, in any order; two cells add up to the cell of both stretches.
#[derive(Clone, Default)]
pub struct Cell {
    /// Events that were good.
    pub good: u64,
    /// All events.
    pub total: u64,
    /// How many samples.
    pub samples: u64,
    /// Their sum, in the indicator's unit.
    pub sum: f64,
    /// The least of them.
    pub low: f64,
    /// The greatest of them.
    pub high: f64,
    sketch: Option<DDSketch>,
}

impl fmt::Debug for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cell")
            .field("good", &self.good)
            .field("total", &self.total)
            .field("samples", &self.samples)
            .field("sum", &self.sum)
            .finish_non_exhaustive()
    }
}

fn empty_sketch() -> DDSketch {
    DDSketch::new(Config::new(SKETCH_ERROR, 2_048, 1e-9))
}

impl Cell {
    /// Adds a point. Events without any, and samples that are no numbers, say nothing.
    pub fn add(&mut self, reading: Reading) {
        match reading {
            Reading::Events { good, total } => {
                self.good += good.min(total);
                self.total += total;
            }
            Reading::Value(value) if value.is_finite() => {
                self.note(1, value, value, value);
                self.sketch.get_or_insert_with(empty_sketch).add(value);
            }
            Reading::Value(_) => {}
        }
    }

    /// Adds all of another cell.
    pub fn merge(&mut self, other: &Self) {
        self.good += other.good;
        self.total += other.total;
        if other.samples > 0 {
            self.note(other.samples, other.sum, other.low, other.high);
        }
        if let Some(theirs) = &other.sketch {
            match &mut self.sketch {
                // All sketches are made with the same configuration.
                Some(ours) => drop(ours.merge(theirs)),
                None => self.sketch = Some(theirs.clone()),
            }
        }
    }

    fn note(&mut self, samples: u64, sum: f64, low: f64, high: f64) {
        let first = self.samples == 0;
        self.low = if first { low } else { self.low.min(low) };
        self.high = if first { high } else { self.high.max(high) };
        self.samples += samples;
        self.sum += sum;
    }

    /// Whether it says anything.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.total == 0 && self.samples == 0
    }

    /// How many events, or else samples, it is made of.
    #[must_use]
    pub const fn count(&self) -> u64 {
        if self.total > 0 { self.total } else { self.samples }
    }

    /// Its value in the indicator's unit: the share of events where there are any, else the mean
    /// of the samples. `None` where there is nothing, and where there is both: then neither says what
    /// the other measured.
    #[must_use]
    pub fn value(&self, family: Family, unit: &str) -> Option<f64> {
        if self.total > 0 && self.samples > 0 {
            return None;
        }
        if self.total > 0 {
            let part = if family.counts_bad() { self.total - self.good } else { self.good };
            return Some(whole_of(unit).unwrap_or(1.0) * as_f64(part) / as_f64(self.total));
        }
        (self.samples > 0).then(|| self.sum / as_f64(self.samples))
    }

    /// A quantile of the samples, 0 to 1, within [`SKETCH_ERROR`] of its value.
    #[must_use]
    pub fn quantile(&self, q: f64) -> Option<f64> {
        let found = self.sketch.as_ref()?.quantile(q).ok().flatten()?;
        Some(found.clamp(self.low, self.high))
    }

    /// A cell of these counts and sums, without quantiles.
    #[must_use]
    pub const fn of_sums(events: (u64, u64), samples: u64, sum: f64, low: f64, high: f64) -> Self {
        let (good, total) = events;
        Self { good, total, samples, sum, low, high, sketch: None }
    }

    /// The sketch of its samples, as it is kept; empty where there are none.
    #[must_use]
    pub fn sketch_bytes(&self) -> Vec<u8> {
        self.sketch.as_ref().map(DDSketch::to_java_bytes).unwrap_or_default()
    }

    /// Puts a kept sketch back.
    ///
    /// # Errors
    /// Where the bytes are no sketch.
    pub fn with_sketch(mut self, bytes: &[u8]) -> Result<Self, String> {
        self.sketch = match bytes {
            [] => None,
            bytes => Some(DDSketch::from_java_bytes(bytes).map_err(|error| error.to_string())?),
        };
        Ok(self)
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of a window lie far below 2^52")]
const fn as_f64(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(values: &[f64]) -> Cell {
        let mut cell = Cell::default();
        values.iter().for_each(|value| cell.add(Reading::Value(*value)));
        cell
    }

    #[test]
    fn events_are_shares_of_their_family() {
        let mut cell = Cell::default();
        cell.add(Reading::Events { good: 998, total: 1_000 });
        cell.add(Reading::Events { good: 1_000, total: 1_000 });
        assert_eq!(cell.value(Family::ErrorRate, "%"), Some(0.1));
        assert_eq!(cell.value(Family::Uptime, "%"), Some(99.9));
        assert_eq!(cell.value(Family::ErrorRate, "ratio"), Some(0.001));
    }

    #[test]
    fn nothing_has_no_value() {
        let mut cell = Cell::default();
        for nothing in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            cell.add(Reading::Value(nothing));
        }
        cell.add(Reading::Events { good: 0, total: 0 });
        assert!(cell.is_empty());
        assert_eq!(cell.value(Family::ErrorRate, "%"), None);
        assert_eq!(cell.quantile(0.95), None);
        assert!(cell.sketch_bytes().is_empty());
    }

    #[test]
    fn a_sketch_stays_small() {
        let minute: Vec<_> = (0..60).map(|at| 100.0 + f64::from(at)).collect();
        let bytes = of(&minute).sketch_bytes().len();
        assert!(bytes < 200, "{bytes} bytes for 60 samples");
    }

    proptest! {
        /// Cut anywhere, kept and put together again, the cell says the same, and each quantile
        /// lies within the stated error of the true one.
        #[test]
        fn cells_add_up(
            values in proptest::collection::vec(-1e6..1e6f64, 1..300),
            cut in 0usize..300,
            q in 0.0..1.0f64,
        ) {
            let cut = cut.min(values.len());
            let kept = |cell: &Cell| cell.clone().with_sketch(&cell.sketch_bytes()).unwrap();
            let mut both = kept(&of(&values[..cut]));
            both.merge(&kept(&of(&values[cut..])));
            let whole = of(&values);
            prop_assert_eq!((both.samples, both.low, both.high), (whole.samples, whole.low, whole.high));
            prop_assert!((both.sum - whole.sum).abs() <= 1e-6 * (1.0 + whole.sum.abs()));
            let mut sorted = values.clone();
            sorted.sort_by(f64::total_cmp);
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an index")]
            let rank = (q * as_f64(whole.samples - 1)) as usize;
            let found = both.quantile(q).unwrap();
            // The rank is rounded one way or the other.
            let near = [sorted[rank], sorted[(rank + 1).min(sorted.len() - 1)], sorted[rank.saturating_sub(1)]];
            let close = near.iter().any(|truth| (found - truth).abs() <= 1.001 * SKETCH_ERROR * truth.abs() + 1e-6);
            prop_assert!(close, "{found} beside {near:?}");
        }
    }
}
