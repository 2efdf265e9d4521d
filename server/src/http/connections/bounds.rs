//! The bounds, each in one place; OPERATING.md lists them.

use std::time::Duration;

/// How long the head of a request may take, and how long a connection waits for the next one.
pub(super) const HEAD: Duration = Duration::from_secs(30);
/// How long a body may send nothing.
pub(super) const BODY_IDLE: Duration = Duration::from_secs(30);
/// For how long a body may come in before its connection may make room for another.
pub(super) const BODY_KEPT: Duration = Duration::from_secs(2);
/// How long all of a body may take.
pub(super) const BODY_WHOLE: Duration = Duration::from_secs(300);
/// How long an answer may wait for its reader to take some of it.
pub(super) const WRITE: Duration = Duration::from_secs(30);

/// The most connections at a time.
const TOTAL: usize = 1_024;
/// The most of one address that is no proxy of ours.
const EACH: usize = 256;
/// Descriptors that are kept for the database, probes and files.
const KEPT: u64 = 128;

/// How many connections there may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// In all.
    pub total: usize,
    /// From one address.
    pub each: usize,
}

impl Bounds {
    /// As many as `open_files` descriptors allow for.
    #[must_use]
    pub fn within(open_files: Option<u64>) -> Self {
        let room = open_files.map_or(u64::MAX, |open| open.saturating_sub(KEPT).max(open / 4));
        let total = usize::try_from(room).unwrap_or(usize::MAX).clamp(16, TOTAL);
        // However few there are, one address never has them all.
        Self { total, each: EACH.min(total / 2) }
    }
}

/// Raises the number of files this process may have open to what the system allows it, and answers
/// that; `None` where there is no limit, or none that can be read.
#[must_use]
pub fn raise_open_files() -> Option<u64> {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
        let limit = getrlimit(Resource::Nofile);
        let raised = Rlimit { current: limit.maximum, maximum: limit.maximum };
        match setrlimit(Resource::Nofile, raised) {
            Ok(()) => limit.maximum,
            Err(_) => limit.current,
        }
    }
    #[cfg(not(unix))]
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_descriptors_leave_room_for_the_rest() {
        assert_eq!(Bounds::within(None), Bounds { total: 1_024, each: 256 });
        assert_eq!(Bounds::within(Some(65_536)), Bounds { total: 1_024, each: 256 });
        assert_eq!(Bounds::within(Some(256)), Bounds { total: 128, each: 64 });
        assert_eq!(Bounds::within(Some(64)), Bounds { total: 16, each: 8 });
    }
}
