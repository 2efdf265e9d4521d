//! What an act was refused with: as a problem document for programs, as a sentence for people.

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use engine::{Error, error::FieldError};
use http::{
    HeaderMap, HeaderValue, StatusCode,
    header::{CONTENT_TYPE, RETRY_AFTER},
};
use leptos::server_fn::{
    codec::JsonEncoding,
    error::{FromServerFnError, ServerFnErrorErr},
};
use serde::{Deserialize, Serialize};

/// The HTTP status that says the same as an error, for the API and the pages alike.
#[must_use]
pub const fn status_of(error: &Error) -> StatusCode {
    match error {
        Error::NotFound { .. } => StatusCode::NOT_FOUND,
        Error::Invalid(_) | Error::KeyReused => StatusCode::UNPROCESSABLE_ENTITY,
        Error::Conflict { .. } => StatusCode::CONFLICT,
        Error::Forbidden(_) => StatusCode::FORBIDDEN,
        Error::Unauthenticated(_) => StatusCode::UNAUTHORIZED,
        Error::Store(_) | Error::Unknown(_) | Error::Busy { .. } => StatusCode::SERVICE_UNAVAILABLE,
        Error::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// Why an act was refused, as a server function answers it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    status: u16,
    detail: String,
    /// The fields at fault, where fields are.
    errors: Vec<FieldError>,
    /// The boxes that block, where boxes do.
    open: Vec<String>,
    /// Seconds to wait before the next try, where that helps.
    #[serde(default)]
    retry_after_s: Option<u32>,
}

impl Refused {
    /// The HTTP status that says the same.
    pub fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// Says in the answer's head when to try again, where that helps.
    pub fn note_retry(&self, headers: &mut HeaderMap) {
        if let Some(seconds) = self.retry_after_s {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
    }

    /// As the pages say it: fields by their labels rather than by their names.
    pub fn for_people(&self) -> String {
        if self.errors.is_empty() {
            return self.detail.clone();
        }
        let said = self.errors.iter().map(|FieldError { pointer, message }| match &**pointer {
            "" => format!("{message}."),
            pointer => format!("{} {message}.", label(pointer)),
        });
        said.collect::<Vec<_>>().join(" ")
    }
}

impl From<Error> for Refused {
    /// Trouble of our own is logged here, once.
    fn from(refusal: Error) -> Self {
        match &refusal {
            Error::Unknown(error) => {
                tracing::error!(%error, "what became of an act is not known");
            }
            Error::Store(error) => tracing::error!(%error, "the database failed a request"),
            Error::Internal(error) => tracing::error!(%error, "a request failed"),
            _ => {}
        }
        let (status, detail) = (status_of(&refusal).as_u16(), refusal.to_string());
        let retry_after_s = match refusal {
            Error::Busy { retry_after_s } => Some(retry_after_s),
            _ => None,
        };
        let (errors, open) = match refusal {
            Error::Invalid(errors) => (errors, Vec::new()),
            Error::Conflict { open, .. } => (Vec::new(), open),
            _ => (Vec::new(), Vec::new()),
        };
        Self { status, detail, errors, open, retry_after_s }
    }
}

impl FromServerFnError for Refused {
    type Encoder = JsonEncoding;

    /// A form that cannot be read is its sender's, all else is trouble of our own.
    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        Self::from(match error {
            ServerFnErrorErr::Args(why)
            | ServerFnErrorErr::MissingArg(why)
            | ServerFnErrorErr::Deserialization(why) => {
                Error::field("", format!("The form cannot be read: {why}"))
            }
            other => Error::Internal(other.to_string()),
        })
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let status = self.status();
        let mut body = serde_json::json!({
            "type": "about:blank",
            "title": status.canonical_reason().unwrap_or("Error"),
            "status": status.as_u16(),
            "detail": self.detail,
        });
        if !self.errors.is_empty() {
            body["errors"] = serde_json::json!(self.errors);
        }
        if !self.open.is_empty() {
            body["open"] = serde_json::json!(self.open);
        }
        let mut response = (status, Json(body)).into_response();
        let kind = HeaderValue::from_static("application/problem+json");
        response.headers_mut().insert(CONTENT_TYPE, kind);
        self.note_retry(response.headers_mut());
        response
    }
}

/// The refusal as a problem document.
pub fn problem(refusal: Error) -> Response {
    Refused::from(refusal).into_response()
}

/// What a field is called, from the pointer to it.
fn label(pointer: &str) -> String {
    let mut parts = pointer.trim_start_matches('/').split('/');
    let field = parts.next().unwrap_or_default();
    let name = match field {
        "again" => "The repeated password",
        "current" => "The present password",
        "password" => "The password",
        "email" => "The e-mail address",
        "expires_at" | "expires" | "until" => "The end",
        "hook_url" => "The hook",
        "evidence_url" | "url" => "The address",
        "interval_s" => "The interval",
        "measurements_d" => "For how long measurements are kept",
        "minutes_d" => "For how long minutes are kept",
        "hours_d" => "For how long hours are kept",
        "starts_at" => "The first run",
        "timeout_s" => "The time it may take",
        "target_ms" => "The response target",
        "deployed_at" => "The time of installation",
        "deployed_by" => "The name of who installed it",
        "item" => "The box",
        other => {
            let words = other.replace('_', " ");
            let number = parts.next().and_then(|at| at.parse::<usize>().ok());
            return match number {
                Some(at) => format!("{} {}", capital(words.trim_end_matches('s')), at + 1),
                None => format!("The {words}"),
            };
        }
    };
    name.to_owned()
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_called_what_people_call_them() {
        let said = |pointer| Refused::from(Error::field(pointer, "must lie ahead")).for_people();
        assert_eq!(said("/expires_at"), "The end must lie ahead.");
        assert_eq!(said("/conditions/0"), "Condition 1 must lie ahead.");
        assert_eq!(said("/version"), "The version must lie ahead.");
        let refused = Refused::from(Error::field("", "Tick the box that says so"));
        assert_eq!(refused.for_people(), "Tick the box that says so.");
    }

    #[test]
    fn a_form_that_cannot_be_read_is_its_senders() {
        let why = ServerFnErrorErr::Deserialization("missing field `item`".into());
        let refused = Refused::from_server_fn_error(why);
        assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(refused.for_people(), "The form cannot be read: missing field `item`.");
    }
}
