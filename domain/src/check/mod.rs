//! Checks: what is asked of a service again and again.

pub mod assumed_target;
mod spec;

pub use spec::{
    HttpStep, Inbox, KINDS, Kind, ProbeSpec, RESPONSE_TARGETS, kind_of, kind_of_probe, measures,
};

use chrono::{DateTime, Utc};

use crate::{
    humanize,
    ids::{CheckId, ServiceId},
    measurement::{Phase, RecordedMeasurement},
};

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

    /// Why what it saw last says nothing of how things are at `now`: it is a success, and too old. A
    /// failure stands until something else is seen.
    #[must_use]
    pub fn too_old(&self, seen: &RecordedMeasurement, now: DateTime<Utc>) -> Option<String> {
        let old = (now - seen.at).num_seconds() > self.speaks_for_s();
        (seen.phase == Phase::Successful && old).then(|| {
            // Without how long ago: the sentence is kept, and would change each time.
            let last = humanize::exact(seen.at);
            format!("It was last measured on {last}, which says nothing of how it is now.")
        })
    }
}
