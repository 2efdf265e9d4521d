//! Runbooks: the templates a deployment's run is copied from.
//!
//! People write them as YAML, which `formats` reads. The JSON form of the same struct, by serde, is
//! the snapshot a run keeps.

mod diff;
mod select;
mod types;
mod version;

pub use diff::{FieldChange, ItemChange, RunbookDiff, diff};
pub use select::{Selection, fits, select};
pub use types::{
    AppliesTo, Cadence, Condition, DEFAULT_WATCH_S, Duty, ItemTemplate, MachineRule, PROBES,
    Runbook, SignOffRequirement, default_sign_off,
};
pub use version::RunbookVersion;
