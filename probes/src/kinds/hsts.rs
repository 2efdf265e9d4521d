//! `Strict-Transport-Security` is sent over HTTPS and lasts long enough.
//!
//! Browsers ignore the header over plain HTTP, so it is always looked for over HTTPS: at the base
//! address with its scheme changed where that is `http`. A service that serves plain HTTP and has
//! no HTTPS to answer with has no HSTS either, which is a failure; one that answers neither has
//! taught us nothing.

use domain::measurement::Phase;
use http::header;
use url::Url;

use crate::client::{Request, Response, SendError};
use crate::context::{ProbeContext, invalid_check, parse_base_url};
use crate::outcome::{Outcome, finding, sentence};
use crate::redact;

use super::hsts_header::max_age;
use super::http::facts;

/// Six months, in seconds.
const DEFAULT_MIN_MAX_AGE_S: u64 = 15_768_000;

const ABOUT: &str = "Strict-Transport-Security";

pub(crate) async fn run(
    context: &ProbeContext<'_>,
    url: &str,
    min_max_age_s: Option<u64>,
) -> Outcome {
    let least = min_max_age_s.unwrap_or(DEFAULT_MIN_MAX_AGE_S);
    let given = match parse_base_url(url) {
        Ok(given) => given,
        Err(outcome) => return outcome,
    };
    let secure = over_https(&given);
    let request = match Request::get(secure.as_str()) {
        // The header of the address itself counts, not that of a page it redirects to.
        Ok(request) => request.timeout(context.timeout / 2).redirects(0),
        Err(error) => return invalid_check(&error),
    };
    match context.send(request).await {
        Ok(answer) => {
            let outcome = evaluate(&answer, least);
            context.with_conditions(outcome, facts(&answer, context.now, context.conditions)).await
        }
        Err(error) if given.scheme() == "http" => plain_only(context, &given, error).await,
        Err(error) => Outcome::nothing_learnt(error, ABOUT),
    }
}

/// The address over HTTPS. A port of its own stays: `http://host:8080` has no known HTTPS twin.
pub(crate) fn over_https(url: &Url) -> Url {
    let mut secure = url.clone();
    // Only fails for schemes that are not http or https.
    let _ = secure.set_scheme("https");
    secure
}

/// HTTPS brought nothing: does plain HTTP answer?
async fn plain_only(context: &ProbeContext<'_>, plain: &Url, secure_error: SendError) -> Outcome {
    if secure_error.blame() == crate::client::Blame::Ours {
        return Outcome::nothing_learnt(secure_error, ABOUT);
    }
    let request = match Request::get(plain.as_str()) {
        Ok(request) => request.timeout(context.timeout / 2).redirects(0),
        Err(error) => return invalid_check(&error),
    };
    match context.send(request).await {
        Ok(answer) => {
            let text = format!(
                "{} serves plain HTTP only (over HTTPS: {}), so browsers cannot be told to insist \
                 on HTTPS; expected Strict-Transport-Security over HTTPS",
                redact::url(plain),
                secure_error.reason
            );
            let detail = "plain HTTP only".to_owned();
            let mut exchanges = secure_error.exchanges;
            exchanges.extend(answer.exchanges);
            Outcome::new(Phase::Failed, sentence(&text), "no HTTPS")
                .findings(vec![finding(ABOUT, Phase::Failed, detail)])
                .exchanges(exchanges)
        }
        Err(error) => Outcome::nothing_learnt(error, ABOUT),
    }
}

fn evaluate(answer: &Response, least: u64) -> Outcome {
    let place = redact::url(&answer.final_url);
    let sent = answer.header(header::STRICT_TRANSPORT_SECURITY.as_str());
    let wanted = format!("expected max-age of at least {least} ({})", span(least));
    let (phase, value, text, short) = match (sent, sent.and_then(max_age)) {
        (None, _) => (
            Phase::Failed,
            None,
            format!("{place} sends no Strict-Transport-Security; {wanted}"),
            "off".to_owned(),
        ),
        (Some(header), None) => (
            Phase::Failed,
            None,
            format!(
                "{place} sends `Strict-Transport-Security: {}`, which has no valid max-age; {wanted}",
                redact::printable(&redact::shorten(header, 80))
            ),
            "invalid".to_owned(),
        ),
        (Some(_), Some(0)) => (
            Phase::Failed,
            Some(0),
            format!("{place} switches HSTS off with max-age=0; {wanted}"),
            "off".to_owned(),
        ),
        (Some(_), Some(age)) => (
            if age >= least { Phase::Successful } else { Phase::Failed },
            Some(age),
            format!(
                "{place} sends Strict-Transport-Security for {age} s ({}); {wanted}",
                span(age)
            ),
            span(age),
        ),
    };
    let seen = sent.map_or_else(
        || "not sent".to_owned(),
        |header| redact::printable(&redact::shorten(header, 120)),
    );
    let outcome = Outcome::new(phase, sentence(&text), short)
        .findings(vec![finding(ABOUT, phase, seen)])
        .exchanges(answer.exchanges.clone());
    #[expect(clippy::cast_precision_loss, reason = "no max-age anybody means is that large")]
    match value {
        Some(age) => outcome.value(age as f64),
        None => outcome,
    }
}

/// A length of time for a chip: `1 y`, `180 d`, `5 min`.
fn span(seconds: u64) -> String {
    const DAY: u64 = 86_400;
    match seconds {
        s if s >= 365 * DAY => format!("{} y", s / (365 * DAY)),
        s if s >= DAY => format!("{} d", s / DAY),
        s if s >= 3_600 => format!("{} h", s / 3_600),
        s if s >= 60 => format!("{} min", s / 60),
        s => format!("{s} s"),
    }
}
