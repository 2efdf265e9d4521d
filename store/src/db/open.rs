//! Opening the database: where it is, its pools, its settings.

use std::{path::Path, str::FromStr, time::Duration};

use sqlx::{
    ConnectOptions, PgPool, SqlitePool,
    migrate::{MigrateError, Migrator},
    postgres::{PgConnectOptions, PgPoolOptions},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use thiserror::Error;

use super::connection::{Connection, Kind};
use crate::error::StoreError;

pub(crate) static SQLITE: Migrator = sqlx::migrate!("../migrations/sqlite");
pub(crate) static POSTGRES: Migrator = sqlx::migrate!("../migrations/postgres");

/// Why the database could not be opened.
#[derive(Debug, Error)]
pub enum OpenError {
    /// The address is of no database Daytwo knows.
    #[error("DATABASE_URL must begin with `sqlite:` or `postgres:`, not `{0}:`")]
    UnknownScheme(String),
    /// It does not answer.
    #[error("the database cannot be opened: {0}")]
    Connect(#[from] sqlx::Error),
    /// Its schema cannot be brought up to date.
    #[error("the database's schema cannot be brought up to date: {0}")]
    Migrate(#[from] MigrateError),
}

/// Where the database is.
#[derive(Debug, Clone)]
pub enum Backend {
    /// A SQLite file.
    Sqlite(SqliteConnectOptions),
    /// A PostgreSQL server.
    Postgres(PgConnectOptions),
}

/// The database `url` names, or `daytwo.db` in the data directory where there is no `url`.
///
/// # Errors
/// Where the address cannot be read.
pub fn location(url: Option<&str>, data_dir: &Path) -> Result<Backend, OpenError> {
    let Some(url) = url else {
        return Ok(Backend::Sqlite(
            SqliteConnectOptions::new().filename(data_dir.join("daytwo.db")),
        ));
    };
    match url.split(':').next().unwrap_or_default() {
        "sqlite" => Ok(Backend::Sqlite(SqliteConnectOptions::from_str(url)?)),
        "postgres" | "postgresql" => Ok(Backend::Postgres(PgConnectOptions::from_str(url)?)),
        other => Err(OpenError::UnknownScheme(other.into())),
    }
}

/// The open database: many readers, one writer.
#[derive(Debug, Clone)]
pub enum Pool {
    /// SQLite: the readers' pool and the writer's.
    Sqlite {
        /// Connections that only read.
        readers: SqlitePool,
        /// The one connection that writes.
        writer: SqlitePool,
    },
    /// PostgreSQL.
    Postgres(PgPool),
}

impl Pool {
    /// Connects and brings the schema up to date.
    ///
    /// # Errors
    /// Where the database does not answer or a migration fails.
    pub async fn open(backend: Backend) -> Result<Self, OpenError> {
        let pool = Self::connect(backend).await?;
        match &pool {
            Self::Sqlite { writer, .. } => SQLITE.run(writer).await?,
            Self::Postgres(pool) => POSTGRES.run(pool).await?,
        }
        Ok(pool)
    }

    /// Connects, and leaves the schema as it is.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn connect(backend: Backend) -> Result<Self, OpenError> {
        match backend {
            Backend::Sqlite(options) => {
                // WAL with FULL: an answered write survives a power cut, readers never wait.
                let options = options
                    .create_if_missing(true)
                    .journal_mode(SqliteJournalMode::Wal)
                    .synchronous(SqliteSynchronous::Full)
                    .foreign_keys(true)
                    .busy_timeout(Duration::from_secs(15))
                    .statement_cache_capacity(512)
                    // In KiB; the system caches the file besides.
                    .pragma("cache_size", "-4000")
                    // 16 MB: a page that is written again meanwhile is copied into the database once.
                    .pragma("wal_autocheckpoint", "4000")
                    .pragma("temp_store", "memory")
                    .disable_statement_logging();
                let writer = SqlitePoolOptions::new()
                    .max_connections(1)
                    .idle_timeout(None)
                    .max_lifetime(None)
                    .connect_with(options.clone())
                    .await?;
                let readers = SqlitePoolOptions::new()
                    .max_connections(4)
                    .test_before_acquire(false)
                    .connect_with(
                        // Each of the four has a cache of its own.
                        options
                            .read_only(true)
                            .create_if_missing(false)
                            .pragma("cache_size", "-2000"),
                    )
                    .await?;
                Ok(Self::Sqlite { readers, writer })
            }
            Backend::Postgres(options) => {
                let pool = PgPoolOptions::new()
                    .max_connections(11)
                    .acquire_timeout(Duration::from_secs(10))
                    .connect_with(options.disable_statement_logging())
                    .await?;
                Ok(Self::Postgres(pool))
            }
        }
    }

    /// Which database it is.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Sqlite { .. } => Kind::Sqlite,
            Self::Postgres(_) => Kind::Postgres,
        }
    }

    /// A connection to read with.
    ///
    /// # Errors
    /// Where none can be had.
    pub async fn reader(&self) -> Result<Connection, StoreError> {
        Ok(match self {
            Self::Sqlite { readers, .. } => Connection::Sqlite(readers.acquire().await?),
            Self::Postgres(pool) => Connection::Postgres(pool.acquire().await?),
        })
    }

    /// The connection to write with.
    pub(crate) async fn writer(&self) -> Result<Connection, StoreError> {
        Ok(match self {
            Self::Sqlite { writer, .. } => Connection::Sqlite(writer.acquire().await?),
            Self::Postgres(pool) => Connection::Postgres(pool.acquire().await?),
        })
    }

    /// Closes all connections.
    pub async fn close(&self) {
        match self {
            Self::Sqlite { readers, writer } => {
                readers.close().await;
                writer.close().await;
            }
            Self::Postgres(pool) => pool.close().await,
        }
    }
}
