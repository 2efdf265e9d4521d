//! Restoring a backup into an empty database, SQLite or PostgreSQL, all or nothing.

use std::path::Path;

use sqlx::{
    migrate::Migrator,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions},
};
use tempfile::NamedTempFile;

use super::{
    catalog::{self, Table},
    contents::{self, Contents, inspect},
    copy,
    empty::{self, Occupied},
    error::BackupError,
    existing::existing,
    guards::Guards,
    schema::Schema,
};
use crate::{
    audit,
    db::{Backend, Connection, OpenError, Pool, SQLITE},
};

/// What was restored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// What the backup holds.
    pub backup: Contents,
    /// How many rows there are now, in all tables.
    pub rows: i64,
    /// Whether every row was read back and compared.
    pub compared: bool,
}

/// Restores a backup into `to`, which is made where there is none. Row counts and the audit chain
/// are checked before anything is kept; with `compare` every row is read back and compared too.
/// A backup with an older schema is brought up to date on a copy; the backup itself is only read.
///
/// # Errors
/// Where the backup is not sound, or `to` is in use; then nothing is changed. Where something
/// differs or fails on the way, nothing is kept.
pub async fn restore(file: &Path, to: Backend, compare: bool) -> Result<Restored, BackupError> {
    let backup = inspect(file).await?;
    refuse_occupied(to.clone()).await?;
    let raised = match backup.schema {
        Schema::Older { .. } => Some(raise(file, &SQLITE).await?),
        _ => None,
    };
    let source = contents::open(raised.as_ref().map_or(file, NamedTempFile::path)).await?;
    let pool = Pool::open(to).await?;
    let mut from = Connection::Sqlite(source.acquire().await?);
    let restored = fill(&mut from, &pool, compare).await;
    drop(from);
    source.close().await;
    pool.close().await;
    Ok(Restored { backup, rows: restored?, compared: compare })
}

/// Refuses a database that holds anything of anyone's, before it is so much as migrated.
async fn refuse_occupied(to: Backend) -> Result<(), BackupError> {
    let pool = match existing(to).await {
        Ok(pool) => pool,
        Err(BackupError::Absent(_)) => return Ok(()),
        Err(error) => return Err(error),
    };
    let occupied = match pool.reader().await {
        Ok(mut link) => empty::occupied(&mut link).await,
        Err(error) => Err(error.into()),
    };
    pool.close().await;
    occupied?.map_or(Ok(()), refused)
}

fn refused(occupied: Occupied) -> Result<(), BackupError> {
    Err(BackupError::NotEmpty(occupied.0))
}

/// A copy of the backup with its schema brought up to date; gone when it is dropped.
pub(super) async fn raise(file: &Path, known: &Migrator) -> Result<NamedTempFile, BackupError> {
    let failed = |error| BackupError::File { path: file.to_owned(), verb: "copied", error };
    let mut copy = tempfile::Builder::new().prefix("daytwo-restore-").tempfile().map_err(failed)?;
    let mut original = std::fs::File::open(file).map_err(failed)?;
    std::io::copy(&mut original, copy.as_file_mut()).map_err(failed)?;
    let options = SqliteConnectOptions::new()
        .filename(copy.path())
        .create_if_missing(false)
        .journal_mode(SqliteJournalMode::Memory);
    let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await?;
    let run = known.run(&pool).await;
    pool.close().await;
    run.map_err(OpenError::Migrate)?;
    Ok(copy)
}

async fn fill(from: &mut Connection, pool: &Pool, compare: bool) -> Result<i64, BackupError> {
    let mut to = pool.writer().await?;
    match &to {
        Connection::Sqlite(_) => {
            to.query("BEGIN IMMEDIATE").execute().await?;
        }
        Connection::Postgres(_) => {
            to.query("BEGIN").execute().await?;
            // The lock every writer of the portal takes.
            to.query("SELECT pg_advisory_xact_lock(4715382901)").fetch_all().await?;
        }
    }
    match replace(from, &mut to, compare).await {
        Ok(rows) => {
            to.query("COMMIT").execute().await?;
            Ok(rows)
        }
        Err(error) => {
            // Best effort: closing the connection undoes it as well.
            drop(to.query("ROLLBACK").execute().await);
            Err(error)
        }
    }
}

