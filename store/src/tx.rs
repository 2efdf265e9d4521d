//! A transaction: what an act writes, all or nothing.

use std::ops::{Deref, DerefMut};

use chrono::{DateTime, Utc};
use domain::audit::{AuditEntry, GENESIS, Hash};

use crate::{audit, db::Link, error::StoreError};

/// A time as the database keeps it: microseconds since 1970.
#[must_use]
pub const fn micros(at: DateTime<Utc>) -> i64 {
    at.timestamp_micros()
}

/// An open transaction. It derefs to [`Link`], so that an act can read what it is about to change.
#[derive(Debug)]
pub struct Tx {
    link: Link,
    chain: Chain,
}

/// The end of the audit chain, as this transaction knows it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Chain {
    seq: i64,
    head: Hash,
}

impl Deref for Tx {
    type Target = Link;

    fn deref(&self) -> &Link {
        &self.link
    }
}

impl DerefMut for Tx {
    fn deref_mut(&mut self) -> &mut Link {
        &mut self.link
    }
}

impl Tx {
    /// Takes over a connection on which nothing is open.
    pub(crate) const fn over(link: Link) -> Self {
        Self { link, chain: Chain { seq: 0, head: GENESIS } }
    }

    /// Opens the transaction, alone among all writers of this database, and finds the end of the
    /// audit chain, which another process may have moved.
    pub(crate) async fn begin(&mut self) -> Result<(), StoreError> {
        match self.link {
            Link::Sqlite(_) => {
                self.link.query("BEGIN IMMEDIATE").run().await?;
            }
            Link::Postgres(_) => {
                self.link.query("BEGIN").run().await?;
                self.link.query("SELECT pg_advisory_xact_lock(4715382901)").all().await?;
            }
        }
        self.chain = match audit::last(&mut self.link).await? {
            Some((seq, head)) => Chain { seq, head },
            None => Chain { seq: 0, head: GENESIS },
        };
        Ok(())
    }

    pub(crate) async fn commit(&mut self) -> Result<(), StoreError> {
        self.link.query("COMMIT").run().await.map(drop)
    }

    pub(crate) async fn roll_back(&mut self) -> Result<(), StoreError> {
        self.link.query("ROLLBACK").run().await.map(drop)
    }

    /// Marks a point an act that fails goes back to.
    pub(crate) async fn mark(&mut self) -> Result<Chain, StoreError> {
        self.link.query("SAVEPOINT act").run().await?;
        Ok(self.chain)
    }

    pub(crate) async fn keep(&mut self) -> Result<(), StoreError> {
        self.link.query("RELEASE SAVEPOINT act").run().await.map(drop)
    }

    pub(crate) async fn undo(&mut self, chain: Chain) -> Result<(), StoreError> {
        self.chain = chain;
        self.link.query("ROLLBACK TO SAVEPOINT act").run().await?;
        self.link.query("RELEASE SAVEPOINT act").run().await.map(drop)
    }

    /// Appends an audit entry to the chain; its `seq` is given here.
    ///
    /// # Errors
    /// What the database says.
    pub async fn record(&mut self, mut entry: AuditEntry) -> Result<(), StoreError> {
        entry.seq = self.chain.seq + 1;
        let hash = entry.hash(&self.chain.head);
        self.chain = Chain { seq: entry.seq, head: hash };
        audit::insert(self, entry, hash).await
    }
}

impl Tx {
    /// Closes the connection rather than giving it back, so that whatever was open is undone.
    pub(crate) async fn discard(self) {
        let closed = match self.link {
            Link::Sqlite(connection) => connection.close().await,
            Link::Postgres(connection) => connection.close().await,
        };
        if let Err(error) = closed {
            tracing::warn!(%error, "closing the writer's connection failed");
        }
    }
}
