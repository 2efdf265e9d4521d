//! Times in the database.

use chrono::{DateTime, Utc};

/// A time as the database keeps it: microseconds since 1970.
#[must_use]
pub const fn micros(at: DateTime<Utc>) -> i64 {
    at.timestamp_micros()
}