/// Puts the backup's rows in the place of what the database holds; the transaction is open.
async fn replace(
    from: &mut Connection,
    to: &mut Connection,
    compare: bool,
) -> Result<i64, BackupError> {
    if let Some(occupied) = empty::occupied(to).await? {
        return refused(occupied).map(|()| 0);
    }
    let tables = catalog::tables(from).await?;
    let mut missing = catalog::names(to).await?;
    missing.retain(|name| !tables.iter().any(|table| table.name == *name));
    if !missing.is_empty() {
        return Err(BackupError::Differs(format!("the backup lacks {}", missing.join(", "))));
    }
    let guards = Guards::lower(to, &tables).await?;
    for table in tables.iter().rev() {
        empty::clear(to, table).await?;
    }
    let mut rows = 0;
    let mut sums = Vec::with_capacity(tables.len());
    for table in &tables {
        let sum = copy::copy(from, to, table).await?;
        rows += sum.rows;
        sums.push(sum);
    }
    guards.raise(to).await?;
    for (table, expected) in tables.iter().zip(sums) {
        verify(to, table, expected, compare).await?;
    }
    let chain = audit::verify(to).await?.map_err(BackupError::Differs)?;
    let written = audit::verify(from).await?.map_err(BackupError::Differs)?;
    if chain.head() != written.head() {
        return Err(BackupError::Differs("the audit log does not end as the backup's".into()));
    }
    Ok(rows)
}

async fn verify(
    to: &mut Connection,
    table: &Table,
    expected: super::cell::Sum,
    compare: bool,
) -> Result<(), BackupError> {
    let name = &table.name;
    let rows = contents::count(to, name).await?;
    if rows != expected.rows {
        let held = expected.rows;
        return Err(BackupError::Differs(format!("{name} has {rows} rows and not {held}")));
    }
    if compare && copy::sum(to, table).await? != expected {
        return Err(BackupError::Differs(format!("rows of {name} are not those of the backup")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backup::{back_up, schema};

    /// A schema one version ahead of this program's, as the next release will bring it.
    async fn ahead(folder: &Path) -> (Migrator, i64) {
        let newest = SQLITE.iter().map(|migration| migration.version).max().unwrap();
        for migration in SQLITE.iter() {
            let name = format!("{:04}_{}.sql", migration.version, migration.description);
            std::fs::write(folder.join(name), migration.sql.as_str()).unwrap();
        }
        let next = folder.join(format!("{:04}_next.sql", newest + 1));
        std::fs::write(next, "ALTER TABLE people ADD COLUMN phone TEXT NOT NULL DEFAULT '-';")
            .unwrap();
        (Migrator::new(folder).await.unwrap(), newest + 1)
    }

    #[tokio::test]
    async fn an_older_backup_is_brought_up_to_date_on_a_copy() {
        let (folder, steps) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let url = format!("sqlite:{}", folder.path().join("d.db").display());
        let from = crate::location(Some(&url), folder.path()).unwrap();
        Pool::open(from.clone()).await.unwrap().close().await;
        let file = folder.path().join("backup");
        back_up(from, &file).await.unwrap();
        let before = std::fs::read(&file).unwrap();

        let (later, version) = ahead(steps.path()).await;
        let pool = contents::open(&file).await.unwrap();
        let mut link = Connection::Sqlite(pool.acquire().await.unwrap());
        let found = schema::against(&mut link, &later).await.unwrap();
        assert_eq!(found, Schema::Older { version: version - 1, known: version });

        let raised = raise(&file, &later).await.unwrap();
        let pool = contents::open(raised.path()).await.unwrap();
        let mut link = Connection::Sqlite(pool.acquire().await.unwrap());
        let found = schema::against(&mut link, &later).await.unwrap();
        assert_eq!(found, Schema::Current { version });
        let people = catalog::tables(&mut link).await.unwrap();
        let people = people.iter().find(|table| table.name == "people").unwrap();
        assert!(people.columns.contains(&"phone".to_owned()));
        assert_eq!(std::fs::read(&file).unwrap(), before);
    }
}
