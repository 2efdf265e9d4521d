//! Checks: what is asked of a service again and again.

pub mod assumed_target;
mod spec;

pub use spec::{
    HttpStep, Inbox, KINDS, Kind, ProbeSpec, RESPONSE_TARGETS, kind_of, kind_of_probe, measures,
};

use chrono::{DateTime, Utc};

use crate::ids::{CheckId, ServiceId};

/// A check.
#[derive(Debug, Clone, PartialEq)]
pub struct Check {
    /// Its id.
    pub id: CheckId,
    /// Of which service.
    pub service_id: ServiceId,
    /// Where.
    pub environment: String,
    /// Its key among the service's checks.
    pub key: String,
    /// What it is called on the page.
    pub label: String,
    /// What it measures.
    pub spec: ProbeSpec,
    /// What must hold, as written.
    pub conditions: Vec<String>,
    /// Seconds from one run to the next while a watch is open.
    pub interval_s: i64,
    /// The longest a run may take, in seconds.
    pub timeout_s: i64,
    /// The box it is evidence for.
    pub item: Option<String>,
    /// Whether its failure is a failure of a critical flow.
    pub critical: bool,
    /// Whether it runs without counting.
    pub dry_run: bool,
    /// What it says when it has no data: `undecided`, `zero` or `fail`.
    pub no_data: String,
    /// The built-in probe it was made for, where it was.
    pub built_in: Option<String>,
    /// When it was retired.
    pub retired_at: Option<DateTime<Utc>>,
    /// When it was created.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

impl Check {
    /// For how long what it saw speaks for how things are, in seconds: three of its intervals and a
    /// run, and no less than ten minutes. A portal that was away has seen nothing since.
    #[must_use]
    pub fn speaks_for_s(&self) -> i64 {
        (3 * self.interval_s + self.timeout_s).max(600)
    }
}
