//! Opening a database as it is: without making one and without migrating it.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
    time::Duration,
};

use sqlx::{
    ConnectOptions, Connection as _, SqlitePool,
    postgres::PgPoolOptions,
    sqlite::{SqliteConnectOptions, SqlitePoolOptions},
};

use super::error::BackupError;
use crate::db::{Backend, OpenError, Pool};

/// Opens the database that is there, as it is. Made for looking and copying: nothing is created
/// and no migration is run.
///
/// # Errors
/// Where there is none, or it does not answer.
pub async fn existing(backend: Backend) -> Result<Pool, BackupError> {
    match backend {
        Backend::Sqlite(options) => {
            let file = options.get_filename().to_owned();
            if !file.is_file() {
                return Err(BackupError::Absent(file.display().to_string()));
            }
            let options = options
                .create_if_missing(false)
                .busy_timeout(Duration::from_secs(15))
                .disable_statement_logging();
            let pool = match look(options.clone()).await {
                // In a folder that cannot be written to, SQLite cannot make the files beside the
                // database through which readers and writers agree. Where nothing waits in a
                // write-ahead log, the file alone is the whole database.
                Err(error) if cannot_share(&error) && !has_log(&file) => {
                    look(options.read_only(true).immutable(true)).await
                }
                other => other,
            }
            .map_err(OpenError::Connect)?;
            Ok(Pool::Sqlite { readers: pool.clone(), writer: pool })
        }
        Backend::Postgres(options) => {
            // Once by itself: a pool would try until its time is over, and then not say why.
            let first = tokio::time::timeout(Duration::from_secs(10), options.connect()).await;
            match first {
                Ok(Ok(connection)) => connection.close().await,
                Ok(Err(error)) => Err(error),
                Err(_) => Err(sqlx::Error::PoolTimedOut),
            }
            .map_err(OpenError::Connect)?;
            let pool = PgPoolOptions::new()
                .max_connections(2)
                .acquire_timeout(Duration::from_secs(10))
                .connect_with(options.disable_statement_logging())
                .await
                .map_err(OpenError::Connect)?;
            Ok(Pool::Postgres(pool))
        }
    }
}

async fn look(options: SqliteConnectOptions) -> Result<SqlitePool, sqlx::Error> {
    let pool = SqlitePoolOptions::new()
        .max_connections(1)
        .idle_timeout(None)
        .max_lifetime(None)
        .connect_with(options)
        .await?;
    sqlx::query("SELECT count(*) FROM sqlite_master").execute(&pool).await?;
    Ok(pool)
}

/// `SQLITE_CANTOPEN` or `SQLITE_READONLY`, in any of their shades.
fn cannot_share(error: &sqlx::Error) -> bool {
    matches!(error, sqlx::Error::Database(error) if error
        .code()
        .and_then(|code| code.parse::<i32>().ok())
        .is_some_and(|code| matches!(code & 0xff, 14 | 8)))
}

/// Whether a write-ahead log with something in it lies beside the file.
pub(super) fn has_log(file: &Path) -> bool {
    let mut name = OsString::from(file);
    name.push("-wal");
    PathBuf::from(name).metadata().is_ok_and(|meta| meta.len() > 0)
}
