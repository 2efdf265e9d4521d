//! What became of a commit whose answer was lost. PostgreSQL remembers of each transaction whether
//! it was committed; the writer knows its number and asks over a fresh connection.

use std::time::Duration;

use crate::{
    db::{Connection, Pool},
    error::StoreError,
    tx::told::Told,
};

/// How long acts wait for what became of their commit.
const PATIENCE: Duration = Duration::from_secs(10);
/// How often it is asked.
const AGAIN: Duration = Duration::from_millis(50);
/// How long a transaction may stay open whose connection is gone, before it is ended.
const LINGERS: Duration = Duration::from_secs(1);

/// A transaction, as PostgreSQL calls it.
#[derive(Debug, Clone)]
pub(crate) struct TransactionId {
    /// Its number.
    xid: String,
    /// The server's process that works on it.
    process: i32,
}

/// Why a group of acts was not answered with success.
#[derive(Debug)]
pub(crate) enum CommitError {
    /// Nothing of it is kept.
    NotKept(StoreError),
    /// COMMIT was sent, and no answer came.
    Unknown {
        /// What the driver says.
        error: StoreError,
        /// Which transaction to ask for.
        id: TransactionId,
        /// What is to be told where it is kept.
        told: Told,
    },
}

impl From<StoreError> for CommitError {
    fn from(error: StoreError) -> Self {
        Self::NotKept(error)
    }
}

/// Waits until this transaction is alone among all writers; answers what it is called.
pub(crate) async fn lock(link: &mut Connection) -> Result<TransactionId, StoreError> {
    let row = link
        .query(
            "SELECT pg_advisory_xact_lock(4715382901), pg_current_xact_id()::text AS xid, \
             pg_backend_pid() AS process",
        )
        .fetch_one()
        .await?;
    Ok(TransactionId { xid: row.get("xid")?, process: row.get("process")? })
}

/// Whether a transaction was committed; `None` where that cannot be found out in time.
pub(crate) async fn was_kept(pool: &Pool, id: &TransactionId) -> Option<bool> {
    let began = tokio::time::Instant::now();
    let asking = async {
        loop {
            match ask(pool, id, began.elapsed() > LINGERS).await {
                Ok(Asked::Ended(kept)) => return Some(kept),
                Ok(Asked::Forgotten) | Err(StoreError::Database(sqlx::Error::PoolClosed)) => {
                    return None;
                }
                Ok(Asked::Open) => {}
                Err(error) => {
                    tracing::warn!(%error, "what became of a commit could not be asked");
                }
            }
            tokio::time::sleep(AGAIN).await;
        }
    };
    tokio::time::timeout(PATIENCE, asking).await.ok().flatten()
}

enum Asked {
    /// It was committed, or not.
    Ended(bool),
    /// It is still open.
    Open,
    /// The database does not remember.
    Forgotten,
}

async fn ask(pool: &Pool, id: &TransactionId, end_it: bool) -> Result<Asked, StoreError> {
    let mut link = pool.reader().await?;
    let status: Option<String> = link
        .query("SELECT pg_xact_status($1::text::xid8) AS status")
        .bind(id.xid.clone())
        .fetch_one()
        .await?
        .get("status")?;
    Ok(match status.as_deref() {
        Some("committed") => Asked::Ended(true),
        Some("aborted") => Asked::Ended(false),
        Some(_) => {
            if end_it {
                // The server has not noticed that nobody is there any more.
                link.query(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = $1 \
                     AND backend_xid = $2::text::xid8::xid",
                )
                .bind(id.process)
                .bind(id.xid.clone())
                .fetch_all()
                .await?;
            }
            Asked::Open
        }
        None => Asked::Forgotten,
    })
}
