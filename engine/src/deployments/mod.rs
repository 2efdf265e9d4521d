//! Deployments: announcing them, reading them, asking their gate.

mod announce;
mod baseline_view;
mod gate;
mod page;
mod strip;
mod view;

pub use announce::AnnounceRequest;
pub(crate) use announce::Marks;
pub use baseline_view::{BaselineView, GapView};
pub use gate::GateView;
pub use page::{DeploymentPage, ItemNow, May, Neighbour, RollbackPanel, SignOffPanel, SignOffRole};
pub use strip::{Slot, Strip};
pub use view::{
    DeploymentView, EvidenceView, ItemView, ListQuery, PageKey, SignOffRequiredView, SignOffView,
    SummaryView,
};
