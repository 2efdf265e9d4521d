//! What leaves the portal: hooks now, messages later.
//!
//! A delivery is a row, written by [`dispatch`] in the transaction of the act that causes it, so
//! that there is none without its act and no act without its own, whatever dies when. The deliverer
//! ([`deliverer`]) leases one, sends it with its id as the key by which the receiver tells repeats,
//! and writes down each attempt before and after. What follows from an attempt, `domain::delivery`
//! decides.
//!
//! A rollback's hook is dispatched within its act and not from the audit log behind it: it must go
//! out at once, and whether it may be repeated is what the plan said at that moment. Its cause is
//! the act's audit entry all the same, of which each channel has at most one delivery; so a channel
//! that follows the log by a cursor can be added beside it, and a cursor that goes back (a restored
//! database) sends nothing twice.

mod deliverer;
mod dispatch;
mod hook;
mod recover;
mod redeliver;
mod sentence;
mod settle;
mod view;

use crate::handle::handle;

pub(crate) use deliverer::Sending;
pub(crate) use dispatch::dispatch;
pub use view::DeliveryNow;
pub(crate) use view::of_deployment;

handle! {
    /// The use cases of deliveries.
    deliveries: Deliveries
}
