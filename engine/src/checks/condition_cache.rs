//! Conditions that have been read, so that a check that runs every minute has its conditions read
//! once.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use probes::{Condition, ConditionError};

/// How many are kept before all are forgotten.
const MOST: usize = 10_000;

/// By their texts.
#[derive(Debug, Default)]
pub(crate) struct Conditions(Mutex<HashMap<String, Condition>>);

impl Conditions {
    /// Reads the conditions of a check.
    ///
    /// # Errors
    /// The first that cannot be read, and why.
    pub(crate) fn read<'a>(
        &self,
        texts: &'a [String],
    ) -> Result<Vec<Condition>, (&'a str, ConditionError)> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut read = Vec::with_capacity(texts.len());
        for text in texts {
            if let Some(condition) = known.get(text) {
                read.push(condition.clone());
                continue;
            }
            let condition = Condition::parse(text).map_err(|error| (text.as_str(), error))?;
            if known.len() >= MOST {
                known.clear();
            }
            known.insert(text.clone(), condition.clone());
            read.push(condition);
        }
        Ok(read)
    }
}
