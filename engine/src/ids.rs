//! Ids: UUIDv7, in order of creation.

use std::sync::atomic::{AtomicU32, Ordering};

use chrono::{DateTime, Utc};
use uuid::{Builder, Uuid};

/// How many were drawn by [`new_id_at`] in this process: what tells those of one instant apart.
static DRAWN: AtomicU32 = AtomicU32::new(0);

/// A new id, in order of creation by the machine's clock. For ids that nothing reads a time out of.
pub(crate) fn new_id() -> Uuid {
    Uuid::now_v7()
}

/// A new id that says it was made at `now`, by the engine's clock: for a deployment's, whose
/// announcement the scheduler reads out of its id. Behind the milliseconds are the microseconds and
/// a count, so that those drawn while a clock stands are in order too; the rest is random, so that
/// no two portals draw the same.
pub(crate) fn new_id_at(now: DateTime<Utc>) -> Uuid {
    let micros = now.timestamp_micros().max(0).unsigned_abs();
    // Below 1,000, so they fit into the twelve bits behind the version.
    let within = u16::try_from(micros % 1_000).unwrap_or(0).to_be_bytes();
    let drawn = DRAWN.fetch_add(1, Ordering::Relaxed);
    // Two bits of the third byte are the variant's, so the count begins behind it.
    let count = drawn.to_be_bytes();
    let random: [u8; 3] = rand::random();
    let rest = [
        within[0], within[1], 0, count[0], count[1], count[2], count[3], random[0], random[1],
        random[2],
    ];
    Builder::from_unix_timestamp_millis(micros / 1_000, &rest).into_uuid()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_says_when_it_was_made_and_keeps_the_order() {
        let now = DateTime::from_timestamp_micros(1_763_560_920_123_456).unwrap_or_default();
        let mut drawn: Vec<_> = (0..1_000).map(|_| new_id_at(now)).collect();
        let later = DateTime::from_timestamp_micros(1_763_560_920_123_457).unwrap_or_default();
        drawn.push(new_id_at(later));
        assert!(drawn.is_sorted(), "{drawn:?}");
        for id in drawn {
            assert_eq!(id.as_u128() >> 80, 1_763_560_920_123);
            assert_eq!(id.get_version_num(), 7);
            assert_eq!(id.get_variant(), uuid::Variant::RFC4122);
        }
    }
}
