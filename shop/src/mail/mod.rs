//! Mail: what the shop writes, how it sends it, and the catcher that receives it.

pub mod api;
pub mod command;
pub mod filter;
pub mod inbox;
pub mod letters;
pub mod page;
pub mod sender;
pub mod smtp;

use std::sync::Arc;

use crate::faults::Faults;

/// What the catcher's SMTP side and its pages share.
#[derive(Debug, Clone)]
pub struct Catcher {
    /// The caught messages.
    pub inbox: Arc<inbox::Inbox>,
    /// The fault switches.
    pub faults: Arc<Faults>,
}
