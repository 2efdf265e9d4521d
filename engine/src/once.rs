//! Idempotency: an act with a key is done once, and answered the same again.

use domain::ids::TokenId;
use serde::Serialize;
use store::{ActFuture, Tx, idempotency};

use crate::{Engine, Refusal};

/// An idempotency key with the request it came with.
#[derive(Debug, Clone)]
pub struct Once {
    /// The token that sent it; keys of different tokens do not meet.
    pub token: TokenId,
    /// The key.
    pub key: String,
    /// The SHA-256 of method, path and body.
    pub request_hash: Vec<u8>,
}

/// The answer to an act, as JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The body.
    pub body: String,
    /// Whether it was given before and nothing was done now.
    pub replayed: bool,
}

/// What an act did: the answer's status and body, and what is to be done after the commit.
#[derive(Debug)]
pub struct Outcome<T, A = ()> {
    /// The HTTP status.
    pub status: u16,
    /// The body.
    pub body: T,
    /// For after the commit, only where the act was really done.
    pub after: A,
}

impl Engine {
    /// Runs an act in one transaction; where it comes with a key that was seen before, answers as
    /// then and does nothing.
    #[track_caller]
    pub(crate) fn once<T, A, F>(
        &self,
        once: Option<Once>,
        act: F,
    ) -> impl Future<Output = Result<(Answer, Option<A>), Refusal>> + Send
    where
        T: Serialize + Send + 'static,
        A: Send + 'static,
        F: for<'t> FnOnce(&'t mut Tx) -> ActFuture<'t, Result<Outcome<T, A>, Refusal>>
            + Send
            + 'static,
    {
        let now = self.now();
        self.write(move |tx| {
            Box::pin(async move {
                if let Some(once) = &once
                    && let Some(before) = idempotency::find(tx, once.token, &once.key).await?
                {
                    if before.request_hash != once.request_hash {
                        return Err(Refusal::KeyReused);
                    }
                    let status = u16::try_from(before.status).unwrap_or(200);
                    return Ok((Answer { status, body: before.body, replayed: true }, None));
                }
                let Outcome { status, body, after } = act(tx).await?;
                let body = serde_json::to_string(&body)
                    .map_err(|error| Refusal::Internal(error.to_string()))?;
                if let Some(Once { token, key, request_hash }) = once {
                    let kept = idempotency::Answer {
                        request_hash,
                        status: i64::from(status),
                        body: body.clone(),
                    };
                    idempotency::keep(tx, token, key, kept, now).await?;
                }
                Ok((Answer { status, body, replayed: false }, Some(after)))
            })
        })
    }
}
