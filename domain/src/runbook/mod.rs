//! Runbooks: the templates a deployment's run is copied from.
//!
//! The YAML form (files, drafts in the browser) is read by [`Runbook::from_yaml`], which reports
//! everything that is wrong with it at once. The JSON form of the same struct, by serde, is the
//! snapshot a run keeps.

mod diff;
mod error;
mod fields;
mod node;
mod offset;
mod read;
mod read_item;
mod scalars;
mod select;
mod shipped;
mod types;
mod write;

pub use diff::{FieldChange, ItemChange, RunbookDiff, diff};
pub use error::RunbookError;
pub use select::{Selection, select};
pub use shipped::SHIPPED;
pub use types::{
    AppliesTo, Cadence, Condition, DEFAULT_WATCH_S, Duty, ItemTemplate, MachineRule, PROBES,
    Runbook, SignOffRequirement,
};
pub use write::RunbookWriteError;
