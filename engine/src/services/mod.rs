//! Services: creating and changing them, their checks and their rollback plans.

mod check;
mod page;
mod put;
mod retire_check;
mod view;

pub use check::{CheckRequest, CheckView, MeasurementView};
pub(crate) use page::at;
pub use page::{ServicePage, ServiceRow, ServicesPage};
pub use put::{EnvironmentRequest, PlanRequest, ServiceRequest, TargetRequest};
pub use view::{RunningView, ServiceEnvironmentView, ServiceView};
