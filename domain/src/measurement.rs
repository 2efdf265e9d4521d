//! What a probe saw: one observation of a service, and what it is worth.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    ids::{CheckId, DeploymentId},
    string_enum::string_enum,
};

string_enum! {
    /// What one observation says about the service.
    ///
    /// `Error` and `Inconclusive` say nothing about it: the first is trouble on our side (no
    /// route, refused by the guard, our own database), the second a result that cannot be read
    /// either way.
    Phase {
        /// The service was reached and every condition held.
        Successful = "successful",
        /// The service was reached, or its own fault kept us from reaching it, and a condition
        /// broke.
        Failed = "failed",
        /// Nothing was measured, and the reason is not known to be the service's.
        Error = "error",
        /// Something was measured that decides nothing.
        Inconclusive = "inconclusive",
    }
}

/// One observation by a check.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Measurement {
    /// When it began (UTC).
    pub started_at: DateTime<Utc>,
    /// How long all of it took, in milliseconds.
    pub duration_ms: f64,
    /// What it says about the service.
    pub phase: Phase,
    /// The number it is about, in the unit of its kind (milliseconds, days, seconds), where there
    /// is one.
    pub value: Option<f64>,
    /// One sentence a tired engineer understands, with the value and what was expected.
    pub sentence: String,
    /// A few characters for a chip on the page, such as `142 ms`, `404` or `71 d`.
    pub short: String,
    /// The conditions and findings, each with its own outcome.
    pub findings: Vec<Finding>,
    /// What was sent and received, secrets redacted.
    pub exchanges: Vec<Exchange>,
    /// What a browser showed, step by step.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pictures: Vec<Picture>,
}

/// What a browser showed after a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Picture {
    /// What the step did.
    pub title: String,
    /// Milliseconds since the journey began.
    pub at_ms: u64,
    /// Whether the step went through.
    pub good: bool,
    /// The picture, as JPEG: kept beside the measurement and read by itself.
    #[serde(skip)]
    pub jpeg: Vec<u8>,
    /// Why there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left_out: Option<String>,
}

/// One condition or one address looked at, with its outcome.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// What was looked at: a condition's text or an address's path.
    pub subject: String,
    /// What it says.
    pub phase: Phase,
    /// What was seen, in a sentence.
    pub detail: String,
}

/// A request and what came back, as evidence. Secrets are already redacted, bodies cut short.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exchange {
    /// The request line and headers.
    pub request: String,
    /// The status line and headers; empty where no answer came.
    pub response_head: String,
    /// The beginning of the body, as text.
    pub excerpt: String,
    /// The address connected to, where a connection was made.
    pub remote_addr: Option<String>,
    /// Milliseconds from sending to the whole answer, rounded.
    pub elapsed_ms: u64,
}

/// A measurement without its evidence.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordedMeasurement {
    /// By which check.
    pub check_id: CheckId,
    /// When it began, in whole milliseconds.
    pub at: DateTime<Utc>,
    /// What it says about the service.
    pub phase: Phase,
    /// How long it took, in milliseconds.
    pub duration_ms: f64,
    /// The number it is about.
    pub value: Option<f64>,
    /// A few characters for a chip.
    pub short: String,
    /// One sentence.
    pub sentence: String,
}

/// The newest measurement of a check.
#[derive(Debug, Clone, PartialEq)]
pub struct Newest {
    /// What was measured.
    pub record: RecordedMeasurement,
    /// The deployment it was made for.
    pub deployment: Option<DeploymentId>,
    /// The newest measurement whose evidence is kept: this one, or one shortly before it that said
    /// the same.
    pub evidence_at: DateTime<Utc>,
}

impl Newest {
    /// The measurement, where it was made at or after `since`, whatever was watched then.
    #[must_use]
    pub fn since(&self, since: DateTime<Utc>) -> Option<&RecordedMeasurement> {
        (self.record.at >= since).then_some(&self.record)
    }

    /// The measurement, where it was made for this deployment, at or after `since`.
    #[must_use]
    pub fn made_for(
        &self,
        deployment: DeploymentId,
        since: DateTime<Utc>,
    ) -> Option<&RecordedMeasurement> {
        let counts = self.deployment == Some(deployment) && self.record.at >= since;
        counts.then_some(&self.record)
    }
}

/// How many measurements lie in a stretch of the watch strip.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    /// Which stretch, from 0.
    pub stretch: i64,
    /// How many were good.
    pub good: i64,
    /// How many decided nothing.
    pub unsure: i64,
    /// How many failed.
    pub bad: i64,
}
