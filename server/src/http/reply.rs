//! Writing answers: the status and the JSON of what an act answered.

use axum::response::{IntoResponse as _, Response};
use engine::{
    Error, Put,
    idempotency::{Committed, Idempotency, IdempotencyKey, StoredResponse},
};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;

use super::problem::Problem;

/// Does an act that may come with an idempotency key, and answers what it answered with `STATUS`;
/// where it was done before, as then.
pub async fn once<const STATUS: u16, T, F>(
    key: Option<IdempotencyKey>,
    act: impl FnOnce(Option<Idempotency<T>>) -> F,
) -> Result<Response, Problem>
where
    T: Serialize,
    F: Future<Output = Result<Committed<T>, Error>>,
{
    let respond = respond::<STATUS, T>;
    Ok(match act(key.map(|key| Idempotency { key, respond })).await? {
        Committed::Now(done) => response(respond(&done)?),
        Committed::Before(stored) => {
            let mut response = response(stored);
            let replayed = HeaderValue::from_static("true");
            response.headers_mut().insert("idempotent-replayed", replayed);
            response
        }
    })
}

/// Answers what was put: 201 where it was created, 200 where it was changed.
pub fn put<T: Serialize>(put: &Put<T>) -> Result<Response, Problem> {
    let respond = if put.created { respond::<201, T> } else { respond::<200, T> };
    Ok(response(respond(&put.value)?))
}

fn respond<const STATUS: u16, T: Serialize>(value: &T) -> Result<StoredResponse, Error> {
    let body = serde_json::to_string(value).map_err(|error| Error::Internal(error.to_string()))?;
    Ok(StoredResponse { status: STATUS, body })
}

fn response(StoredResponse { status, body }: StoredResponse) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    let json = [(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))];
    (status, json, body).into_response()
}
