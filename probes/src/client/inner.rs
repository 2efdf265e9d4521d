//! What the clones of a client share.

use std::sync::Arc;

use super::tls::Trust;
use crate::guard::{GuardPolicy, NameResolver};

/// The rules, the look-up of names and the trust of a client.
pub(super) struct Inner {
    pub(super) policy: GuardPolicy,
    pub(super) resolver: Arc<dyn NameResolver>,
    pub(super) trust: Trust,
    /// Whether roots beside the system's are trusted.
    pub(super) own_roots: bool,
    pub(super) user_agent: String,
}
