//! Follows redirects by hand: every hop passes the guard again, and credentials stay with the
//! origin they were meant for.

use http::{Method, StatusCode, header};
use tokio::time::{Instant, timeout_at};
use url::Url;

use super::authority::authority_of;
use super::connect::Progress;
use super::error::{Reason, SendError};
use super::hop::HopResponse;
use super::http1;
use super::inner::Inner;
use super::request::{Request, take_credentials};
use super::response::{Response, Timing};
use crate::evidence;
use crate::redact;

/// Headers that may go to another origin. Everything else a check sets could be a credential.
const HARMLESS: [header::HeaderName; 5] = [
    header::ACCEPT,
    header::ACCEPT_LANGUAGE,
    header::ACCEPT_ENCODING,
    header::USER_AGENT,
    header::CACHE_CONTROL,
];

pub(super) async fn send(client: &Inner, mut request: Request) -> Result<Response, SendError> {
    let started = Instant::now();
    let deadline = started + request.timeout;
    let mut exchanges = Vec::new();
    let mut redirected_from: Vec<Url> = Vec::new();
    loop {
        let progress = Progress::new();
        let hop_started = Instant::now();
        let headers = http1::headers(client, &request);
        let sent = evidence::request_text(&request.method, &request.url, &headers);
        let hop = http1::hop(client, &request, headers, deadline, &progress);
        let outcome = timeout_at(deadline, hop).await;
        let outcome = outcome.unwrap_or_else(|_| {
            Err(Reason::TimedOut {
                authority: authority_of(&request.url),
                stage: progress.stage(),
                after: request.timeout,
            })
        });
        let hop = match outcome {
            Ok(hop) => hop,
            Err(reason) => {
                exchanges.push(evidence::unanswered(
                    sent,
                    progress.remote(),
                    hop_started.elapsed(),
                ));
                let reason = with_whole_time(reason, &request);
                return Err(SendError { reason, elapsed: started.elapsed(), exchanges });
            }
        };
        exchanges.push(evidence::answered(sent, &hop, hop_started.elapsed()));
        let next = match next_request(&request, &hop, redirected_from.len()) {
            Ok(next) => next,
            Err(reason) => {
                return Err(SendError { reason, elapsed: started.elapsed(), exchanges });
            }
        };
        match next {
            Some(next) => {
                redirected_from.push(request.url);
                request = next;
            }
            None => {
                return Ok(Response {
                    status: hop.status,
                    headers: hop.headers,
                    body: hop.body.bytes,
                    truncated: hop.body.truncated,
                    body_problem: hop.body.problem,
                    final_url: request.url,
                    redirected_from,
                    remote_addr: hop.remote,
                    timing: Timing { total: started.elapsed(), ..hop.timing },
                    certificate: hop.certificate,
                    exchanges,
                });
            }
        }
    }
}

/// A single address's share of the time is no figure anybody set.
fn with_whole_time(reason: Reason, request: &Request) -> Reason {
    match reason {
        Reason::TimedOut { authority, stage, .. } => {
            Reason::TimedOut { authority, stage, after: request.timeout }
        }
        other => other,
    }
}

/// The request a redirect asks for; `None` where the answer is no redirect to follow.
fn next_request(
    request: &Request,
    hop: &HopResponse,
    followed: usize,
) -> Result<Option<Request>, Reason> {
    let keeps_method = match hop.status {
        StatusCode::MOVED_PERMANENTLY | StatusCode::FOUND | StatusCode::SEE_OTHER => false,
        StatusCode::TEMPORARY_REDIRECT | StatusCode::PERMANENT_REDIRECT => true,
        _ => return Ok(None),
    };
    let Some(location) = hop.headers.get(header::LOCATION) else { return Ok(None) };
    if request.redirects == 0 {
        return Ok(None);
    }
    let authority = authority_of(&request.url);
    if followed >= usize::from(request.redirects) {
        return Err(Reason::TooManyRedirects(authority));
    }
    let location = String::from_utf8_lossy(location.as_bytes());
    let Ok(mut target) = request.url.join(location.trim()) else {
        let location = redact::shorten(&location, 100);
        return Err(Reason::BadRedirect { authority, location });
    };
    if !matches!(target.scheme(), "http" | "https") || target.host().is_none() {
        let what = format!("to a {} address", target.scheme());
        return Err(Reason::RedirectNotFollowed { authority, what });
    }
    // Credentials a server puts into its own redirect are not ours to send.
    let _ = take_credentials(&mut target);
    target.set_fragment(None);

    let same_origin = target.origin() == request.url.origin();
    if keeps_method && !request.body.is_empty() && !same_origin {
        let what = "the body it was sent to another origin".to_owned();
        return Err(Reason::RedirectNotFollowed { authority, what });
    }
    let mut next = request.clone();
    next.url = target;
    if !same_origin {
        next.headers.retain(|(name, value)| HARMLESS.contains(name) && !value.is_sensitive());
    }
    if !keeps_method && request.method != Method::HEAD {
        next.method = Method::GET;
        next.body = bytes::Bytes::new();
        next.headers.retain(|(name, _)| *name != header::CONTENT_TYPE);
    }
    Ok(Some(next))
}
