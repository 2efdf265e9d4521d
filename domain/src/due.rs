//! Due times.

use chrono::{DateTime, Duration, Utc};

use crate::item::ItemState;

/// When a box with the given offset is due, `None` where it has none.
#[must_use]
pub fn due_at(deployed_at: DateTime<Utc>, due_s: Option<u64>) -> Option<DateTime<Utc>> {
    let offset = i64::try_from(due_s?).ok().and_then(Duration::try_seconds)?;
    deployed_at.checked_add_signed(offset)
}

/// Whether a box is overdue at `now`: due, and not closed.
#[must_use]
pub fn is_overdue(state: ItemState, due_at: Option<DateTime<Utc>>, now: DateTime<Utc>) -> bool {
    !state.is_closed() && due_at.is_some_and(|due| due < now)
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone;

    use super::*;

    #[test]
    fn overdue_only_when_due_and_open() {
        let deployed = Utc.timestamp_opt(1_763_560_920, 0).single().unwrap();
        let due = due_at(deployed, Some(900));
        assert_eq!(due, Some(deployed + Duration::minutes(15)));
        assert!(!is_overdue(ItemState::Open, due, deployed + Duration::minutes(15)));
        assert!(is_overdue(ItemState::Undecided, due, deployed + Duration::minutes(16)));
        assert!(!is_overdue(ItemState::Waived, due, deployed + Duration::days(9)));
        assert!(!is_overdue(ItemState::Open, None, deployed + Duration::days(9)));
        assert_eq!(due_at(deployed, Some(u64::MAX)), None);
    }
}
