//! A query on either database.

use futures::TryStreamExt;
use sqlx::{
    Encode, PgConnection, Postgres, Sqlite, SqliteConnection, Type, postgres::PgArguments,
    sqlite::SqliteArguments,
};

use super::row::Row;
use crate::error::StoreError;

/// A value both databases can take.
pub trait Value:
    for<'q> Encode<'q, Sqlite>
    + Type<Sqlite>
    + for<'q> Encode<'q, Postgres>
    + Type<Postgres>
    + Send
    + 'static
{
}

impl<T> Value for T where
    T: for<'q> Encode<'q, Sqlite>
        + Type<Sqlite>
        + for<'q> Encode<'q, Postgres>
        + Type<Postgres>
        + Send
        + 'static
{
}

/// A query with the values bound so far.
#[must_use = "a query does nothing until it is run"]
pub enum Query<'c> {
    /// On SQLite.
    Sqlite(&'c mut SqliteConnection, sqlx::query::Query<'static, Sqlite, SqliteArguments>),
    /// On PostgreSQL.
    Postgres(&'c mut PgConnection, sqlx::query::Query<'static, Postgres, PgArguments>),
}

impl Query<'_> {
    /// Binds the next value.
    pub fn bind<T: Value>(self, value: T) -> Self {
        match self {
            Self::Sqlite(connection, query) => Self::Sqlite(connection, query.bind(value)),
            Self::Postgres(connection, query) => Self::Postgres(connection, query.bind(value)),
        }
    }

    /// Runs it; answers how many rows it changed.
    ///
    /// # Errors
    /// What the database says.
    pub async fn execute(self) -> Result<u64, StoreError> {
        Ok(match self {
            Self::Sqlite(connection, query) => query.execute(connection).await?.rows_affected(),
            Self::Postgres(connection, query) => query.execute(connection).await?.rows_affected(),
        })
    }

    /// The row, where there is one.
    ///
    /// # Errors
    /// What the database says.
    pub async fn fetch_optional(self) -> Result<Option<Row>, StoreError> {
        Ok(match self {
            Self::Sqlite(connection, query) => {
                query.fetch_optional(connection).await?.map(Row::Sqlite)
            }
            Self::Postgres(connection, query) => {
                query.fetch_optional(connection).await?.map(Row::Postgres)
            }
        })
    }

    /// The one row.
    ///
    /// # Errors
    /// What the database says; also where there is no row.
    pub async fn fetch_one(self) -> Result<Row, StoreError> {
        self.fetch_optional().await?.ok_or(StoreError::Missing)
    }

    /// All rows.
    ///
    /// # Errors
    /// What the database says.
    pub async fn fetch_all(self) -> Result<Vec<Row>, StoreError> {
        Ok(match self {
            Self::Sqlite(connection, query) => {
                query.fetch(connection).map_ok(Row::Sqlite).try_collect().await?
            }
            Self::Postgres(connection, query) => {
                query.fetch(connection).map_ok(Row::Postgres).try_collect().await?
            }
        })
    }

    /// All rows, each read by `read`.
    ///
    /// # Errors
    /// What the database says, or what `read` cannot make sense of.
    pub async fn fetch_as<T>(
        self,
        read: impl Fn(&Row) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        self.fetch_all().await?.iter().map(read).collect()
    }

    /// The row, where there is one, read by `read`.
    ///
    /// # Errors
    /// What the database says, or what `read` cannot make sense of.
    pub async fn fetch_optional_as<T>(
        self,
        read: impl Fn(&Row) -> Result<T, StoreError>,
    ) -> Result<Option<T>, StoreError> {
        self.fetch_optional().await?.as_ref().map(read).transpose()
    }
}
