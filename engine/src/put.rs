//! What came of putting something.

/// Something that was created or changed, as it is now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Put<T> {
    /// Whether it was created.
    pub created: bool,
    /// As it is now.
    pub value: T,
}
