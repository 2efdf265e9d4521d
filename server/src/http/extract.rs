//! Reading requests: bodies, idempotency keys, paths and queries. What cannot be read is answered
//! as a problem that says what to change.

use axum::extract::{
    FromRequest, FromRequestParts, Path, Query, Request, rejection::BytesRejection,
};
use bytes::Bytes;
use domain::actor::Actor;
use engine::idempotency::IdempotencyKey;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header, request::Parts};
use serde::de::DeserializeOwned;
use sha2::{Digest as _, Sha256};

use super::{ApiState, auth::Caller, large_bodies::Room, problem::Problem};

/// The longest idempotency key, in bytes.
const KEY_MAX: usize = 255;

/// A JSON body.
#[derive(Debug)]
pub struct Body<T> {
    /// Who sent it.
    pub actor: Actor,
    /// What it says.
    pub value: T,
    /// Its idempotency key, where it has one.
    pub key: Option<IdempotencyKey>,
}

impl<T: DeserializeOwned> FromRequest<ApiState> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &ApiState) -> Result<Self, Problem> {
        let Raw { actor, bytes, content_type, key, .. } = Raw::from_request(request, state).await?;
        let json = content_type.as_deref().is_some_and(|kind| {
            let essence = kind.split(';').next().unwrap_or_default().trim();
            essence.eq_ignore_ascii_case("application/json")
                || essence.to_ascii_lowercase().ends_with("+json")
        });
        if !json {
            return Err(Problem::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "Send JSON, with `Content-Type: application/json`.",
            ));
        }
        Ok(Self { actor, value: parse(&bytes)?, key })
    }
}

/// A body of any type.
#[derive(Debug)]
pub struct Raw {
    /// Who sent it.
    pub actor: Actor,
    /// The body.
    pub bytes: Bytes,
    /// Its type.
    pub content_type: Option<String>,
    /// Its idempotency key, where it has one.
    pub key: Option<IdempotencyKey>,
    /// The room it takes, until it is dealt with.
    pub room: Option<Room>,
}

impl FromRequest<ApiState> for Raw {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &ApiState) -> Result<Self, Problem> {
        let (mut parts, body) = request.into_parts();
        let Caller(actor) = Caller::from_request_parts(&mut parts, state).await?;
        let content_type = parts
            .headers
            .get(header::CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .map(ToOwned::to_owned);
        let key = idempotency_key(&parts.headers)?;
        // What stands behind the path is asked for too.
        let mut path = parts.uri.path_and_query().map_or_else(String::new, ToString::to_string);
        // And what the header says that a query may say as well.
        for status in parts.headers.get_all("exit-status") {
            path.push_str(&format!(" exit status {}", String::from_utf8_lossy(status.as_bytes())));
        }
        let method = parts.method.clone();
        let room = state.large_bodies.room(&actor, &parts.headers).await?;
        let request = Request::from_parts(parts, body);
        let bytes = Bytes::from_request(request, state).await.map_err(unreadable)?;
        let key = match (&actor, key) {
            (Actor::Token { id, .. }, Some(key)) => {
                Some(IdempotencyKey { token: *id, key, request_hash: hash(&method, &path, &bytes) })
            }
            _ => None,
        };
        Ok(Self { actor, bytes, content_type, key, room })
    }
}

/// The exit status of a tool, in the header `Exit-Status`.
#[derive(Debug)]
pub struct ExitStatus(pub Option<u32>);

impl FromRequestParts<ApiState> for ExitStatus {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &ApiState) -> Result<Self, Problem> {
        let number = |value: &HeaderValue| value.to_str().ok()?.trim().parse::<u32>().ok();
        let all: Option<Vec<_>> = parts.headers.get_all("exit-status").iter().map(number).collect();
        let Some(all) = all else {
            return Err(Problem::new(
                StatusCode::BAD_REQUEST,
                "`Exit-Status` must be a number from 0 on, such as 1.",
            ));
        };
        // Of several the worse counts.
        Ok(Self(all.into_iter().max()))
    }
}

fn unreadable(rejection: BytesRejection) -> Problem {
    if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
        Problem::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "The body is too large: at most 1 MiB of JSON, 4 MiB of points, 10 MiB of a report.",
        )
    } else {
        Problem::new(StatusCode::BAD_REQUEST, "The body could not be read to its end.")
    }
}

fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let Some(value) = headers.get("idempotency-key") else { return Ok(None) };
    let key = value.to_str().unwrap_or_default().trim();
    if key.is_empty() || key.len() > KEY_MAX {
        return Err(Problem::new(
            StatusCode::BAD_REQUEST,
            "`Idempotency-Key` must be 1 to 255 visible ASCII characters.",
        ));
    }
    Ok(Some(key.to_owned()))
}

fn hash(method: &Method, path: &str, body: &[u8]) -> Vec<u8> {
    let mut hasher = Sha256::new();
    for part in [method.as_str().as_bytes(), path.as_bytes(), body] {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part);
    }
    hasher.finalize().to_vec()
}

/// Reads JSON; a value that does not fit is a field at fault, text that is not JSON is malformed.
fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let pointer = pointer(error.path());
        let inner = error.into_inner();
        if inner.is_data() {
            // Without the position: the pointer says where.
            let said = inner.to_string();
            let said = said.split(" at line ").next().unwrap_or_default();
            Problem::field(pointer, said)
        } else {
            malformed(&inner)
        }
    })?;
    reader.end().map_err(|error| malformed(&error))?;
    Ok(value)
}

fn malformed(error: &serde_json::Error) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, format!("The body is not JSON: {error}."))
}

fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    path.iter().fold(String::new(), |mut pointer, segment| {
        match segment {
            Segment::Seq { index } => pointer.push_str(&format!("/{index}")),
            Segment::Map { key } => {
                pointer.push('/');
                pointer.push_str(&key.replace('~', "~0").replace('/', "~1"));
            }
            Segment::Enum { .. } | Segment::Unknown => {}
        }
        pointer
    })
}

/// The parts of a path.
#[derive(Debug)]
pub struct InPath<T>(pub T);

impl<T> FromRequestParts<ApiState> for InPath<T>
where
    T: DeserializeOwned + Send,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, Problem> {
        match Path::<T>::from_request_parts(parts, state).await {
            Ok(Path(value)) => Ok(Self(value)),
            Err(_) => Err(Problem::new(
                StatusCode::NOT_FOUND,
                "There is nothing at this address. Check the ids in it.",
            )),
        }
    }
}

/// The parts of a query.
#[derive(Debug)]
pub struct InQuery<T>(pub T);

impl<T> FromRequestParts<ApiState> for InQuery<T>
where
    T: DeserializeOwned + Send,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, Problem> {
        match Query::<T>::from_request_parts(parts, state).await {
            Ok(Query(value)) => Ok(Self(value)),
            Err(rejection) => Err(Problem::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                format!("The query cannot be read: {}.", rejection.body_text()),
            )),
        }
    }
}
