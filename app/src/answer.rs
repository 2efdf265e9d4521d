//! The one answer to an act: back to the page with a message for people, a status with a problem
//! for programs.

use axum::{
    Json,
    response::{IntoResponse, Redirect, Response},
};
use engine::Refusal;
use http::{
    HeaderMap, HeaderValue, StatusCode,
    header::{CONTENT_TYPE, HOST, REFERER},
};
use tower_sessions::Session;

use crate::{
    auth::{ENDED, local_path, login_for, wants_html},
    flash::{self, Flash},
    typed::Typed,
};

/// What an act did: what to say and where to go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    /// What was done, in a sentence.
    pub said: String,
    /// Where to go; back to the page it was done on where absent.
    pub to: Option<String>,
    /// The element of the page to go back to.
    pub anchor: Option<String>,
    /// Whether what it found is good; a check that ran and failed was done all the same.
    pub good: bool,
}

impl Done {
    /// Stays on the page.
    pub fn here(said: impl Into<String>) -> Self {
        Self { said: said.into(), to: None, anchor: None, good: true }
    }

    /// Goes to another page.
    pub fn to(said: impl Into<String>, path: impl Into<String>) -> Self {
        Self { said: said.into(), to: Some(path.into()), anchor: None, good: true }
    }

    /// Says whether what was found is good.
    pub fn good(self, good: bool) -> Self {
        Self { good, ..self }
    }

    /// Comes back to that element of the page.
    pub fn at(self, anchor: impl Into<String>) -> Self {
        Self { anchor: Some(anchor.into()), ..self }
    }
}

/// The status of a refusal.
pub fn status(refusal: &Refusal) -> StatusCode {
    StatusCode::from_u16(refusal.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// Notes trouble of our own, once.
pub fn note_trouble(refusal: &Refusal) {
    match refusal {
        Refusal::Unknown(error) => {
            tracing::error!(%error, "what became of an act is not known");
        }
        Refusal::Store(error) => tracing::error!(%error, "the database failed a request"),
        Refusal::Internal(error) => tracing::error!(%error, "a request failed"),
        _ => {}
    }
}

/// The refusal as a problem document.
pub fn problem(refusal: &Refusal) -> Response {
    note_trouble(refusal);
    let status = status(refusal);
    let mut body = serde_json::json!({
        "type": "about:blank",
        "title": status.canonical_reason().unwrap_or("Error"),
        "status": status.as_u16(),
        "detail": refusal.to_string(),
    });
    match refusal {
        Refusal::Invalid(errors) => body["errors"] = serde_json::json!(errors),
        Refusal::Conflict { open, .. } if !open.is_empty() => {
            body["open"] = serde_json::json!(open);
        }
        _ => {}
    }
    let mut response = (status, Json(body)).into_response();
    let kind = HeaderValue::from_static("application/problem+json");
    response.headers_mut().insert(CONTENT_TYPE, kind);
    response
}

/// Answers an act; what was typed is shown again where it was refused.
pub async fn answer(
    headers: &HeaderMap,
    session: &Session,
    result: Result<Done, Refusal>,
    typed: &Typed,
) -> Response {
    if !wants_html(headers) {
        return match result {
            Ok(done) => Json(serde_json::json!({ "message": done.said })).into_response(),
            Err(refusal) => problem(&refusal),
        };
    }
    let back = back(headers);
    match result {
        Ok(done) => {
            let flash = Flash { good: done.good, text: done.said, typed: Typed::default() };
            flash::keep(session, flash).await;
            let mut to = done.to.unwrap_or(back);
            if let Some(anchor) = done.anchor {
                to.push('#');
                to.push_str(&anchor);
            }
            Redirect::to(&to).into_response()
        }
        Err(refusal) => {
            note_trouble(&refusal);
            let flash = Flash { good: false, text: for_people(&refusal), typed: typed.clone() };
            flash::keep(session, flash).await;
            let unknown = matches!(refusal, Refusal::Unauthenticated(_));
            if unknown && !back.starts_with("/login") {
                return ended(&back);
            }
            Redirect::to(&back).into_response()
        }
    }
}

/// The refusal as the pages say it: fields by their labels rather than by their names.
fn for_people(refusal: &Refusal) -> String {
    let Refusal::Invalid(errors) = refusal else { return refusal.to_string() };
    let said = errors.iter().map(|error| format!("{} {}.", label(&error.pointer), error.message));
    said.collect::<Vec<_>>().join(" ")
}

/// What a field is called, from the pointer to it.
fn label(pointer: &str) -> String {
    let mut parts = pointer.trim_start_matches('/').split('/');
    let field = parts.next().unwrap_or_default();
    let name = match field {
        "" => "The form",
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

/// Answers an act of someone who is not signed in, without keeping a session for them.
pub fn stranger(headers: &HeaderMap) -> Response {
    if wants_html(headers) {
        return ended(&back(headers));
    }
    problem(&Refusal::Unauthenticated("Sign in first.".into()))
}

/// The login page that says why it is there.
fn ended(back: &str) -> Response {
    let to = login_for(back, "");
    let joint = if to.contains('?') { '&' } else { '?' };
    Redirect::to(&format!("{to}{joint}{ENDED}")).into_response()
}

/// The page the act was done on, where it is one of ours.
fn back(headers: &HeaderMap) -> String {
    let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let (Some(referer), Some(host)) = (text(REFERER), text(HOST)) else { return "/".into() };
    let rest = referer.strip_prefix("https://").or_else(|| referer.strip_prefix("http://"));
    let path = rest.and_then(|rest| rest.strip_prefix(host)).and_then(local_path);
    // A fragment would hide the one the answer adds.
    path.and_then(|path| path.split('#').next()).unwrap_or("/").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_called_what_people_call_them() {
        let refusal = Refusal::field("/expires_at", "must lie in the future");
        assert_eq!(for_people(&refusal), "The end must lie in the future.");
        assert_eq!(label("/conditions/0"), "Condition 1");
        assert_eq!(label("/version"), "The version");
        assert_eq!(label(""), "The form");
    }

    #[test]
    fn back_is_only_ever_here() {
        let cases = [
            ("http://127.0.0.1:3000/deployments/1?a=b", "/deployments/1?a=b"),
            ("https://127.0.0.1:3000/history", "/history"),
            ("http://127.0.0.1:3000.evil.example/x", "/"),
            ("http://evil.example/x", "/"),
            ("nonsense", "/"),
        ];
        for (referer, expected) in cases {
            let mut headers = HeaderMap::new();
            headers.insert(HOST, HeaderValue::from_static("127.0.0.1:3000"));
            headers.insert(REFERER, HeaderValue::from_static(referer));
            assert_eq!(back(&headers), expected, "{referer}");
        }
    }
}
