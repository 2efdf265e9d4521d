//! A connection to either database.

use std::sync::atomic::{AtomicU64, Ordering};

use sqlx::{PgConnection, Postgres, SqlSafeStr, Sqlite, pool::PoolConnection};

use super::query::Query;
use crate::error::StoreError;

static STATEMENTS: AtomicU64 = AtomicU64::new(0);

/// How many statements this process has sent to databases.
#[must_use]
pub fn statements() -> u64 {
    STATEMENTS.load(Ordering::Relaxed)
}

/// Which database it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// SQLite, a file in the data directory.
    Sqlite,
    /// PostgreSQL.
    Postgres,
}

/// A connection. Functions that only read take a `&mut Connection`; those that write take a
/// [`Tx`](crate::Tx), which only the writer hands out.
#[derive(Debug)]
pub enum Connection {
    /// To SQLite.
    Sqlite(PoolConnection<Sqlite>),
    /// To PostgreSQL.
    Postgres(PoolConnection<Postgres>),
}

impl Connection {
    /// Which database it leads to.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Sqlite(_) => Kind::Sqlite,
            Self::Postgres(_) => Kind::Postgres,
        }
    }

    /// Runs statements that take no values and answer nothing, in one trip.
    pub(crate) async fn script(&mut self, sql: &'static str) -> Result<(), StoreError> {
        STATEMENTS.fetch_add(1, Ordering::Relaxed);
        match self {
            Self::Sqlite(connection) => {
                sqlx::raw_sql(sql).execute(&mut **connection).await.map(drop)
            }
            Self::Postgres(connection) => {
                sqlx::raw_sql(sql).execute(&mut **connection).await.map(drop)
            }
        }
        .map_err(StoreError::from)
    }

    /// A query; bind its values in order, then run it.
    pub fn query(&mut self, sql: impl SqlSafeStr) -> Query<'_> {
        STATEMENTS.fetch_add(1, Ordering::Relaxed);
        match self {
            Self::Sqlite(connection) => Query::Sqlite(connection, sqlx::query(sql)),
            Self::Postgres(connection) => Query::Postgres(connection, sqlx::query(sql)),
        }
    }

    /// The connection, where it leads to PostgreSQL.
    pub(crate) fn postgres(&mut self) -> Option<&mut PgConnection> {
        match self {
            Self::Sqlite(_) => None,
            Self::Postgres(connection) => Some(connection),
        }
    }
}
