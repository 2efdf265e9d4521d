//! The watch: the window after a deployment in which its run is worked.

use chrono::{DateTime, Utc};

use crate::string_enum::string_enum;

string_enum! {
    /// Where a deployment stands.
    WatchState {
        /// Its run is being worked. The only state in which a run changes.
        Watching = "watching",
        /// The required people have signed.
        SignedOff = "signed_off",
        /// It was rolled back.
        RolledBack = "rolled_back",
        /// A newer deployment of the same service and environment took its place.
        Superseded = "superseded",
    }
}

impl WatchState {
    /// The word shown to people.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Watching => "Watching",
            Self::SignedOff => "Signed off",
            Self::RolledBack => "Rolled back",
            Self::Superseded => "Superseded",
        }
    }

    /// Whether a watch in this state may become one in `next`. Only an open watch moves, except
    /// that a signed-off deployment can still be rolled back: production does not wait for paper.
    #[must_use]
    pub const fn may_become(self, next: Self) -> bool {
        matches!(
            (self, next),
            (Self::Watching, Self::SignedOff | Self::RolledBack | Self::Superseded)
                | (Self::SignedOff, Self::RolledBack)
        )
    }
}

/// The buckets of time that the watch strip draws a watch in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WatchBuckets {
    from: DateTime<Utc>,
    until: DateTime<Utc>,
    /// Seconds of one bucket.
    pub each_s: i64,
}

impl WatchBuckets {
    /// How many a watch is drawn in, where it is long enough.
    const COUNT: i64 = 96;
    /// The shortest there is, in seconds.
    const SHORTEST_S: i64 = 60;

    /// Those of the watch from `deployed_at` to `ends_at`.
    #[must_use]
    pub fn of(deployed_at: DateTime<Utc>, ends_at: DateTime<Utc>) -> Self {
        let window_s = (ends_at - deployed_at).num_seconds();
        let each_s = (window_s / Self::COUNT).max(Self::SHORTEST_S);
        Self { from: deployed_at, until: ends_at, each_s }
    }

    /// How many there are.
    #[must_use]
    pub fn count(self) -> i64 {
        ((self.until - self.from).num_seconds() + self.each_s - 1) / self.each_s
    }

    /// The bucket a time lies in, from 0; none for what lies outside the watch.
    #[must_use]
    pub fn at(self, time: DateTime<Utc>) -> Option<i64> {
        let within = time >= self.from && time < self.until;
        within.then(|| (time - self.from).num_seconds() / self.each_s)
    }
}

/// How far a watch has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WatchProgress {
    /// Seconds since the deployment, at least 0 and at most the window.
    pub elapsed_s: i64,
    /// Seconds of the whole window.
    pub window_s: i64,
}

impl WatchProgress {
    /// How far the watch from `deployed_at` to `ends_at` has come at `now`.
    #[must_use]
    pub fn at(deployed_at: DateTime<Utc>, ends_at: DateTime<Utc>, now: DateTime<Utc>) -> Self {
        let window_s = (ends_at - deployed_at).num_seconds().max(0);
        let elapsed_s = (now - deployed_at).num_seconds().clamp(0, window_s);
        Self { elapsed_s, window_s }
    }

    /// Seconds left, 0 once it is over.
    #[must_use]
    pub const fn left_s(self) -> i64 {
        self.window_s - self.elapsed_s
    }

    /// Whether the window has passed.
    #[must_use]
    pub const fn is_over(self) -> bool {
        self.left_s() == 0
    }

    /// The share that has passed, 0 to 1.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "seconds of a watch are far below 2^52")]
    pub fn share(self) -> f64 {
        if self.window_s == 0 { 1.0 } else { self.elapsed_s as f64 / self.window_s as f64 }
    }
}

#[cfg(test)]
mod tests {
    use chrono::{Duration, TimeZone, Utc};
    use proptest::prelude::*;

    use super::{WatchBuckets, WatchProgress, WatchState};

    #[test]
    fn nothing_leaves_a_closed_watch_but_a_rollback() {
        for from in WatchState::ALL.iter().copied() {
            assert!(!from.may_become(WatchState::Watching));
            assert_eq!(from.may_become(WatchState::SignedOff), from == WatchState::Watching);
        }
        assert!(WatchState::SignedOff.may_become(WatchState::RolledBack));
        assert!(!WatchState::Superseded.may_become(WatchState::RolledBack));
    }

    proptest! {
        #[test]
        fn every_time_of_a_watch_lies_in_one_of_its_buckets(
            window in 1i64..1_000_000,
            at in -10i64..1_000_010,
        ) {
            let start = Utc.timestamp_opt(1_750_000_000, 0).single().unwrap();
            let buckets = WatchBuckets::of(start, start + Duration::seconds(window));
            prop_assert!(buckets.each_s >= 60);
            let found = buckets.at(start + Duration::seconds(at));
            prop_assert_eq!(found.is_some(), (0..window).contains(&at));
            prop_assert!(found.is_none_or(|found| (0..buckets.count()).contains(&found)));
        }

        #[test]
        fn progress_stays_within_the_window(window in 0i64..1_000_000, at in -2_000_000i64..2_000_000) {
            let start = Utc.timestamp_opt(1_750_000_000, 0).single().unwrap();
            let progress = WatchProgress::at(
                start,
                start + Duration::seconds(window),
                start + Duration::seconds(at),
            );
            prop_assert!((0.0..=1.0).contains(&progress.share()));
            prop_assert!((0..=window).contains(&progress.left_s()));
            prop_assert_eq!(progress.is_over(), at >= window || window == 0);
        }
    }
}
