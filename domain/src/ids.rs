//! Identifiers: newtypes over UUIDv7, so that they sort by creation and cannot be mixed up.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::from_str(text).map(Self)
            }
        }
    )+};
}

ids! {
    /// A service.
    ServiceId,
    /// A release of a service.
    ReleaseId,
    /// A deployment.
    DeploymentId,
    /// A box of a deployment's run.
    ItemId,
    /// A piece of evidence on an item.
    EvidenceId,
    /// A waiver of an item.
    WaiverId,
    /// A sign-off of a deployment.
    SignOffId,
    /// A check of a service.
    CheckId,
    /// A heartbeat of a service.
    HeartbeatId,
    /// An indicator of a service.
    IndicatorId,
    /// A duty of a service.
    DutyId,
    /// A run of a duty.
    DutyRunId,
    /// A person.
    PersonId,
    /// An API token.
    TokenId,
    /// A published version of a runbook.
    RunbookVersionId,
    /// A rehearsal of a rollback plan.
    RehearsalId,
    /// A lesson.
    LessonId,
}
