//! The guard's no.

use thiserror::Error;

use super::class::AddressClass;

/// The guard does not let a connection be opened.
///
/// What it prints is the same for every reason: a sentence with the address a name resolved to, or
/// its kind, would turn probes into a map of the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error(
    "refused by this installation's probe rules: that is not an address it may reach; \
     an administrator can widen DAYTWO_PROBE_ALLOW"
)]
pub struct Refusal {
    class: AddressClass,
    own: bool,
}

impl Refusal {
    pub(super) const fn address(class: AddressClass) -> Self {
        Self { class, own: false }
    }

    pub(super) const fn own(class: AddressClass) -> Self {
        Self { class, own: true }
    }

    /// The kind of network that was refused, for our own log only.
    #[must_use]
    pub const fn class(&self) -> AddressClass {
        self.class
    }

    /// Whether it was a listener or database of Daytwo's own, which no range can allow.
    #[must_use]
    pub const fn is_own(&self) -> bool {
        self.own
    }

    /// The sentence for a host as the user wrote it.
    #[must_use]
    pub fn sentence(&self, host: &str) -> String {
        format!(
            "refused by this installation's probe rules: {host} is not an address it may reach; \
             an administrator can widen DAYTWO_PROBE_ALLOW"
        )
    }
}
