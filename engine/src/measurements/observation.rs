//! What a check saw.

use std::sync::Arc;

use domain::{answering_version::AnsweredVersions, check::Check, measurement::Measurement};
use store::schedule_leases;

/// What a check saw.
#[derive(Debug, Clone)]
pub struct Observation {
    /// The check as it was run.
    pub check: Arc<Check>,
    /// What it saw.
    pub measurement: Measurement,
    /// Which versions of the service answered, where answers name them.
    pub answered: AnsweredVersions,
    /// Whether a person asked for it.
    pub asked: bool,
    /// The slot it was run in, where it was for one.
    pub slot: Option<schedule_leases::Slot>,
}
