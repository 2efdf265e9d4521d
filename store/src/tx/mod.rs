//! A transaction: what an act writes, all or nothing.

use std::ops::{Deref, DerefMut};

use domain::{
    audit::{AuditEntry, GENESIS, Hash},
    event::Event,
};

use sqlx::SqlSafeStr;
use uuid::Uuid;

use crate::{
    audit,
    commits::{self, CommitError, TransactionId},
    db::{Connection, Query},
    error::StoreError,
    notify,
};

mod read_cache;
pub(crate) mod told;
pub(crate) mod write_buffer;

pub(crate) use read_cache::{Question, ReadCache};
use told::Told;
pub(crate) use write_buffer::{Buffered, WriteBuffer};

/// How long closing a connection may take.
const CLOSING: std::time::Duration = std::time::Duration::from_secs(2);

/// An open transaction. It derefs to [`Connection`], so that an act can read what it is about to change.
#[derive(Debug)]
pub struct Tx {
    link: Connection,
    chain: Chain,
    pub(crate) cache: ReadCache,
    pub(crate) buffer: WriteBuffer,
    told: Told,
    /// The page the act comes from.
    pub(crate) origin: Option<uuid::Uuid>,
    /// Whether the database was asked anything since the act began.
    touched: bool,
    /// By which PostgreSQL can be asked what became of it.
    id: Option<TransactionId>,
}

/// The end of the audit chain, as this transaction knows it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Chain {
    seq: i64,
    head: Hash,
}

/// Where an act began: in the chain, among the rows that wait and among what is to be told.
#[derive(Debug, Clone)]
pub(crate) struct Mark {
    chain: Chain,
    buffer: write_buffer::Lengths,
    events: usize,
    deliveries: usize,
}

impl Deref for Tx {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        &self.link
    }
}

impl DerefMut for Tx {
    fn deref_mut(&mut self) -> &mut Connection {
        self.touched = true;
        &mut self.link
    }
}

impl Tx {
    /// Takes over a connection on which nothing is open.
    pub(crate) fn over(link: Connection) -> Self {
        Self {
            link,
            chain: Chain { seq: 0, head: GENESIS },
            cache: ReadCache::default(),
            buffer: WriteBuffer::default(),
            told: Told::default(),
            origin: None,
            touched: false,
            id: None,
        }
    }

    /// A statement that may change anything: what was read before counts no more.
    pub fn query(&mut self, sql: impl SqlSafeStr) -> Query<'_> {
        self.forget();
        self.touched = true;
        self.link.query(sql)
    }

    /// A statement that only adds rows to a table no answer in the cache is read from, or whose
    /// writer has told the cache what it changes.
    pub(crate) fn append(&mut self, sql: &'static str) -> Query<'_> {
        self.touched = true;
        self.link.query(sql)
    }

    /// What was read before counts no more.
    pub(crate) fn forget(&mut self) {
        self.cache.clear();
    }

    /// Opens the transaction, alone among all writers of this database, and finds the end of the
    /// audit chain, which another process may have moved.
    pub(crate) async fn begin(&mut self) -> Result<(), StoreError> {
        self.forget();
        self.buffer = WriteBuffer::default();
        self.told = Told::default();
        match self.link {
            Connection::Sqlite(_) => {
                self.link.query("BEGIN IMMEDIATE").execute().await?;
            }
            Connection::Postgres(_) => {
                self.link.query("BEGIN").execute().await?;
                self.id = Some(commits::lock(&mut self.link).await?);
            }
        }
        self.chain = match audit::last(&mut self.link).await? {
            Some((seq, head)) => Chain { seq, head },
            None => Chain { seq: 0, head: GENESIS },
        };
        Ok(())
    }

    /// Commits; answers what is to be told now. Other portals are told by the commit itself.
    pub(crate) async fn commit(&mut self, portal: Uuid) -> Result<Told, CommitError> {
        let told = std::mem::take(&mut self.told);
        self.buffer.flush(&mut self.link).await?;
        notify::tell_others(&mut self.link, portal, &told.events).await?;
        match (self.link.script("COMMIT").await, &self.id) {
            (Ok(()), _) => Ok(told),
            (Err(error), None) => Err(CommitError::NotKept(error)),
            // Its answer may have been lost on the way here as well as itself on the way there.
            (Err(error), Some(id)) => Err(CommitError::Unknown { error, id: id.clone(), told }),
        }
    }

    pub(crate) async fn roll_back(&mut self) -> Result<(), StoreError> {
        self.link.query("ROLLBACK").execute().await.map(drop)
    }

    /// What to go back to where an act fails.
    pub(crate) fn mark_of(&mut self) -> Mark {
        self.touched = false;
        Mark {
            chain: self.chain,
            buffer: self.buffer.lengths(),
            events: self.told.events.len(),
            deliveries: self.told.deliveries,
        }
    }

    /// Marks the point that the first act of a group goes back to where it fails.
    pub(crate) async fn mark(&mut self) -> Result<(), StoreError> {
        self.link.script("SAVEPOINT act").await
    }

    /// Keeps what the act wrote and marks the point for the next.
    pub(crate) async fn keep(&mut self) -> Result<(), StoreError> {
        if !self.touched {
            return Ok(());
        }
        self.link.script("RELEASE SAVEPOINT act; SAVEPOINT act").await
    }

    /// Writes the rows that an act may read back, for one that may do so.
    pub(crate) async fn settle(&mut self) -> Result<(), StoreError> {
        if !self.buffer.holds_read_back() {
            return Ok(());
        }
        self.buffer.flush_read_back(&mut self.link).await?;
        self.forget();
        self.touched = true;
        self.keep().await
    }

    /// Undoes what the act wrote and leaves the mark for the next.
    pub(crate) async fn undo(&mut self, mark: Mark) -> Result<(), StoreError> {
        self.chain = mark.chain;
        self.buffer.go_back(&mark.buffer);
        self.told.events.truncate(mark.events);
        self.told.deliveries = mark.deliveries;
        self.forget();
        self.link.script("ROLLBACK TO SAVEPOINT act").await
    }

    /// Has a change told to whoever subscribes, once it is kept; what is told twice in a commit is
    /// told once.
    pub fn publish(&mut self, event: Event) {
        let event = Event { origin: event.origin.or(self.origin), ..event };
        if !self.told.events.contains(&event) {
            self.told.events.push(event);
        }
    }

    /// Has the deliverer look for what is to be sent, once it is kept.
    pub(crate) fn delivers(&mut self) {
        self.told.deliveries += 1;
    }

    /// Appends an audit entry to the chain; its `seq` is given here and answered, and it is written
    /// with the commit.
    pub fn record(&mut self, mut entry: AuditEntry) -> i64 {
        entry.seq = self.chain.seq + 1;
        let hash = entry.hash(&self.chain.head);
        self.chain = Chain { seq: entry.seq, head: hash };
        self.buffer.push(audit::Linked { entry, hash });
        self.chain.seq
    }
}

impl Tx {
    /// Closes the connection rather than giving it back, so that whatever was open is undone.
    pub(crate) async fn discard(self) {
        let close = async {
            match self.link {
                Connection::Sqlite(connection) => connection.close().await,
                Connection::Postgres(connection) => connection.close().await,
            }
        };
        // A network that swallows everything must not hold the writer.
        match tokio::time::timeout(CLOSING, close).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(%error, "closing the writer's connection failed"),
            Err(_) => tracing::warn!("the writer's connection could not be closed"),
        }
    }
}
