//! What the kinds that speak a protocol of their own have in common: addresses, a transcript as
//! evidence, and the outcome.

use domain::measurement::{Exchange, Finding, Phase};
use url::Url;

use crate::client::Timing;
use crate::conditions::{BodyFact, Facts};
use crate::context::ProbeContext;
use crate::outcome::{Outcome, finding, sentence};
use crate::redact;

/// An address of one of these schemes, or the outcome of a check that cannot be run.
pub(super) fn address(url: &str, schemes: &[&str]) -> Result<Url, Outcome> {
    let bad = |problem: &str| {
        let text =
            format!("the address {problem}; expected one that begins with {}://", schemes[0]);
        Outcome::new(Phase::Error, sentence(&text), "bad check")
    };
    let url = Url::parse(url).map_err(|error| bad(&error.to_string()))?;
    if !schemes.contains(&url.scheme()) {
        return Err(bad(&format!("has the scheme {}", url.scheme())));
    }
    if url.host_str().is_none_or(str::is_empty) {
        return Err(bad("names no host"));
    }
    Ok(url)
}

/// The same address with its port written out.
pub(super) fn with_port(mut url: Url, usual: u16) -> Url {
    if url.port().is_none() {
        // It has a host, so that it can have a port.
        let _ = url.set_port(Some(usual));
    }
    url
}

/// The user named in an address.
pub(super) fn user(url: &Url) -> Option<String> {
    let name = percent_decoded(url.username());
    (!name.is_empty()).then_some(name)
}

/// Percent signs undone.
pub(super) fn percent_decoded(text: &str) -> String {
    url::form_urlencoded::parse(format!("x={}", text.replace('+', "%2B")).as_bytes())
        .next()
        .map(|(_, value)| value.into_owned())
        .unwrap_or_default()
}

/// What was sent and received, as evidence.
pub(super) struct Transcript {
    /// What was sent, without secrets.
    pub(super) sent: String,
    /// What came back.
    pub(super) received: String,
    /// The address connected to.
    pub(super) remote: String,
    /// Its times.
    pub(super) timing: Timing,
    /// All of it, in milliseconds.
    pub(super) took_ms: f64,
}

impl Transcript {
    fn exchange(&self) -> Exchange {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "milliseconds")]
        let elapsed_ms = self.took_ms.max(0.0) as u64;
        // What is not shown need not be gone through.
        let received = &self.received[..self.received.floor_char_boundary(16 * 1024)];
        Exchange {
            request: self.sent.clone(),
            response_head: String::new(),
            excerpt: redact::shorten(&redact::printable(&redact::text(received)), 2_048),
            remote_addr: Some(self.remote.clone()),
            elapsed_ms,
        }
    }
}

/// It answered as it should: `what` says so, and the check's own conditions are held against it.
pub(super) async fn success(
    context: &ProbeContext<'_>,
    what: &str,
    subject: &str,
    transcript: &Transcript,
) -> Outcome {
    conclude(context, what, finding(subject, Phase::Successful, what), transcript).await
}

/// It answered, and `found` says how that is.
pub(super) async fn conclude(
    context: &ProbeContext<'_>,
    what: &str,
    found: Finding,
    transcript: &Transcript,
) -> Outcome {
    let facts = Facts {
        body: Some(BodyFact::whole(transcript.received.clone())),
        ..Facts::of_timing(&transcript.timing, transcript.took_ms)
    };
    let phase = found.phase;
    let short = if phase == Phase::Successful {
        format!("{:.0} ms", transcript.took_ms)
    } else {
        "unexpected".to_owned()
    };
    let outcome = Outcome::new(phase, sentence(what), short)
        .value(transcript.took_ms)
        .findings(vec![found])
        .exchanges(vec![transcript.exchange()]);
    context.with_conditions(outcome, facts).await
}

/// What must be in an answer, and whether it is.
pub(super) fn contains(received: &str, expect: Option<&str>) -> Result<(), String> {
    match expect {
        Some(expect) if !received.contains(expect) => {
            let shown = redact::shorten(&redact::printable(received.trim()), 80);
            let shown =
                if shown.is_empty() { "nothing came".into() } else { format!("\"{shown}\" came") };
            Err(format!("expected \"{}\", but {shown}", redact::shorten(expect, 80)))
        }
        _ => Ok(()),
    }
}
