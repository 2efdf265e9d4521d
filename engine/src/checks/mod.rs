//! Checks: asking for them, running them, and what the page of one shows.

mod built_in;
mod changes;
mod expected_version;
mod page;
mod put;
mod request;
mod retire;
mod run;
mod screenshot;
pub(crate) mod suspended;
mod test;
mod validate;

use crate::handle::handle;

pub(crate) use built_in::sync_built_in;
pub(crate) use expected_version::{ExpectedVersions, of_deployment};
pub use page::CheckPage;
pub(crate) use put::known_item;
pub use put::{CheckView, MeasurementView, put};
pub use request::{CheckRequest, InboxRequest, StepRequest};
pub use retire::retire;
pub use run::Probed;
pub use validate::CheckedRequest;
pub(crate) use validate::check_headers;

handle! {
    /// The use cases of checks.
    checks: Checks
}
