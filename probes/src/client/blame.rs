//! Whose fault it is that no answer came.

/// Whose fault a failure is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Blame {
    /// The service could not be reached or did not answer properly: a fact about it.
    Service,
    /// Trouble on our side, or trouble nobody can place: says nothing about the service.
    Ours,
}
