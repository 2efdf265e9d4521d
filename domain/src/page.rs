//! A page of a list, newest first.

/// Which page: at most `limit` rows that come before `before`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page<K> {
    /// The key of the last row of the page before; `None` for the first page.
    pub before: Option<K>,
    /// The most rows.
    pub limit: i64,
}

impl<K> Page<K> {
    /// The first page.
    #[must_use]
    pub const fn first(limit: i64) -> Self {
        Self { before: None, limit }
    }
}
