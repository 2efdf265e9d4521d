//! A provoked error page gives away no stack trace, environment or debugger.
//!
//! The requests are harmless: `GET`, `HEAD` and `OPTIONS` of odd addresses, without a body. What
//! comes back is shown to one recogniser per framework.

mod headers;
mod provoke;
mod recognise;

use domain::measurement::{Finding, Phase};
use tokio::time::Instant;
use url::Url;

use self::provoke::{PROVOCATIONS, Provocation};
use self::recognise::Sign;
use crate::client::{Blame, Request, Response, SendError};
use crate::conditions::Facts;
use crate::context::{ProbeContext, parse_base_url};
use crate::kinds::origin_redirect;
use crate::outcome::{Outcome, finding, overall, sentence};
use crate::redact;

const ABOUT: &str = "debug mode";
const BODY_LIMIT_BYTES: usize = 256 * 1024;

pub(crate) async fn run(context: &ProbeContext<'_>, url: &str) -> Outcome {
    let base = match parse_base_url(url) {
        Ok(base) => base,
        Err(outcome) => return outcome,
    };
    let deadline = Instant::now() + context.timeout;
    let base = match site(context, base, deadline).await {
        Ok(base) => base,
        Err(error) => return Outcome::nothing_learnt(error, ABOUT),
    };
    let mut findings = Vec::new();
    let mut exchanges = Vec::new();
    let mut leaks: Vec<&'static str> = Vec::new();
    let mut mentions: Vec<String> = Vec::new();
    let (mut answered_itself, mut let_in) = (false, false);
    for provocation in &PROVOCATIONS {
        let answer = match send(context, &base, provocation, deadline).await {
            Ok(answer) => answer,
            Err(error) => {
                let phase = match error.blame() {
                    Blame::Service => Phase::Inconclusive,
                    Blame::Ours => Phase::Error,
                };
                findings.push(finding(provocation.what, phase, error.to_string()));
                continue;
            }
        };
        answered_itself |= !answer.status.is_redirection();
        let refused = matches!(answer.status.as_u16(), 401 | 403 | 407);
        // A gateway may answer other methods by itself.
        let_in |= provocation.method == "GET" && !answer.status.is_redirection() && !refused;
        let signs = signs(&answer);
        for mention in headers::mentions(&answer) {
            if !mentions.contains(&mention) {
                mentions.push(mention);
            }
        }
        // The first plain answer stands for all of them.
        if !signs.is_empty() || exchanges.is_empty() {
            exchanges.extend(answer.exchanges.iter().cloned());
        }
        findings.push(evaluate(provocation, &answer, &signs));
        for sign in signs {
            if !leaks.contains(&sign.framework) {
                leaks.push(sign.framework);
            }
        }
    }
    if !answered_itself {
        let detail = "every answer was a redirect or none, so no error page was seen";
        findings.push(finding("an error page", Phase::Inconclusive, detail));
    }
    // Whoever stands before the application may let others in.
    if answered_itself && !let_in {
        let detail = "every page was refused or redirected, so no error page was seen";
        findings.push(finding("an error page", Phase::Inconclusive, detail));
    }
    conclude(context, &base, findings, exchanges, &leaks, &mentions).await
}

/// Where the site really lives.
async fn site(
    context: &ProbeContext<'_>,
    mut base: Url,
    deadline: Instant,
) -> Result<Url, SendError> {
    for _ in 0..origin_redirect::MAX_ORIGIN_REDIRECTS {
        let left = deadline.saturating_duration_since(Instant::now());
        let request = Request::get(base.as_str())?.timeout(left).redirects(0);
        match origin_redirect::target(&context.send(request).await?) {
            Some(moved) => base = moved,
            None => break,
        }
    }
    Ok(base)
}

async fn send(
    context: &ProbeContext<'_>,
    base: &Url,
    provocation: &Provocation,
    deadline: Instant,
) -> Result<Response, SendError> {
    // A silent path must not use up the time of the others.
    let left = deadline.saturating_duration_since(Instant::now()).min(context.timeout / 2);
    let mut request = Request::new(provocation.method, &provocation.address(base))?
        .timeout(left)
        .body_limit_bytes(BODY_LIMIT_BYTES)
        .redirects(0);
    for (name, value) in provocation.headers {
        request = request.header(name, value)?;
    }
    context.send(request).await
}

fn signs(answer: &Response) -> Vec<Sign> {
    let mut signs = recognise::body(&answer.text());
    signs.extend(headers::signs(answer));
    signs
}

fn evaluate(provocation: &Provocation, answer: &Response, signs: &[Sign]) -> Finding {
    let status = answer.status.as_u16();
    if let Some(sign) = signs.first() {
        let detail = format!("answered {status} with {} ({})", sign.what, sign.framework);
        return finding(provocation.what, Phase::Failed, detail);
    }
    if matches!(status, 429 | 502 | 503 | 504) {
        let detail = format!("answered {status}, which the application itself may not have seen");
        return finding(provocation.what, Phase::Inconclusive, detail);
    }
    if let Some(problem) = &answer.body_problem {
        let detail = format!("answered {status} with a body that cannot be read: {problem}");
        return finding(provocation.what, Phase::Inconclusive, detail);
    }
    if answer.truncated {
        let read = answer.body.len().div_ceil(1024);
        let detail = format!("answered {status} with more than the {read} KiB that are read");
        return finding(provocation.what, Phase::Inconclusive, detail);
    }
    finding(
        provocation.what,
        Phase::Successful,
        format!("answered {status}, with nothing that is known to leak"),
    )
}

async fn conclude(
    context: &ProbeContext<'_>,
    base: &Url,
    findings: Vec<Finding>,
    exchanges: Vec<domain::measurement::Exchange>,
    leaks: &[&'static str],
    mentions: &[String],
) -> Outcome {
    let place = redact::url(base);
    let phase = overall(&findings);
    let first = findings.iter().find(|finding| finding.phase == phase);
    let first = first.map(|f| format!("{}: {}", f.subject, f.detail)).unwrap_or_default();
    let (mut text, short) = match phase {
        Phase::Failed => (
            format!(
                "{place} shows its insides when something goes wrong ({}; {first}); expected a \
                 plain error page",
                leaks.join(", ")
            ),
            "on",
        ),
        Phase::Successful => (
            format!(
                "none of {} known kinds of stack traces, settings and debuggers was found in {} \
                 provoked answers of {place}",
                recognise::KNOWN,
                findings.len()
            ),
            "off",
        ),
        Phase::Inconclusive | Phase::Error => {
            (format!("{place} did not answer everything that was tried ({first})"), "unclear")
        }
    };
    if !mentions.is_empty() {
        text.push_str(&format!(" (headers name the software: {})", mentions.join(", ")));
    }
    #[expect(clippy::cast_precision_loss, reason = "a handful at most")]
    let value = leaks.len() as f64;
    let mut outcome =
        Outcome::new(phase, sentence(&text), short).findings(findings).exchanges(exchanges);
    if matches!(phase, Phase::Failed | Phase::Successful) {
        outcome = outcome.value(value);
    }
    let facts = Facts { value: outcome.value, ..Facts::default() };
    context.with_conditions(outcome, facts).await
}
