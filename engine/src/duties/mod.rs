//! Duties: recurring runbooks of services, switched on once; each run opens at its time, is worked
//! and signed off like that of a deployment, by the same use cases ([`crate::runs`]).

mod open;
mod page;
mod put;
mod view;

use crate::handle::handle;

pub use page::{DutiesPage, DutyRunPage};
pub use put::{DutyRequest, put, retire};
pub use view::{DutyNow, DutyRunView, DutyView};

pub(crate) use view::waiting;

handle! {
    /// The use cases of duties.
    duties: Duties
}
