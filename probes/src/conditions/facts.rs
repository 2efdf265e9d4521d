//! What a probe saw, as conditions see it.

use std::collections::BTreeMap;

use crate::outcome::millis;

/// What a probe saw. A field that was not measured is absent, and a condition on it undecided.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Facts {
    /// HTTP status.
    pub status: Option<u16>,
    /// Milliseconds from start to the last byte read.
    pub response_time_ms: Option<f64>,
    /// Milliseconds from sending the request to the first byte.
    pub first_byte_ms: Option<f64>,
    /// Milliseconds the look-up of the name took.
    pub dns_ms: Option<f64>,
    /// Milliseconds the connection took to open.
    pub connect_ms: Option<f64>,
    /// Milliseconds the TLS handshake took; 0 without one.
    pub tls_ms: Option<f64>,
    /// Headers by lower-case name; several of one name joined by `, `.
    pub headers: Option<BTreeMap<String, String>>,
    /// The body.
    pub body: Option<BodyFact>,
    /// The address that answered.
    pub final_url: Option<String>,
    /// Whole days the certificate has left.
    pub certificate_days: Option<i64>,
    /// Seconds of `Strict-Transport-Security`; absent where none was sent.
    pub hsts_max_age: Option<u64>,
    /// Whether a connection was opened.
    pub connected: Option<bool>,
    /// The records of a name, as text.
    pub records: Option<Vec<String>>,
    /// The number the probe is about.
    pub value: Option<f64>,
}

/// A body, as far as it could be read.
#[derive(Debug, Clone, PartialEq)]
pub struct BodyFact {
    /// Its text.
    pub text: String,
    /// It as JSON, where it is.
    pub json: Option<serde_json::Value>,
    /// Why it decides nothing: cut at the limit, or an encoding that cannot be undone.
    pub unreadable: Option<String>,
}

impl Facts {
    /// What every connection has: its times, and that it was opened.
    pub(crate) fn of_timing(timing: &crate::client::Timing, took_ms: f64) -> Self {
        Self {
            response_time_ms: Some(took_ms),
            dns_ms: Some(millis(timing.lookup)),
            connect_ms: Some(millis(timing.connect)),
            tls_ms: Some(millis(timing.tls)),
            connected: Some(true),
            value: Some(took_ms),
            ..Self::default()
        }
    }
}

impl BodyFact {
    /// A whole body nobody asks for as JSON.
    #[must_use]
    pub const fn text(text: String) -> Self {
        Self { text, json: None, unreadable: None }
    }

    /// A whole body.
    #[must_use]
    pub fn whole(text: String) -> Self {
        let json = serde_json::from_str(&text).ok();
        Self { text, json, unreadable: None }
    }
}
