//! Whether one answer gives a file away.

use domain::measurement::Phase;
use http::header;

use super::catch_all::CatchAll;
use super::paths::Exposed;
use crate::client::Response;
use crate::redact;

/// What an answer says about a path.
pub(super) struct Verdict {
    pub(super) phase: Phase,
    pub(super) detail: String,
    /// The excerpt to keep instead of the body's beginning, where that would be the secret itself.
    pub(super) excerpt: Option<String>,
}

pub(super) fn evaluate(exposed: &Exposed, answer: &Response, catch_all: &CatchAll) -> Verdict {
    let status = answer.status.as_u16();
    let verdict = |phase, detail: String| Verdict { phase, detail, excerpt: None };
    match status {
        200..=299 if exposed.content.matches(answer) && catch_all.matches(exposed.content) => {
            verdict(
                Phase::Inconclusive,
                format!(
                    "answers {status} with what looks like {}, but so does any unknown path; \
                     look at it",
                    exposed.what
                ),
            )
        }
        // Content that is the file's own is a leak, however alike the two pages are.
        200..=299 if exposed.content.matches(answer) => Verdict {
            phase: Phase::Failed,
            detail: format!("answers {status} with {}: {}", exposed.what, size(answer)),
            excerpt: Some(exposed.content.excerpt(answer)),
        },
        200..=299 if answer.body_problem.is_some() => verdict(
            Phase::Inconclusive,
            format!("answers {status} with a body that cannot be read"),
        ),
        200..=299 if answer.body.is_empty() => {
            verdict(Phase::Successful, format!("answers {status} without content"))
        }
        200..=299 if catch_all.is_like(answer) => verdict(
            Phase::Successful,
            format!("answers {status} with the page every unknown path gets, not with a file"),
        ),
        200..=299 => verdict(
            Phase::Inconclusive,
            format!(
                "answers {status} with something that is neither {} nor the page of unknown \
                 paths ({}); look at it",
                exposed.what,
                size(answer)
            ),
        ),
        300..=399 => redirect(answer),
        // The request was not understood, not allowed or too often; the file was not given.
        400..=428 | 430..=499 => verdict(Phase::Successful, format!("answers {status}")),
        429 => verdict(
            Phase::Inconclusive,
            "answers 429: too many requests, so the path was not tried".to_owned(),
        ),
        _ => verdict(
            Phase::Inconclusive,
            format!("answers {status}: the service failed, which decides nothing"),
        ),
    }
}

/// A redirect gives nothing away by itself, unless it only adds a slash, a scheme or a name to the
/// same path: then the file may lie behind it.
fn redirect(answer: &Response) -> Verdict {
    let status = answer.status.as_u16();
    let location = answer.header(header::LOCATION.as_str());
    let target = location.and_then(|location| answer.final_url.join(location).ok());
    let same_path = target.as_ref().is_some_and(|target| {
        target.path().trim_end_matches('/') == answer.final_url.path().trim_end_matches('/')
    });
    let (phase, detail) = match target {
        Some(target) if same_path => (
            Phase::Inconclusive,
            format!(
                "redirects to the same path at {} with {status}; check that address instead",
                redact::url(&target)
            ),
        ),
        Some(target) => {
            (Phase::Successful, format!("redirects to {} with {status}", redact::url(&target)))
        }
        None => (Phase::Successful, format!("answers {status} without content")),
    };
    Verdict { phase, detail, excerpt: None }
}

fn size(answer: &Response) -> String {
    let more = if answer.truncated { "more than " } else { "" };
    format!("{more}{} bytes", answer.body.len())
}
