//! Deployments: announcing them, reading them, asking their gate.

mod announce;
mod baseline_view;
mod page;
mod strip;
mod view;

pub use announce::AnnounceRequest;
pub(crate) use announce::Marks;
pub use baseline_view::{BaselineView, GapView};
pub use page::{DeploymentPage, Neighbour, RollbackPanel};
pub use strip::{Slot, Strip};
pub use view::{DeploymentView, ListQuery, PageKey, SummaryView};
