//! Checks whose conditions took too long again and again: they are not run until they are changed,
//! since each run would hold a thread that the conditions of all others wait for.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use chrono::{DateTime, Utc};
use domain::{check::Check, ids::CheckId};

/// After so many runs in a row.
const RUNS: u32 = 3;

/// How often in a row the conditions of each check took too long, as it was then.
#[derive(Debug, Default)]
pub(crate) struct Suspended(Mutex<HashMap<CheckId, (DateTime<Utc>, u32)>>);

impl Suspended {
    /// Whether a check is not run as it is.
    pub(crate) fn is(&self, check: &Check) -> bool {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(&check.id).is_some_and(|(of, runs)| *of == check.updated_at && *runs >= RUNS)
    }

    /// Counts a run.
    pub(crate) fn ran(&self, check: &Check, took_too_long: bool) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !took_too_long {
            known.remove(&check.id);
            return;
        }
        let (of, runs) = known.entry(check.id).or_insert((check.updated_at, 0));
        if *of != check.updated_at {
            (*of, *runs) = (check.updated_at, 0);
        }
        *runs += 1;
        if *runs == RUNS {
            tracing::warn!(check = %check.id, key = check.key, "a check is suspended: its condition took too long");
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::{check::ProbeSpec, ids::ServiceId};
    use uuid::Uuid;

    use super::*;

    #[test]
    fn three_in_a_row_suspend_until_it_is_changed() {
        let check = Check {
            id: CheckId(Uuid::from_u128(1)),
            service_id: ServiceId(Uuid::nil()),
            environment: "production".into(),
            key: "slow".into(),
            label: "Slow".into(),
            spec: ProbeSpec::Reachable { url: "tcp://example.org".into() },
            conditions: Vec::new(),
            interval_s: 60,
            timeout_s: 5,
            item: None,
            critical: false,
            dry_run: false,
            no_data: "undecided".into(),
            built_in: None,
            retired_at: None,
            created_at: DateTime::UNIX_EPOCH,
            updated_at: DateTime::UNIX_EPOCH,
        };
        let suspended = Suspended::default();
        for slow in [true, true, false, true, true] {
            suspended.ran(&check, slow);
            assert!(!suspended.is(&check));
        }
        suspended.ran(&check, true);
        assert!(suspended.is(&check));
        let changed =
            Check { updated_at: DateTime::UNIX_EPOCH + chrono::Duration::days(1), ..check };
        assert!(!suspended.is(&changed));
    }
}
