//! Indicators: the quantities watched after a deployment, their families, units and thresholds.

mod cell;
mod threshold;

pub use cell::{Cell, Reading, SKETCH_ERROR};
pub use threshold::{Criterion, Limit, ThresholdError, Thresholds};

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use crate::{
    ids::{IndicatorId, ServiceId},
    string_enum::string_enum,
};

string_enum! {
    /// What an indicator tells about.
    Family {
        /// Requests that failed, of all.
        ErrorRate = "error_rate",
        /// How long an answer takes.
        Latency = "latency",
        /// How much of the time the service is there.
        Uptime = "uptime",
        /// How full it is: processor, memory, pools, queues.
        Saturation = "saturation",
        /// Whether what it depends on works.
        DependencyHealth = "dependency_health",
        /// What it is there for: registrations, orders, payments.
        BusinessSignal = "business_signal",
    }
}

string_enum! {
    /// Where an indicator's points come from.
    Source {
        /// Daytwo's own probes.
        Probe = "probe",
        /// A server that speaks Prometheus's query API.
        Prometheus = "prometheus",
        /// Whoever counts pushes them.
        Pushed = "pushed",
    }
}

string_enum! {
    /// Which way an indicator is better.
    Direction {
        /// Less is better: errors, time, load.
        LowerIsBetter = "lower_is_better",
        /// More is better: uptime, orders.
        HigherIsBetter = "higher_is_better",
    }
}

impl Family {
    /// What people call it.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::ErrorRate => "error rate",
            Self::Latency => "latency",
            Self::Uptime => "uptime",
            Self::Saturation => "saturation",
            Self::DependencyHealth => "dependency health",
            Self::BusinessSignal => "business signal",
        }
    }

    /// The way it usually is better.
    #[must_use]
    pub const fn direction(self) -> Direction {
        match self {
            Self::ErrorRate | Self::Latency | Self::Saturation => Direction::LowerIsBetter,
            Self::Uptime | Self::DependencyHealth | Self::BusinessSignal => {
                Direction::HigherIsBetter
            }
        }
    }

    /// What its value is where events are counted, of 0 to 1: the bad share of an error rate, the
    /// good share of all others.
    #[must_use]
    pub const fn counts_bad(self) -> bool {
        matches!(self, Self::ErrorRate)
    }
}

/// Why a value cannot be one of this family in this unit; `None` where it can.
#[must_use]
pub fn impossible(family: Family, unit: &str, value: f64) -> Option<String> {
    if !value.is_finite() {
        return Some("must be a number".into());
    }
    let whole = match family {
        Family::ErrorRate | Family::Uptime => whole_of(unit),
        Family::Latency => Some(f64::INFINITY),
        Family::Saturation | Family::DependencyHealth | Family::BusinessSignal => None,
    }?;
    if (0.0..=whole).contains(&value) {
        return None;
    }
    let label = family.label();
    Some(if whole.is_finite() {
        format!("must be 0 to {whole} {unit}: it is an indicator of {label}")
    } else {
        format!("must be at least 0 {unit}: it is an indicator of {label}")
    })
}

/// What one whole is in this unit, where the unit is that of a share: 100 for `%`, 1 for `ratio`.
#[must_use]
pub fn whole_of(unit: &str) -> Option<f64> {
    match unit {
        "%" => Some(100.0),
        "ratio" => Some(1.0),
        _ => None,
    }
}

/// An indicator that Daytwo measures by its own probes of the response targets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BuiltIn {
    /// Its key.
    pub key: &'static str,
    /// What people call it.
    pub label: &'static str,
    /// Its family.
    pub family: Family,
    /// Its unit.
    pub unit: &'static str,
}

/// The mean time of an answer, as the probes see it.
pub const RESPONSE_TIME: BuiltIn = BuiltIn {
    key: "response_time",
    label: "average response time",
    family: Family::Latency,
    unit: "ms",
};

/// The probes that found the service well, of all that say something about it.
pub const UPTIME: BuiltIn =
    BuiltIn { key: "uptime", label: "uptime", family: Family::Uptime, unit: "%" };

/// All of them.
pub const BUILT_IN: [BuiltIn; 2] = [RESPONSE_TIME, UPTIME];

/// A value with as many digits as its size asks for: `1,420`, `142`, `99.95`, `0.02`, `0.0004`.
#[must_use]
pub fn shown(value: f64) -> String {
    let size = value.abs();
    if size >= 100.0 {
        return grouped(value);
    }
    // At least two digits that say something, for shares of a thousandth.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "2 to 9")]
    let decimals =
        if size == 0.0 { 2 } else { (1.0 - size.log10().floor()).clamp(2.0, 9.0) as usize };
    let text = format!("{value:.decimals$}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn grouped(value: f64) -> String {
    let text = format!("{:.0}", value.abs());
    let mut out = String::new();
    for (at, digit) in text.chars().enumerate() {
        if at > 0 && (text.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if value < 0.0 { format!("-{out}") } else { out }
}

/// An indicator.
#[derive(Debug, Clone, PartialEq)]
pub struct Indicator {
    /// Its id.
    pub id: IndicatorId,
    /// Of which service.
    pub service_id: ServiceId,
    /// Its key among the service's indicators.
    pub key: String,
    /// What it is called on the page.
    pub label: String,
    /// What it tells about.
    pub family: Family,
    /// Where its points come from.
    pub source: Source,
    /// Its unit.
    pub unit: String,
    /// Which way it is better.
    pub direction: Direction,
    /// The server that is asked, where one is.
    pub server_url: Option<String>,
    /// What it is asked.
    pub query: Option<String>,
    /// What tells that an empty answer is a zero.
    pub heartbeat_query: Option<String>,
    /// Request headers for that server: a tenant, a password, a token.
    pub headers: BTreeMap<String, String>,
    /// Seconds from one question to the next.
    pub interval_s: i64,
    /// What was agreed to be good and bad.
    pub thresholds: Thresholds,
    /// When it was retired.
    pub retired_at: Option<DateTime<Utc>>,
    /// When it was created.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_shown_with_the_digits_they_need() {
        let shown: Vec<_> =
            [0.0, 0.02, 0.0004, 0.126, 99.95, 142.4, 1_420.0, -12.5, 1_234_567.0].map(shown).into();
        assert_eq!(
            shown,
            ["0", "0.02", "0.0004", "0.13", "99.95", "142", "1,420", "-12.5", "1,234,567"]
        );
    }
}
