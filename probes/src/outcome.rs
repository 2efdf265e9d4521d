//! What a probe concluded, before it is dated.

use std::time::Duration;

use domain::measurement::{Exchange, Finding, Phase, Picture};

use crate::{
    client::{Blame, SendError},
    redact,
};

/// The most characters of a sentence, or of a finding.
const MOST_CHARS: usize = 1_000;
/// The most characters of what stands on a chip.
const MOST_SHORT_CHARS: usize = 60;

fn plain(text: &str, most: usize) -> String {
    redact::shorten(&redact::printable(text), most)
}

/// A conclusion with its evidence.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) phase: Phase,
    pub(crate) value: Option<f64>,
    pub(crate) sentence: String,
    pub(crate) short: String,
    pub(crate) findings: Vec<Finding>,
    pub(crate) exchanges: Vec<Exchange>,
    pub(crate) pictures: Vec<Picture>,
}

impl Outcome {
    pub(crate) fn new(phase: Phase, sentence: impl Into<String>, short: impl Into<String>) -> Self {
        Self {
            phase,
            value: None,
            sentence: sentence.into(),
            short: short.into(),
            findings: Vec::new(),
            exchanges: Vec::new(),
            pictures: Vec::new(),
        }
    }

    pub(crate) fn value(mut self, value: f64) -> Self {
        self.value = Some(value);
        self
    }

    pub(crate) fn findings(mut self, findings: Vec<Finding>) -> Self {
        self.findings = findings;
        self
    }

    pub(crate) fn exchanges(mut self, exchanges: Vec<Exchange>) -> Self {
        self.exchanges = exchanges;
        self
    }

    /// Makes what others have written into it harmless to keep and to show: no control characters, which
    /// not every database takes, and no more than somebody reads.
    pub(crate) fn tidy(&mut self) {
        self.sentence = plain(&self.sentence, MOST_CHARS);
        self.short = plain(&self.short, MOST_SHORT_CHARS);
        for finding in &mut self.findings {
            finding.subject = plain(&finding.subject, MOST_CHARS);
            finding.detail = plain(&finding.detail, MOST_CHARS);
        }
    }

    /// No answer, for a probe about being reachable: the service's own fault is a failure.
    pub(crate) fn unreachable(error: SendError) -> Self {
        let phase = match error.blame() {
            Blame::Service => Phase::Failed,
            Blame::Ours => Phase::Error,
        };
        Self::new(phase, sentence(&error.to_string()), error.reason.short())
            .exchanges(error.exchanges)
    }

    /// No answer, for a probe about something else: nothing was learnt about that.
    pub(crate) fn nothing_learnt(error: SendError, about: &str) -> Self {
        let phase = match error.blame() {
            Blame::Service => Phase::Inconclusive,
            Blame::Ours => Phase::Error,
        };
        let text = format!("{}, so nothing was learnt about {about}", error);
        Self::new(phase, sentence(&text), error.reason.short()).exchanges(error.exchanges)
    }
}

/// What findings say together: broken outweighs unknown, and no finding at all decides nothing.
pub(crate) fn overall(findings: &[Finding]) -> Phase {
    let has = |phase| findings.iter().any(|finding| finding.phase == phase);
    if has(Phase::Failed) {
        Phase::Failed
    } else if has(Phase::Error) {
        Phase::Error
    } else if has(Phase::Inconclusive) || findings.is_empty() {
        Phase::Inconclusive
    } else {
        Phase::Successful
    }
}

/// A finding.
pub(crate) fn finding(
    subject: impl Into<String>,
    phase: Phase,
    detail: impl Into<String>,
) -> Finding {
    Finding { subject: subject.into(), phase, detail: detail.into() }
}

/// Begins with a capital, unless it begins with a host or address, and ends with a full stop.
pub(crate) fn sentence(text: &str) -> String {
    const OWN_WORDS: [&str; 4] = ["the", "this", "refused", "a"];
    let text = text.trim().trim_end_matches('.');
    let first_word = text.split(' ').next().unwrap_or_default();
    let mut characters = text.chars();
    match characters.next() {
        Some(first) if OWN_WORDS.contains(&first_word) => {
            format!("{}{}.", first.to_uppercase(), characters.as_str())
        }
        _ => format!("{text}."),
    }
}

/// Milliseconds, to the microsecond: times are not known better, and what is kept is smaller.
#[expect(clippy::cast_precision_loss, reason = "a probe takes minutes at most")]
pub(crate) fn millis(duration: Duration) -> f64 {
    duration.as_micros() as f64 / 1_000.0
}
