//! What Daytwo calls and is not probing: hooks now, messages and pushes later. All of it goes
//! through [`Outbound`], which keeps the guard's rules, follows no redirect, knows no proxy and
//! bounds time and bytes. What came of a call is told apart by what the receiver can have seen:
//! [`webhook::Sent`].

mod outbound;
pub mod webhook;

pub use outbound::Outbound;
pub use webhook::{Sent, Webhook};
