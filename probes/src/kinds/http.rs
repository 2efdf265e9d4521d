//! One HTTP request: is the service reachable, and does its answer meet the conditions?
//!
//! | what happened | phase |
//! | --- | --- |
//! | an answer, every condition holds (where none is about the status: and it is below 400, and leads to a page) | successful |
//! | an answer, a condition broke, or its body is not what its encoding says | failed |
//! | an answer, a condition cannot be decided | inconclusive |
//! | refused connection, time-out, reset, host unreachable, TLS or certificate failure, no such name, not HTTP | failed |
//! | refused by the guard, name servers silent or failing, no route from here, out of file descriptors, no trust roots, a check that cannot be sent | error |
//!
//! A network of our own that swallows packets cannot be told from a silent service by one probe;
//! that is what confirming k of n, and a second check of another target, are for.

use std::collections::BTreeMap;

use domain::measurement::{Finding, Phase};
use http::header;

use crate::client::{BodyProblem, Request, RequestError, Response, x509_days_left};
use crate::conditions::{BodyFact, Condition, Facts};
use crate::context::{ProbeContext, invalid_check};
use crate::numbers::ms;
use crate::outcome::{Outcome, finding, millis, overall, sentence};
use crate::redact;

/// Bodies are read further than elsewhere, since a condition on a cut body decides nothing.
const BODY_LIMIT_BYTES: usize = 1024 * 1024;

pub(crate) async fn run(
    context: &ProbeContext<'_>,
    url: &str,
    method: Option<&str>,
    headers: &BTreeMap<String, String>,
    body: Option<&str>,
) -> Outcome {
    let request = match request(context, url, method, headers, body) {
        Ok(request) => request,
        Err(error) => return invalid_check(&error),
    };
    let answer = match context.ask(request).await {
        Ok(answer) => answer,
        Err(error) => return Outcome::unreachable(error),
    };
    let mut findings = if context.conditions.is_empty() {
        Vec::new()
    } else {
        let facts = facts(&answer, context.now, context.conditions);
        context.decide(context.conditions, facts).await
    };
    findings.splice(0..0, of_any(&answer, context.conditions));
    conclude(&answer, findings)
}

/// What is looked at in any answer, whatever the conditions ask: a fast error page is none that works,
/// and only who speaks of the status takes another for good; a body nobody can read is no page.
pub(crate) fn of_any(answer: &Response, conditions: &[Condition]) -> Vec<Finding> {
    let status = !conditions.iter().any(|one| one.uses("status"));
    let body = match &answer.body_problem {
        Some(BodyProblem::Broken(why)) => {
            let detail = format!("a body that can be read: {why}");
            Some(finding("body", Phase::Failed, detail))
        }
        Some(BodyProblem::Unknown(_)) | None => None,
    };
    status.then(|| status_below_400(answer)).into_iter().chain(body).collect()
}

fn request(
    context: &ProbeContext<'_>,
    url: &str,
    method: Option<&str>,
    headers: &BTreeMap<String, String>,
    body: Option<&str>,
) -> Result<Request, RequestError> {
    let mut request = Request::new(method.unwrap_or("GET"), url)?
        .timeout(context.timeout)
        .body_limit_bytes(BODY_LIMIT_BYTES);
    for (name, value) in headers {
        request = request.header(name, value)?;
    }
    Ok(match body {
        Some(body) => request.body(body.to_owned()),
        None => request,
    })
}

/// A last answer that leads nowhere shows no page: a redirect without an address, a 304 or 101 that
/// nobody asked for.
fn status_below_400(answer: &Response) -> Finding {
    let status = answer.status.as_u16();
    let good = (200..300).contains(&status);
    let phase = if good { Phase::Successful } else { Phase::Failed };
    let leads_nowhere = if !good && status < 400 { ", which leads to no page" } else { "" };
    finding("status < 400", phase, format!("status < 400: was {status}{leads_nowhere}"))
}

/// Whether all that is wrong with an answer is the time it took.
fn only_slow(findings: &[Finding]) -> bool {
    let mut wrong = findings.iter().filter(|one| one.phase != Phase::Successful).peekable();
    wrong.peek().is_some() && wrong.all(|one| one.subject.contains("_ms"))
}

fn conclude(answer: &Response, findings: Vec<Finding>) -> Outcome {
    let phase = overall(&findings);
    let took = millis(answer.timing.total);
    let status = answer.status.as_u16();
    let place = redact::url(&answer.final_url);
    let seen = format!("{place} answered {status} in {}", ms(took));
    let count = findings.len();
    let culprit = findings.iter().find(|f| f.phase == phase).map(|f| f.detail.clone());
    let text = match (phase, culprit) {
        (Phase::Successful, _) if count == 1 => {
            format!("{seen}; expected {}", findings[0].subject)
        }
        (Phase::Successful, _) => format!("{seen}; all {count} conditions hold"),
        (Phase::Failed, Some(detail)) => format!("{seen}, but expected {detail}"),
        (_, Some(detail)) => format!("{seen}, but a condition cannot be decided: {detail}"),
        (_, None) => seen,
    };
    let short = if phase == Phase::Successful || only_slow(&findings) {
        ms(took)
    } else {
        status.to_string()
    };
    Outcome::new(phase, sentence(&text), short)
        .value(took)
        .findings(findings)
        .exchanges(answer.exchanges.clone())
}

/// What an answer looks like to these conditions: its large parts only where one of them looks there.
pub(crate) fn facts(
    answer: &Response,
    now: chrono::DateTime<chrono::Utc>,
    conditions: &[Condition],
) -> Facts {
    let used = |field: &str| conditions.iter().any(|one| one.uses(field));
    let https = answer.final_url.scheme() == "https";
    let took = millis(answer.timing.total);
    Facts {
        status: Some(answer.status.as_u16()),
        first_byte_ms: Some(millis(answer.timing.first_byte)),
        // Whether any were read tells what a missing one means.
        headers: (used("headers") || used("hsts_max_age")).then(|| headers(answer)),
        body: (used("body") || used("json")).then(|| body(answer, used("json"))),
        final_url: used("final_url").then(|| answer.final_url.to_string()),
        certificate_days: answer
            .certificate
            .as_ref()
            .filter(|_| used("certificate_days"))
            .and_then(|der| x509_days_left(der, now)),
        hsts_max_age: answer
            .header(header::STRICT_TRANSPORT_SECURITY.as_str())
            .filter(|_| https)
            .and_then(super::hsts_header::max_age),
        ..Facts::of_timing(&answer.timing, took)
    }
}

fn headers(answer: &Response) -> BTreeMap<String, String> {
    let mut headers: BTreeMap<String, String> = BTreeMap::new();
    for (name, value) in &answer.headers {
        let value = String::from_utf8_lossy(value.as_bytes());
        headers
            .entry(name.as_str().to_owned())
            .and_modify(|known| {
                known.push_str(", ");
                known.push_str(&value);
            })
            .or_insert_with(|| value.into_owned());
    }
    headers
}

fn body(answer: &Response, as_json: bool) -> BodyFact {
    let text = answer.text().into_owned();
    let mut body = if as_json { BodyFact::whole(text) } else { BodyFact::text(text) };
    body.unreadable = answer.unread();
    body
}
