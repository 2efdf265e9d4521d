//! Several HTTP requests in turn: a value of one answer, such as a token, is used in the next.
//! Cookies are kept from step to step, as a browser keeps them.

use std::collections::BTreeMap;

use cookie_store::CookieStore;
use domain::check::HttpStep;
use domain::measurement::{Exchange, Finding, Phase};
use http::header;
use tokio::time::Instant;
use url::Url;

use super::http::{facts, of_any};
use super::placeholders::{self, FILLED_BYTES, FillError};
use crate::client::{MAX_REDIRECTS, Request, Response, SendError, parse_url};
use crate::conditions::Condition;
use crate::context::ProbeContext;
use crate::known_secrets::KnownSecrets;
use crate::outcome::{Outcome, finding, millis, overall, sentence};
use crate::redact::{self, is_secret_name};

/// Bodies are read as far as a single request's.
const BODY_LIMIT_BYTES: usize = 1024 * 1024;

/// The most bytes of what is captured by a name.
const CAPTURED_BYTES: usize = 8 * 1024;

/// What was captured, by name.
type Captured = BTreeMap<String, String>;

pub(crate) async fn run(context: &ProbeContext<'_>, steps: &[HttpStep]) -> Outcome {
    let mut captured = Captured::new();
    let mut outcome = in_turn(context, steps, &mut captured).await;
    // A token of one answer is shown in what is asked next no more than in that answer.
    let secret = |name: &str| {
        let expressions = steps.iter().filter_map(|step| step.capture.get(name));
        is_secret_name(name) || expressions.into_iter().any(|text| is_secret_name(text))
    };
    let values = captured.iter().filter(|(name, _)| secret(name)).map(|(_, value)| value);
    KnownSecrets::values(values).hide_in(&mut outcome);
    outcome
}

async fn in_turn(
    context: &ProbeContext<'_>,
    steps: &[HttpStep],
    captured: &mut Captured,
) -> Outcome {
    let started = Instant::now();
    let mut cookies = CookieStore::default();
    let mut findings: Vec<Finding> = Vec::new();
    let mut exchanges: Vec<Exchange> = Vec::new();
    for (at, step) in steps.iter().enumerate() {
        let place = format!("step {} ({})", at + 1, step.name);
        let ended = |outcome: Outcome, exchanges: Vec<Exchange>, findings: Vec<Finding>| {
            let sentence = format!("{place}: {}", outcome.sentence);
            Outcome { sentence, findings, exchanges, ..outcome }
        };
        let left = context.timeout.saturating_sub(started.elapsed());
        let answer = match send(context, step, captured, &mut cookies, left).await {
            Ok(answer) => answer,
            Err(StepError::Bad(problem)) => {
                let outcome = Outcome::new(Phase::Error, sentence(&problem), "bad check");
                return ended(outcome, exchanges, findings);
            }
            Err(StepError::Unreachable(error)) => {
                exchanges.extend(error.exchanges.clone());
                return ended(Outcome::unreachable(error), exchanges, findings);
            }
        };
        exchanges.extend(answer.exchanges.clone());
        let evaluated = evaluate(context, step, &answer).await;
        let phase = overall(&evaluated);
        let why = evaluated.iter().find(|one| one.phase == phase).map(|one| one.detail.clone());
        findings.extend(
            evaluated
                .into_iter()
                .map(|one| Finding { subject: format!("{}: {}", step.name, one.subject), ..one }),
        );
        if phase != Phase::Successful {
            let text = format!("{place}, but expected {}", why.unwrap_or_default());
            let short = answer.status.as_u16().to_string();
            return Outcome::new(phase, sentence(&text), short)
                .findings(findings)
                .exchanges(exchanges);
        }
        for (name, expression) in &step.capture {
            match capture(context, expression, &answer).await {
                Ok(value) => drop(captured.insert(name.clone(), value)),
                Err((phase, problem)) => {
                    let text = format!("{place}: `{name}` could not be captured: {problem}");
                    findings.push(finding(
                        format!("{}: capture {name}", step.name),
                        phase,
                        problem,
                    ));
                    return Outcome::new(phase, sentence(&text), "capture")
                        .findings(findings)
                        .exchanges(exchanges);
                }
            }
        }
    }
    let took = millis(started.elapsed());
    let text = format!("all {} steps went through in {took:.0} ms", steps.len());
    Outcome::new(Phase::Successful, sentence(&text), format!("{took:.0} ms"))
        .value(took)
        .findings(findings)
        .exchanges(exchanges)
}

enum StepError {
    Bad(String),
    Unreachable(SendError),
}

