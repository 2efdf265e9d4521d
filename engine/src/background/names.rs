//! What the tasks are called that others wake.

/// Forgets what is older than it is kept.
pub(crate) const PRUNE: &str = "prune";
/// Rolls minutes up to hours.
pub(crate) const ROLL_UP_MINUTES: &str = "roll_up_minutes";
