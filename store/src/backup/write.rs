//! Making a backup while the portal runs.

use std::path::Path;

use sqlx::{
    SqlitePool,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use tempfile::NamedTempFile;

use super::{
    contents::{Contents, inspect},
    copy,
    error::BackupError,
    existing::existing,
    schema::schema,
};
use crate::db::{Backend, Connection, Pool, SQLITE};

/// Copies the database into one new file, as it is at one instant, while others go on reading and
/// writing; checks the copy before it gets its name. Only its owner may read the file.
///
/// # Errors
/// Where the file exists or cannot be written, the database cannot be read, or the copy is not
/// sound; then no file is left.
pub async fn back_up(from: Backend, to: &Path) -> Result<Contents, BackupError> {
    if to.symlink_metadata().is_ok() {
        return Err(BackupError::Exists(to.to_owned()));
    }
    let failed = |error| BackupError::File { path: to.to_owned(), verb: "written", error };
    let folder = match to.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    // In the same folder, so that it gets its name in one step; mode 0600 from the start.
    let unnamed = tempfile::Builder::new()
        .prefix(".daytwo-backup-")
        .suffix(".part")
        .tempfile_in(folder)
        .map_err(failed)?;
    let pool = existing(from).await?;
    let filled = fill(&pool, &unnamed).await;
    pool.close().await;
    filled?;
    let contents = inspect(unnamed.path()).await?;
    unnamed.as_file().sync_all().map_err(failed)?;
    unnamed.persist_noclobber(to).map_err(|error| match error.error.kind() {
        std::io::ErrorKind::AlreadyExists => BackupError::Exists(to.to_owned()),
        _ => failed(error.error),
    })?;
    // The name is durable only once its folder is.
    #[cfg(unix)]
    std::fs::File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed)?;
    Ok(contents)
}

async fn fill(pool: &Pool, file: &NamedTempFile) -> Result<(), BackupError> {
    let mut link = pool.reader().await?;
    if link.kind() == crate::Kind::Postgres {
        link.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").execute().await?;
    }
    let found = schema(&mut link).await?;
    let Some(version) = found.version().filter(|_| found.fault().is_none()) else {
        let fault = found.fault().unwrap_or_default();
        return Err(BackupError::Schema(format!("the database cannot be backed up: {fault}")));
    };
    match &mut link {
        Connection::Sqlite(connection) => {
            let path = file.path().to_str().ok_or_else(|| {
                BackupError::Schema("the backup's folder has a name SQLite cannot take".into())
            })?;
            sqlx::query("VACUUM INTO $1").bind(path).execute(&mut **connection).await?;
        }
        Connection::Postgres(_) => {
            let target = fresh(file.path(), version).await?;
            let copied = copy::into_sqlite(&mut link, &target).await;
            target.close().await;
            copied?;
            link.query("ROLLBACK").execute().await?;
        }
    }
    Ok(())
}

/// An empty database with the schema of `version` in a file that is there and empty.
async fn fresh(file: &Path, version: i64) -> Result<SqlitePool, BackupError> {
    let target = SqlitePoolOptions::new()
        .max_connections(1)
        .connect_with(
            SqliteConnectOptions::new()
                .filename(file)
                .create_if_missing(false)
                .journal_mode(SqliteJournalMode::Memory)
                // Flushed once, when all of it is there.
                .synchronous(SqliteSynchronous::Off),
        )
        .await?;
    SQLITE.run_to(version, &target).await.map_err(crate::db::OpenError::Migrate)?;
    Ok(target)
}
