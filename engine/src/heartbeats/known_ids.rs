//! The ids heartbeats are heard by, so that a stranger who guesses at them costs no write.

use std::{
    collections::HashSet,
    sync::{PoisonError, RwLock},
};

use uuid::Uuid;

/// Ids that were found in the database in this process. Only what somebody has put there comes in,
/// and one that is retired may stay: whoever hears a ping looks again.
#[derive(Debug, Default)]
pub(crate) struct KnownIds(RwLock<HashSet<Uuid>>);

impl KnownIds {
    /// Whether it was found.
    pub(super) fn has(&self, id: Uuid) -> bool {
        self.0.read().unwrap_or_else(PoisonError::into_inner).contains(&id)
    }

    /// Notes that it was found.
    pub(super) fn note(&self, id: Uuid) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).insert(id);
    }
}
