//! When items were last evaluated.

use std::{
    collections::HashMap,
    hash::{DefaultHasher, Hash as _, Hasher as _},
    sync::{Mutex, PoisonError},
};

use chrono::{DateTime, Duration, Utc};
use domain::ids::RunId;

/// An item whose checks go on saying the same is evaluated again once in this time, since its
/// sentence has the newest numbers in it; where there are many, as much later as keeps the work at
/// a few a second.
const SAME_AGAIN_MS: i64 = 60_000;
/// How many there are until that grows.
const FEW: usize = 200;

/// When each item was last evaluated for what its checks saw.
#[derive(Debug, Default)]
pub struct LastEvaluated(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    last: HashMap<(RunId, String), DateTime<Utc>>,
    /// When those of closed runs were last forgotten.
    tidied: Option<DateTime<Utc>>,
}

impl LastEvaluated {
    /// Whether that was in another period, or never. Each item has periods of its own: those of many
    /// runs whose first checks came in together would hold up all checks once in each.
    pub(crate) fn is_due(&self, id: RunId, key: &str, now: DateTime<Utc>) -> bool {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let last = known.last.get(&(id, key.to_owned()));
        let every_ms = every_ms(known.last.len());
        let phase = phase_ms(id, key, every_ms);
        let period = |at: DateTime<Utc>| (at.timestamp_millis() + phase).div_euclid(every_ms);
        last.is_none_or(|last| period(*last) != period(now))
    }

    pub(crate) fn evaluated(&self, id: RunId, key: &str, now: DateTime<Utc>) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Those of open runs come again in each period; what has not belongs to runs that are closed.
        let every = Duration::milliseconds(every_ms(known.last.len()));
        if known.tidied.is_none_or(|at| (now - at).abs() >= every) {
            known.last.retain(|_, last| (now - *last).abs() < every * 2);
            known.tidied = Some(now);
        }
        known.last.insert((id, key.to_owned()), now);
    }
}

/// How often an item is evaluated again where there are so many.
fn every_ms(items: usize) -> i64 {
    SAME_AGAIN_MS * (1 + i64::try_from(items.saturating_sub(1) / FEW).unwrap_or(0))
}

/// Where in its period an item lies.
fn phase_ms(id: RunId, key: &str, every_ms: i64) -> i64 {
    let mut hasher = DefaultHasher::new();
    (id, key).hash(&mut hasher);
    i64::try_from(hasher.finish() % every_ms.unsigned_abs()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn begin() -> DateTime<Utc> {
        DateTime::<Utc>::from_timestamp(1_790_000_000, 0).unwrap()
    }

    /// The most that are due in a second of three periods of so many seconds, each item once in each.
    fn most_at_once(items: u128, every_s: i64) -> usize {
        let last = LastEvaluated::default();
        let items: Vec<_> = (0..items).map(|n| RunId(Uuid::from_u128(n))).collect();
        for id in &items {
            assert!(last.is_due(*id, "a", begin()), "never yet");
            last.evaluated(*id, "a", begin());
        }
        let mut most = 0;
        for period in 0..3 {
            let mut due = HashMap::<_, u32>::new();
            for second in 1..=every_s {
                let now = begin() + Duration::seconds(every_s * period + second);
                let now_due: Vec<_> =
                    items.iter().filter(|id| last.is_due(**id, "a", now)).collect();
                most = most.max(now_due.len());
                for id in now_due {
                    *due.entry(*id).or_default() += 1;
                    last.evaluated(*id, "a", now);
                }
            }
            assert_eq!((due.len(), due.values().max()), (items.len(), Some(&1)), "once in each");
        }
        let back = begin() - Duration::hours(1);
        assert!(items.iter().all(|id| last.is_due(*id, "a", back)), "the clock was put back");
        most
    }

    #[test]
    fn each_item_is_due_once_in_its_period_and_not_all_at_once() {
        assert!(most_at_once(200, 60) < 20);
        // Ten times as many are as many a second, ten times as seldom.
        assert!(most_at_once(2_000, 600) < 20);
    }
}
