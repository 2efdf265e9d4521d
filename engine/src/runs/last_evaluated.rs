//! When items were last evaluated.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use chrono::{DateTime, Duration, Utc};
use domain::ids::RunId;

/// An item whose checks go on saying the same is evaluated again after so long: its sentence has
/// the newest numbers in it.
const SAME_AGAIN_S: i64 = 60;

/// When each item was last evaluated for what its checks saw.
#[derive(Debug, Default)]
pub struct LastEvaluated(Mutex<HashMap<(RunId, String), DateTime<Utc>>>);

impl LastEvaluated {
    /// Whether that is long ago, or the clock was put back since.
    pub(crate) fn is_due(&self, id: RunId, key: &str, now: DateTime<Utc>) -> bool {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let last = known.get(&(id, key.to_owned()));
        last.is_none_or(|last| (now - last).num_seconds().abs() >= SAME_AGAIN_S)
    }

    pub(crate) fn evaluated(&self, id: RunId, key: &str, now: DateTime<Utc>) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Those of closed watches go as soon as there are many.
        if known.len() > 10_000 {
            known.retain(|_, last| (now - *last) < Duration::minutes(1));
        }
        known.insert((id, key.to_owned()), now);
    }
}
