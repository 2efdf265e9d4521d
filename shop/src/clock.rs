//! The shop's clock: the one place that reads the time.

use std::time::SystemTime;

use chrono::{DateTime, Utc};

/// Now, in UTC.
pub fn now() -> DateTime<Utc> {
    SystemTime::now().into()
}
