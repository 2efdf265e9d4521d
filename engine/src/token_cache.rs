//! The API tokens found lately, by their hash.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use chrono::{DateTime, Duration, Utc};
use domain::token::Token;
use sha2::{Digest, Sha256};

/// How long a token that was found is believed before the database is asked again.
const BELIEVED_S: i64 = 5;

/// The tokens found lately, so that a busy script does not cost a query each time. A token revoked
/// here is forgotten at once.
#[derive(Debug, Default)]
pub(crate) struct TokenCache(Mutex<Cached>);

#[derive(Debug, Default)]
struct Cached {
    known: Known,
    /// How often it was emptied. What was read before that must not be put in after it.
    emptied: u64,
}

/// By the token's hash: when it was found, and what was found.
type Known = HashMap<[u8; 32], (DateTime<Utc>, Token)>;

impl TokenCache {
    /// What was found lately.
    pub(crate) fn get(&self, hash: &[u8; 32], now: DateTime<Utc>) -> Option<Token> {
        let cached = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (since, record) = cached.known.get(hash)?;
        (now - *since < Duration::seconds(BELIEVED_S)).then(|| record.clone())
    }

    /// How often it was emptied, to be asked before the database is.
    pub(crate) fn emptied(&self) -> u64 {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).emptied
    }

    /// Keeps what was read when the cache had been emptied `emptied` times.
    pub(crate) fn put(&self, emptied: u64, hash: [u8; 32], now: DateTime<Utc>, record: Token) {
        let mut cached = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if cached.emptied == emptied {
            cached.known.retain(|_, (since, _)| now - *since < Duration::seconds(BELIEVED_S));
            cached.known.insert(hash, (now, record));
        }
    }

    /// Forgets all of them.
    pub(crate) fn clear(&self) {
        let mut cached = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        cached.known.clear();
        cached.emptied += 1;
    }
}

/// What is kept of a token.
pub(crate) fn hash(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}
