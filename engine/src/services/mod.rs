//! Services: creating and changing them, their checks and their rollback plans.

mod check;
mod check_page;
mod check_request;
pub mod hidden;
mod measured_by;
mod page;
mod put;
mod retire_check;
mod test_check;
mod view;

pub(crate) use check::known_item;
pub use check::{CheckView, MeasurementView};
pub use check_page::CheckPage;
pub use check_request::{CheckRequest, InboxRequest, StepRequest};
pub(crate) use page::at;
pub use page::{BaselineRow, ServicePage, ServiceRow, ServicesPage};
pub use put::{EnvironmentRequest, HookRequest, PlanRequest, ServiceRequest, TargetRequest};
pub use view::{RunningView, ServiceEnvironmentView, ServiceView, TargetView};
