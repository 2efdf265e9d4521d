//! Conditions that have been read, so that a check that runs every minute has its conditions read
//! once.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use super::{Condition, ConditionError};

/// How many are kept before all are forgotten.
const MOST: usize = 10_000;

/// By their texts.
#[derive(Debug, Default)]
pub struct ConditionCache(Mutex<HashMap<String, Condition>>);

impl ConditionCache {
    /// Reads the conditions of a check or of a step.
    ///
    /// # Errors
    /// The first that cannot be read, and why.
    pub fn read<'a>(
        &self,
        texts: &'a [String],
    ) -> Result<Vec<Condition>, (&'a str, ConditionError)> {
        let read = |text: &'a String| self.read_one(text).map_err(|error| (text.as_str(), error));
        texts.iter().map(read).collect()
    }

    /// Reads one.
    ///
    /// # Errors
    /// Why it cannot be read.
    pub fn read_one(&self, text: &str) -> Result<Condition, ConditionError> {
        if let Some(known) = self.known().get(text) {
            return Ok(known.clone());
        }
        // Nobody else waits while it is read.
        let condition = Condition::parse(text)?;
        let mut known = self.known();
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(text.to_owned(), condition.clone());
        Ok(condition)
    }

    fn known(&self) -> MutexGuard<'_, HashMap<String, Condition>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
