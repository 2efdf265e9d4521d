//! Rows that wait for the commit. Every act adds to the audit log, most add evidence, and pings say
//! where their heartbeats are; those of acts that share a commit are written together, since one
//! statement for many rows costs little more than one for one row.
//!
//! Each repository owns its rows and how they are written. Nothing here knows any of them.

use std::{any::Any, fmt, pin::Pin};

use crate::{db::Connection, error::StoreError};

/// A row that may wait for the commit.
pub(crate) trait Buffered: Send + Sync + Sized + 'static {
    /// Whether acts read such rows back: then they are written before any act but those that are
    /// known to ask for them through the transaction only.
    const READ_BACK: bool;

    /// Writes the rows, in the order they were added.
    fn write(
        connection: &mut Connection,
        rows: Vec<Self>,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;
}

type Written<'c> = Pin<Box<dyn Future<Output = Result<(), StoreError>> + Send + 'c>>;

/// The rows of one kind, whatever it is.
trait Rows: Any + Send + Sync {
    fn len(&self) -> usize;
    fn truncate(&mut self, len: usize);
    fn is_read_back(&self) -> bool;
    fn flush<'c>(&mut self, connection: &'c mut Connection) -> Written<'c>;
}

impl<T: Buffered> Rows for Vec<T> {
    fn len(&self) -> usize {
        Self::len(self)
    }

    fn truncate(&mut self, len: usize) {
        Self::truncate(self, len);
    }

    fn is_read_back(&self) -> bool {
        T::READ_BACK
    }

    fn flush<'c>(&mut self, connection: &'c mut Connection) -> Written<'c> {
        Box::pin(T::write(connection, std::mem::take(self)))
    }
}

/// The rows that wait, by kind, in the order the kinds were first used.
#[derive(Default)]
pub(crate) struct WriteBuffer(Vec<Box<dyn Rows>>);

/// How many rows there are of each kind: what to go back to where an act fails.
#[derive(Debug, Clone)]
pub(crate) struct Lengths(Vec<usize>);

impl WriteBuffer {
    /// Adds a row.
    pub(crate) fn push<T: Buffered>(&mut self, row: T) {
        for kind in &mut self.0 {
            let kind: &mut dyn Any = &mut **kind;
            if let Some(rows) = kind.downcast_mut::<Vec<T>>() {
                return rows.push(row);
            }
        }
        self.0.push(Box::new(vec![row]));
    }

    /// The rows of a kind that wait, in the order they were added.
    pub(crate) fn rows<T: Buffered>(&self) -> &[T] {
        let find = |kind: &'_ dyn Rows| (kind as &dyn Any).is::<Vec<T>>();
        let kind = self.0.iter().find(|kind| find(&***kind));
        let rows = kind.and_then(|kind| (&**kind as &dyn Any).downcast_ref::<Vec<T>>());
        rows.map_or(&[], Vec::as_slice)
    }

    pub(crate) fn lengths(&self) -> Lengths {
        Lengths(self.0.iter().map(|rows| rows.len()).collect())
    }

    pub(crate) fn go_back(&mut self, to: &Lengths) {
        for (n, rows) in self.0.iter_mut().enumerate() {
            rows.truncate(to.0.get(n).copied().unwrap_or(0));
        }
    }

    /// Whether rows wait that acts read back.
    pub(crate) fn holds_read_back(&self) -> bool {
        self.0.iter().any(|rows| rows.is_read_back() && rows.len() > 0)
    }

    /// Writes the rows that acts read back.
    pub(crate) async fn flush_read_back(
        &mut self,
        connection: &mut Connection,
    ) -> Result<(), StoreError> {
        for rows in self.0.iter_mut().filter(|rows| rows.is_read_back()) {
            rows.flush(connection).await?;
        }
        Ok(())
    }

    /// Writes them all.
    pub(crate) async fn flush(&mut self, connection: &mut Connection) -> Result<(), StoreError> {
        for rows in &mut self.0 {
            rows.flush(connection).await?;
        }
        Ok(())
    }
}

impl fmt::Debug for WriteBuffer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|rows| rows.len())).finish()
    }
}
