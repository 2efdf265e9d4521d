//! Services: creating and changing them, and the rooms of their pages.

pub(crate) mod find;
mod list;
mod put;
mod request;
mod rooms;
mod targets_diff;
mod view;

use crate::handle::handle;

pub(crate) use list::at;
pub use list::{ServiceRow, ServicesPage};
pub use put::{put, put_rollback_plan};
pub use request::{
    EnvironmentRequest, HookRequest, PlanRequest, ServiceRequest, TargetRequest,
    VersionSourceRequest,
};
pub use rooms::{
    CheckCounts, EnvironmentNow, HeartbeatCounts, IndicatorCounts, PlanNow, Readiness,
    ReleaseBaselines, RollbackCounts, RoomCounts, ServiceChecks, ServiceHead, ServiceHeartbeats,
    ServiceIndicators, ServiceOverview, ServiceRollback, ServiceSettings,
};
pub use view::{RunningView, ServiceEnvironmentView, ServiceView, TargetView, VersionSourceView};

handle! {
    /// The use cases of services.
    services: Services
}
