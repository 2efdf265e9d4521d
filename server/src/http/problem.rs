//! Errors as RFC 9457 problem details.

use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use engine::{Error, FieldError};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;

/// A problem.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Problem {
    /// What kind of problem it is: a URI of its own, or `about:blank` for what the status says.
    #[serde(rename = "type")]
    pub kind: String,
    /// The kind in words.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// One sentence that says what to change.
    pub detail: String,
    /// The fields at fault.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<Fault>,
    /// The keys of the items that block, where items do.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub open: Vec<String>,
    /// Seconds to wait before the next try; also in `Retry-After`.
    #[serde(skip)]
    pub retry_after_s: Option<u64>,
}

/// A field at fault.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Fault {
    /// A JSON pointer to it.
    pub pointer: String,
    /// What to change.
    pub message: String,
}

impl Problem {
    /// A problem that its status describes.
    pub fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self {
            kind: "about:blank".into(),
            title: status.canonical_reason().unwrap_or("Problem").to_owned(),
            status: status.as_u16(),
            detail: detail.into(),
            errors: Vec::new(),
            open: Vec::new(),
            retry_after_s: None,
        }
    }

    /// One field at fault.
    pub fn field(pointer: impl Into<String>, message: impl Into<String>) -> Self {
        Error::field(pointer, message).into()
    }
}

impl From<FieldError> for Fault {
    fn from(error: FieldError) -> Self {
        Self { pointer: error.pointer, message: error.message }
    }
}

impl From<Error> for Problem {
    fn from(refusal: Error) -> Self {
        let problem = Self::new(app::status_of(&refusal), refusal.to_string());
        match refusal {
            Error::Invalid(errors) => {
                Self { errors: errors.into_iter().map(Fault::from).collect(), ..problem }
            }
            Error::Conflict { open, .. } => Self { open, ..problem },
            Error::Busy { retry_after_s } => {
                Self { retry_after_s: Some(retry_after_s.into()), ..problem }
            }
            // Logged here, once, at the boundary; the particulars are not for the caller.
            Error::Unknown(error) => {
                tracing::error!(%error, "what became of an act is not known");
                problem
            }
            Error::Store(error) => {
                tracing::error!(%error, "the database refused");
                problem
            }
            Error::Internal(error) => {
                tracing::error!(error, "an act failed");
                problem
            }
            _ => problem,
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_string(&self).unwrap_or_else(|_| "{}".into());
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(seconds) = self.retry_after_s {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// The problems every call can answer, for the documentation.
#[derive(utoipa::IntoResponses)]
#[expect(dead_code, reason = "names the responses for the OpenAPI document only")]
pub enum Problems {
    /// The request cannot be read.
    #[response(status = 400, content_type = "application/problem+json")]
    Malformed(#[to_schema] Problem),
    /// There is no token, or it does not work.
    #[response(status = 401, content_type = "application/problem+json")]
    Unauthenticated(#[to_schema] Problem),
    /// The token may not do this.
    #[response(status = 403, content_type = "application/problem+json")]
    Forbidden(#[to_schema] Problem),
    /// There is no such thing.
    #[response(status = 404, content_type = "application/problem+json")]
    NotFound(#[to_schema] Problem),
    /// The present state forbids it; names what blocks.
    #[response(status = 409, content_type = "application/problem+json")]
    Conflict(#[to_schema] Problem),
    /// The body is too large.
    #[response(status = 413, content_type = "application/problem+json")]
    TooLarge(#[to_schema] Problem),
    /// The body is of another type.
    #[response(status = 415, content_type = "application/problem+json")]
    Unsupported(#[to_schema] Problem),
    /// Fields are at fault.
    #[response(status = 422, content_type = "application/problem+json")]
    Invalid(#[to_schema] Problem),
    /// Too many failures; wait.
    #[response(status = 429, content_type = "application/problem+json")]
    TooMany(#[to_schema] Problem),
    /// The database does not answer; try again.
    #[response(status = 503, content_type = "application/problem+json")]
    Unavailable(#[to_schema] Problem),
}
