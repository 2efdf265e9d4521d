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
    /// A run: the id of the deployment or of the duty's run it is about.
    RunId,
    /// A box of a run.
    ItemId,
    /// A piece of evidence on an item.
    EvidenceId,
    /// A waiver of an item.
    WaiverId,
    /// A sign-off of a run.
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
    /// One thing sent out: the key by which its receiver tells repeats.
    DeliveryId,
}

impl From<DeploymentId> for RunId {
    fn from(id: DeploymentId) -> Self {
        Self(id.0)
    }
}

impl From<DutyRunId> for RunId {
    fn from(id: DutyRunId) -> Self {
        Self(id.0)
    }
}
