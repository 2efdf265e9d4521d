//! Runbooks: the templates a deployment's run is copied from.
//!
//! The YAML form (files, drafts in the browser) is read by [`Runbook::from_yaml`], which reports
//! everything that is wrong with it at once. The JSON form of the same struct, by serde, is the
//! snapshot a run keeps.

mod types;

pub use types::{
    AppliesTo, Cadence, Condition, DEFAULT_WATCH_S, Duty, ItemTemplate, MachineRule, PROBES,
    Runbook, SignOffRequirement,
};
