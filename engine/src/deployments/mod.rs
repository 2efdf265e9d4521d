//! Deployments: announcing them, reading them, asking their gate.

mod announce;
mod baseline_view;
mod choose;
mod page;
mod strip;
mod view;

use crate::handle::handle;

pub use announce::{AnnounceRequest, announce};
pub use baseline_view::{BaselineView, GapView};
pub use page::{DeploymentPage, Neighbour, RollbackPanel};
pub use strip::{Slot, Strip};
pub use view::{DeploymentView, ListQuery, PageKey, SummaryView};

handle! {
    /// The use cases of deployments.
    deployments: Deployments
}
