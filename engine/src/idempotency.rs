//! Idempotency: an act with a key is done once, and answered the same again.
//!
//! What the answer looks like on the wire is its edge's: the edge brings the function that makes
//! it, and the engine stores what that made in the transaction of the act.

use domain::ids::TokenId;
use store::{ActFuture, Tx, idempotency};

use crate::{Engine, Error};

/// An idempotency key with the request it came with.
#[derive(Debug, Clone)]
pub struct IdempotencyKey {
    /// The token that sent it; keys of different tokens do not meet.
    pub token: TokenId,
    /// The key.
    pub key: String,
    /// The SHA-256 of method, path and body.
    pub request_hash: Vec<u8>,
}

/// An act that is to be done once.
#[derive(Debug, Clone)]
pub struct Idempotency<T> {
    /// Its key.
    pub key: IdempotencyKey,
    /// How its answer is put on the wire.
    pub respond: fn(&T) -> Result<StoredResponse, Error>,
}

/// An answer as it went over the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredResponse {
    /// The HTTP status.
    pub status: u16,
    /// The body.
    pub body: String,
}

/// What came of an act that may have been done before.
#[derive(Debug, Clone)]
pub enum Committed<T> {
    /// It was done now.
    Now(T),
    /// It was done before, and is answered as then.
    Before(StoredResponse),
}

impl<T> Committed<T> {
    /// What was done now.
    ///
    /// # Errors
    /// Where it was done before.
    pub fn now(self) -> Result<T, Error> {
        match self {
            Self::Now(done) => Ok(done),
            Self::Before(_) => Err(Error::conflict("This was done before.")),
        }
    }
}

impl Engine {
    /// Runs an act in one transaction; where it comes with a key that was seen before, answers as
    /// then and does nothing.
    #[track_caller]
    pub(crate) fn write_once<T, F>(
        &self,
        idempotency: Option<Idempotency<T>>,
        act: F,
    ) -> impl Future<Output = Result<Committed<T>, Error>> + Send
    where
        T: Send + 'static,
        F: for<'t> FnOnce(&'t mut Tx) -> ActFuture<'t, Result<T, Error>> + Send + 'static,
    {
        let now = self.now();
        self.write(move |tx| {
            Box::pin(async move {
                let Some(Idempotency { key, respond }) = idempotency else {
                    return act(tx).await.map(Committed::Now);
                };
                if let Some(before) = idempotency::find(tx, key.token, &key.key).await? {
                    if before.request_hash != key.request_hash {
                        return Err(Error::KeyReused);
                    }
                    let status = u16::try_from(before.status).unwrap_or(200);
                    return Ok(Committed::Before(StoredResponse { status, body: before.body }));
                }
                let done = act(tx).await?;
                let StoredResponse { status, body } = respond(&done)?;
                let response = idempotency::Response {
                    request_hash: key.request_hash,
                    status: i64::from(status),
                    body,
                };
                idempotency::insert(tx, key.token, key.key, response, now).await?;
                Ok(Committed::Now(done))
            })
        })
    }
}