/// Sends a step's request and follows its redirects, cookies kept on the way.
async fn send(
    context: &ProbeContext<'_>,
    step: &HttpStep,
    captured: &Captured,
    cookies: &mut CookieStore,
    left: std::time::Duration,
) -> Result<Response, StepError> {
    let bad = |problem: String| StepError::Bad(problem);
    let started = Instant::now();
    let mut url = parse_url(&fill(&step.url, captured).map_err(bad)?)
        .map_err(|error| bad(error.to_string()))?;
    let mut method = step.method.clone().unwrap_or_else(|| "GET".into());
    let mut body = step.body.as_ref().map(|body| fill(body, captured)).transpose().map_err(bad)?;
    let mut headers = Vec::new();
    for (name, value) in &step.headers {
        headers.push((name.clone(), fill(value, captured).map_err(bad)?));
    }
    let mut exchanges = Vec::new();
    for _ in 0..=MAX_REDIRECTS {
        let mut request = Request::new(&method, url.as_str())
            .map_err(|error| bad(error.to_string()))?
            .timeout(left.saturating_sub(started.elapsed()))
            .body_limit_bytes(BODY_LIMIT_BYTES)
            .redirects(0);
        for (name, value) in &headers {
            request = request.header(name, value).map_err(|error| bad(error.to_string()))?;
        }
        let kept: Vec<_> = cookies
            .get_request_values(&url)
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        if !kept.is_empty() {
            request = request
                .secret_header(header::COOKIE.as_str(), &kept.join("; "))
                .map_err(|error| bad(error.to_string()))?;
        }
        if let Some(body) = &body {
            request = request.body(body.clone());
        }
        let mut answer = match context.ask(request).await {
            Ok(answer) => answer,
            Err(mut error) => {
                exchanges.append(&mut error.exchanges);
                return Err(StepError::Unreachable(SendError { exchanges, ..error }));
            }
        };
        for set in answer.headers.get_all(header::SET_COOKIE) {
            if let Ok(set) = set.to_str() {
                // A cookie that may not be kept is not kept, as in a browser.
                let _ = cookies.parse(set, &url);
            }
        }
        exchanges.append(&mut answer.exchanges);
        let Some(next) = redirect(&answer, &url) else {
            return Ok(Response { exchanges, ..answer });
        };
        let keeps_body = matches!(answer.status.as_u16(), 307 | 308);
        if next.origin() != url.origin() {
            // What was meant for one origin does not go to another.
            headers.clear();
            if keeps_body && body.is_some() {
                let (from, to) = (redact::url(&url), redact::url(&next));
                return Err(bad(format!(
                    "{from} redirects what was sent to another origin, {to}, which is not followed"
                )));
            }
        }
        if !keeps_body {
            method = "GET".into();
            body = None;
            headers.retain(|(name, _)| !name.eq_ignore_ascii_case("content-type"));
        }
        url = next;
    }
    Err(bad(format!("it redirected more than {MAX_REDIRECTS} times")))
}

fn redirect(answer: &Response, from: &Url) -> Option<Url> {
    matches!(answer.status.as_u16(), 301 | 302 | 303 | 307 | 308)
        .then(|| answer.header(header::LOCATION.as_str()))
        .flatten()
        .and_then(|to| from.join(to).ok())
        .filter(|to| matches!(to.scheme(), "http" | "https"))
}

async fn evaluate(context: &ProbeContext<'_>, step: &HttpStep, answer: &Response) -> Vec<Finding> {
    match context.cache.read(&step.conditions) {
        Ok(conditions) => {
            let mut findings =
                context.decide(&conditions, facts(answer, context.now, &conditions)).await;
            findings.splice(0..0, of_any(answer, &conditions));
            findings
        }
        // Conditions are read before they are kept.
        Err((text, error)) => vec![finding(text, Phase::Error, error.to_string())],
    }
}

async fn capture(
    context: &ProbeContext<'_>,
    expression: &str,
    answer: &Response,
) -> Result<String, (Phase, String)> {
    // Expressions are read before they are kept.
    let read = context.cache.read_one(expression);
    let expression = read.map_err(|error| (Phase::Error, error.to_string()))?;
    let facts = facts(answer, context.now, std::slice::from_ref(&expression));
    let text = context.text_of(expression, facts).await?;
    if text.len() > CAPTURED_BYTES {
        let said = format!(
            "it is {} bytes long, more than {CAPTURED_BYTES}; capture a part of it, such as `json.token`",
            text.len()
        );
        return Err((Phase::Failed, said));
    }
    Ok(text)
}

/// Puts what was captured in the place of its name.
fn fill(text: &str, captured: &Captured) -> Result<String, String> {
    placeholders::fill(text, |name| captured.get(name)).map_err(|error| match error {
        FillError::NotClosed(_) => "a `{{` is not closed by `}}`".into(),
        FillError::Unknown(name) => format!("nothing was captured as `{name}` before"),
        FillError::TooLong => {
            format!("with what was captured it is longer than {FILLED_BYTES} bytes")
        }
    })
}

/// Refuses steps that cannot be run as written.
pub(crate) fn check(steps: &[HttpStep]) -> Result<(), String> {
    let mut known = Captured::new();
    for (at, step) in steps.iter().enumerate() {
        let place = format!("step {}", at + 1);
        let say = |error: String| format!("{place}: {error}");
        let url = fill(&step.url, &known).map_err(say)?;
        // With something in the place of what is captured, the address must be one.
        Request::new(step.method.as_deref().unwrap_or("GET"), &url)
            .map_err(|error| say(error.to_string()))?;
        for text in step.headers.values().chain(&step.body) {
            fill(text, &known).map_err(say)?;
        }
        for text in &step.conditions {
            Condition::parse(text).map_err(|error| say(error.to_string()))?;
        }
        for (name, expression) in &step.capture {
            Condition::parse(expression).map_err(|error| say(error.to_string()))?;
            known.insert(name.clone(), "captured".into());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_captured_cannot_be_used() {
        let step = |url: &str, capture: &[(&str, &str)]| HttpStep {
            name: "one".into(),
            url: url.into(),
            capture: capture.iter().map(|(k, v)| ((*k).into(), (*v).into())).collect(),
            ..HttpStep::default()
        };
        let first = step("https://a.example/", &[("token", "json.token")]);
        assert_eq!(check(&[first.clone(), step("https://a.example/{{token}}", &[])]), Ok(()));
        let early = check(&[step("https://a.example/{{token}}", &[]), first]);
        assert!(early.unwrap_err().starts_with("step 1: nothing was captured as `token`"));
        assert!(check(&[step("file:///etc/passwd", &[])]).is_err());
        assert!(check(&[step("https://a.example/", &[("t", "jsno.token")])]).is_err());
    }
}
