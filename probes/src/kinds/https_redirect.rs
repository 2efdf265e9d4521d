//! The plain-HTTP address redirects to HTTPS on the same host.
//!
//! A port 80 that refuses connections serves nothing in clear, but it does not redirect either;
//! which of the two was meant cannot be known, so it is inconclusive.

use domain::measurement::Phase;
use http::header;
use tokio::time::Instant;
use url::Url;

use crate::client::{Reason, Request, Response};
use crate::context::{ProbeContext, invalid_check, parse_base_url};
use crate::outcome::{Outcome, finding, sentence};
use crate::redact;

use super::http::facts;
use super::origin_redirect::same_host;

const ABOUT: &str = "the redirect to HTTPS";

pub(crate) async fn run(context: &ProbeContext<'_>, url: &str) -> Outcome {
    let given = match parse_base_url(url) {
        Ok(given) => given,
        Err(outcome) => return outcome,
    };
    let plain = over_http(&given);
    let mut at = plain.clone();
    let mut exchanges = Vec::new();
    let deadline = Instant::now() + context.timeout;
    // A redirect to another plain address first (`example.org` to `www.example.org`) is a detour
    // in clear, followed to see whether it ends at HTTPS, and named.
    for hop in 0..=crate::client::MAX_REDIRECTS {
        let request = match Request::get(at.as_str()) {
            Ok(request) => {
                request.timeout(deadline.saturating_duration_since(Instant::now())).redirects(0)
            }
            Err(error) => return invalid_check(&error),
        };
        let answer = match context.client.send(request).await {
            Ok(answer) => answer,
            Err(mut error) => {
                exchanges.append(&mut error.exchanges);
                error.exchanges = exchanges;
                if matches!(error.reason, Reason::ConnectionRefused(_)) {
                    return closed(&at, error.exchanges);
                }
                return Outcome::nothing_learnt(error, ABOUT);
            }
        };
        exchanges.extend(answer.exchanges.clone());
        let target = match target(&answer, &at) {
            Some(target) if target.scheme() == "http" && hop < crate::client::MAX_REDIRECTS => {
                if target.host_str() != plain.host_str() && !same_host(&plain, &target) {
                    return finish(context, &answer, elsewhere(&plain, &target), exchanges).await;
                }
                at = target;
                continue;
            }
            other => other,
        };
        let outcome = match target {
            Some(target) if target.scheme() == "https" => to_https(&answer, &plain, &target, hop),
            Some(target) => elsewhere(&plain, &target),
            None => in_clear(&answer, &at),
        };
        return finish(context, &answer, outcome, exchanges).await;
    }
    Outcome::new(Phase::Failed, format!("{} redirects without end.", redact::url(&plain)), "loop")
        .exchanges(exchanges)
}

async fn finish(
    context: &ProbeContext<'_>,
    answer: &Response,
    outcome: Outcome,
    exchanges: Vec<domain::measurement::Exchange>,
) -> Outcome {
    let facts = facts(answer, context.now, context.conditions);
    context.with_conditions(outcome.exchanges(exchanges), facts).await
}

/// The address over plain HTTP; an `https` address's own port has no known plain twin, so 80.
fn over_http(url: &Url) -> Url {
    let mut plain = url.clone();
    if url.scheme() == "https" {
        // These only fail for schemes that are not http or https.
        let _ = plain.set_scheme("http");
        let _ = plain.set_port(None);
    }
    plain
}

fn target(answer: &Response, at: &Url) -> Option<Url> {
    let redirects = matches!(answer.status.as_u16(), 301 | 302 | 303 | 307 | 308);
    let location = answer.header(header::LOCATION.as_str()).filter(|_| redirects)?;
    at.join(location.trim()).ok()
}

fn to_https(answer: &Response, plain: &Url, target: &Url, detours: u8) -> Outcome {
    let status = answer.status.as_u16();
    let from = redact::url(plain);
    let to = redact::url(target);
    if !same_host(plain, target) {
        return elsewhere(plain, target);
    }
    let permanent = matches!(status, 301 | 308);
    let mut text = format!("{from} redirects to {to} with {status}; expected a redirect to HTTPS");
    if detours > 0 {
        text.push_str(&format!(" (after {detours} in clear)"));
    }
    if !permanent {
        text.push_str(" (a permanent 301 or 308 would let browsers remember it)");
    }
    Outcome::new(Phase::Successful, sentence(&text), status.to_string()).findings(vec![finding(
        ABOUT,
        Phase::Successful,
        format!("{status} to {to}"),
    )])
}

fn elsewhere(plain: &Url, target: &Url) -> Outcome {
    let text = format!(
        "{} redirects to {}, which is not HTTPS on the same host; expected a redirect to HTTPS there",
        redact::url(plain),
        redact::url(target)
    );
    Outcome::new(Phase::Failed, sentence(&text), "elsewhere").findings(vec![finding(
        ABOUT,
        Phase::Failed,
        format!("goes to {}", redact::url(target)),
    )])
}

fn in_clear(answer: &Response, at: &Url) -> Outcome {
    let status = answer.status.as_u16();
    let place = redact::url(at);
    // An error page in clear gives nothing away, but nor does it lead anybody to HTTPS.
    let phase = if status >= 500 { Phase::Inconclusive } else { Phase::Failed };
    let text = format!("{place} answers {status} in clear; expected a redirect to HTTPS");
    Outcome::new(phase, sentence(&text), status.to_string()).findings(vec![finding(
        ABOUT,
        phase,
        format!("answered {status} without a redirect"),
    )])
}

fn closed(at: &Url, exchanges: Vec<domain::measurement::Exchange>) -> Outcome {
    let text = format!(
        "{} refuses connections: nothing is served in clear, but nothing leads to HTTPS either",
        redact::url(at)
    );
    Outcome::new(Phase::Inconclusive, sentence(&text), "closed").exchanges(exchanges)
}
