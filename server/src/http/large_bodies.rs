//! Room for large bodies: a report may have 10 MiB and takes several times that while it is read, so
//! only so many are taken in side by side, and only some of them of one token.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError, Weak},
    time::Duration,
};

use domain::{actor::Actor, ids::TokenId};
use http::{HeaderMap, StatusCode, header::CONTENT_LENGTH};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::problem::Problem;

/// From how many bytes on a body is large.
const LARGE: u64 = 512 * 1024;
/// How many are taken in side by side.
const SIDE_BY_SIDE: usize = 8;
/// How many of them of one token.
const OF_ONE: usize = 4;
/// How long one waits for room.
const PATIENCE: Duration = Duration::from_secs(10);

/// The room there is.
#[derive(Debug)]
pub struct LargeBodies {
    all: Arc<Semaphore>,
    each: Mutex<HashMap<TokenId, Weak<Semaphore>>>,
    patience: Duration,
}

impl Default for LargeBodies {
    fn default() -> Self {
        let all = Arc::new(Semaphore::new(SIDE_BY_SIDE));
        Self { all, each: Mutex::default(), patience: PATIENCE }
    }
}

/// Room that is taken until it is dropped.
#[derive(Debug)]
pub struct Room {
    _all: OwnedSemaphorePermit,
    _own: Option<(OwnedSemaphorePermit, Arc<Semaphore>)>,
}

impl LargeBodies {
    /// Waits for room for the body of a request; `None` where it is small.
    ///
    /// # Errors
    /// Where none comes in time.
    pub async fn room(&self, actor: &Actor, headers: &HeaderMap) -> Result<Option<Room>, Problem> {
        let length = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok());
        // One that does not say how long it is may be as long as it likes.
        if length.and_then(|text| text.parse::<u64>().ok()).is_some_and(|length| length < LARGE) {
            return Ok(None);
        }
        let taken = tokio::time::timeout(self.patience, self.take(actor)).await;
        taken.ok().flatten().map(Some).ok_or_else(|| {
            let seconds = PATIENCE.as_secs();
            let problem = Problem::new(
                StatusCode::SERVICE_UNAVAILABLE,
                format!("Too many large reports are being read. Send it again in {seconds} s."),
            );
            Problem { retry_after_s: Some(seconds), ..problem }
        })
    }

    async fn take(&self, actor: &Actor) -> Option<Room> {
        let own = match actor {
            Actor::Token { id, .. } => {
                let own = self.of(*id);
                // Its own first: what waits for that takes no room of others.
                Some((own.clone().acquire_owned().await.ok()?, own))
            }
            _ => None,
        };
        Some(Room { _all: self.all.clone().acquire_owned().await.ok()?, _own: own })
    }

    fn of(&self, token: TokenId) -> Arc<Semaphore> {
        let mut each = self.each.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = each.get(&token).and_then(Weak::upgrade) {
            return known;
        }
        each.retain(|_, known| known.strong_count() > 0);
        let own = Arc::new(Semaphore::new(OF_ONE));
        each.insert(token, Arc::downgrade(&own));
        own
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use uuid::Uuid;

    use super::*;

    fn token(n: u128) -> Actor {
        Actor::Token {
            id: TokenId(Uuid::from_u128(n)),
            name: "ci".into(),
            scopes: Vec::new(),
            services: Vec::new(),
        }
    }

    #[tokio::test]
    async fn one_token_takes_half_of_it_and_all_of_it_ends() {
        let patience = Duration::from_millis(5);
        let bodies = LargeBodies { patience, ..LargeBodies::default() };
        let large = HeaderMap::new();
        let small = HeaderMap::from_iter([(CONTENT_LENGTH, HeaderValue::from_static("700"))]);
        let mut taken = Vec::new();
        for _ in 0..OF_ONE {
            taken.push(bodies.room(&token(1), &large).await.unwrap().unwrap());
        }
        assert!(bodies.room(&token(1), &small).await.unwrap().is_none(), "it takes none");
        let refused = bodies.room(&token(1), &large).await.unwrap_err();
        assert_eq!(refused.retry_after_s, Some(10));
        for n in 0..SIDE_BY_SIDE - OF_ONE {
            taken.push(bodies.room(&token(2 + n as u128), &large).await.unwrap().unwrap());
        }
        assert!(bodies.room(&token(99), &large).await.is_err());
        taken.pop();
        assert!(bodies.room(&token(99), &large).await.is_ok());
    }
}
