//! Something changed that a page may show, or that somebody waits for.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::ids::{RunId, ServiceId};

/// What kind of change it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventKind {
    /// Something somebody decides by: a box's state, a verdict, a signature, who does what.
    State,
    /// Only what is measured: the same states with newer numbers.
    Readings,
    /// Nobody knows what changed: some events may have been missed, so everything is looked at again.
    Missed,
}

/// A change, told once it is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Event {
    /// The run it is about: that of a deployment or of a duty; `None` where it is about no single one.
    pub run: Option<RunId>,
    /// The service whose readings they are; `None` of every other kind of change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<ServiceId>,
    /// What kind of change.
    pub kind: EventKind,
    /// The page whose reader did it; it shows the change already and need not be read again.
    pub origin: Option<Uuid>,
}

impl Event {
    /// A run's state changed.
    #[must_use]
    pub fn run_changed(run: impl Into<RunId>) -> Self {
        Self { run: Some(run.into()), service: None, kind: EventKind::State, origin: None }
    }

    /// A run of a service has newer readings, and nothing else.
    #[must_use]
    pub fn readings(run: impl Into<RunId>, service: ServiceId) -> Self {
        Self {
            run: Some(run.into()),
            service: Some(service),
            kind: EventKind::Readings,
            origin: None,
        }
    }

    /// Something changed that no single run shows: a service, a duty, a setting.
    #[must_use]
    pub const fn changed() -> Self {
        Self { run: None, service: None, kind: EventKind::State, origin: None }
    }

    /// Some events may have been missed.
    #[must_use]
    pub const fn missed() -> Self {
        Self { run: None, service: None, kind: EventKind::Missed, origin: None }
    }

    /// Whether whoever looks at this run should look again.
    #[must_use]
    pub fn concerns(&self, run: impl Into<RunId>) -> bool {
        self.kind == EventKind::Missed || self.run == Some(run.into())
    }
}
