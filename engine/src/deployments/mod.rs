//! Deployments: announcing them, reading them, asking their gate.

mod announce;
mod gate;
mod page;
mod strip;
mod view;

pub use announce::AnnounceRequest;
pub(crate) use announce::Marks;
pub use gate::GateView;
pub use page::{DeploymentPage, ItemNow, May, Neighbour, RollbackPanel, SignOffPanel, SignOffRole};
pub use strip::{Slot, Strip};
pub use view::{
    BaselineView, DeploymentView, EvidenceView, GapView, ItemView, ListQuery, PageKey,
    SignOffRequiredView, SignOffView, SummaryView,
};
