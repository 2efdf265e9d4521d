//! Services: creating and changing them, their checks and their rollback plans, and the rooms of
//! their pages.

mod check;
mod check_page;
mod check_request;
pub mod hidden;
mod list;
mod measured_by;
mod put;
mod retire_check;
mod rooms;
mod test_check;
mod view;

pub(crate) use check::known_item;
pub use check::{CheckView, MeasurementView};
pub use check_page::CheckPage;
pub use check_request::{CheckRequest, InboxRequest, StepRequest};
pub(crate) use list::at;
pub use list::{ServiceRow, ServicesPage};
pub use put::{EnvironmentRequest, HookRequest, PlanRequest, ServiceRequest, TargetRequest};
pub use rooms::{
    CheckCounts, EnvironmentNow, HeartbeatCounts, IndicatorCounts, PlanNow, Readiness,
    ReleaseBaselines, RollbackCounts, RoomCounts, ServiceChecks, ServiceHead, ServiceHeartbeats,
    ServiceIndicators, ServiceOverview, ServiceRollback, ServiceSettings,
};
pub use view::{RunningView, ServiceEnvironmentView, ServiceView, TargetView};
