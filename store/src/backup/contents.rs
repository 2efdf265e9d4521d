//! What a backup holds, and whether it is sound.

use std::{io::Read as _, path::Path};

use domain::audit::Hash;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool, SqlitePoolOptions};

use super::{
    catalog::{self, quoted},
    error::BackupError,
    existing::has_log,
    schema::{self, Schema},
};
use crate::{
    audit,
    db::{Connection, SQLITE},
    error::StoreError,
};

/// What a backup holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contents {
    /// The file's size in bytes.
    pub size_bytes: u64,
    /// The schema it was made with.
    pub schema: Schema,
    /// Every table with its number of rows, those without any among them.
    pub tables: Vec<(String, i64)>,
    /// How many entries the audit log has.
    pub audit_entries: i64,
    /// The audit log's last hash: two databases that show the same hold the same history.
    pub audit_head: Hash,
}

/// Looks into a backup and checks all of it: that the file is whole, its schema known, its foreign
/// keys and its audit chain in order. Changes nothing.
///
/// # Errors
/// What is wrong with it.
pub async fn inspect(file: &Path) -> Result<Contents, BackupError> {
    let size_bytes = recognise(file)?;
    let pool = open(file).await?;
    let looked = look(file, size_bytes, &mut Connection::Sqlite(pool.acquire().await?)).await;
    pool.close().await;
    looked
}

async fn look(
    file: &Path,
    size_bytes: u64,
    link: &mut Connection,
) -> Result<Contents, BackupError> {
    let path = file.to_owned();
    let schema = match schema::against(link, &SQLITE).await {
        Ok(schema) => schema,
        Err(error) => return Err(BackupError::Damaged { path, what: error.to_string() }),
    };
    if let Some(fault) = schema.fault() {
        return Err(if schema == Schema::Absent {
            BackupError::NotABackup { path, why: fault }
        } else {
            BackupError::Schema(format!("{} cannot be used: {fault}", file.display()))
        });
    }
    sound(file, link).await?;
    let mut tables = Vec::new();
    for name in catalog::names(link).await? {
        tables.push((name.clone(), count(link, &name).await?));
    }
    match audit::verify(link).await? {
        Ok(chain) => Ok(Contents {
            size_bytes,
            schema,
            tables,
            audit_entries: chain.len(),
            audit_head: *chain.head(),
        }),
        Err(broken) => Err(BackupError::Damaged { path, what: format!("audit log: {broken}") }),
    }
}

/// Whether every page, index and foreign key is in order.
async fn sound(file: &Path, link: &mut Connection) -> Result<(), BackupError> {
    let damaged = |what| damaged(file, what);
    let said = link
        .query("PRAGMA integrity_check(5)")
        .fetch_as(|row| row.get::<String>("integrity_check"))
        .await
        .map_err(|error| damaged(error.to_string()))?;
    if said != ["ok"] {
        return Err(damaged(said.join("; ")));
    }
    let orphans = link.query("PRAGMA foreign_key_check").fetch_all().await?;
    match orphans.first() {
        None => Ok(()),
        Some(row) => {
            let table: String = row.get("table")?;
            let parent: String = row.get("parent")?;
            Err(damaged(format!(
                "{} rows point at rows that are not there, the first from {table} to {parent}",
                orphans.len()
            )))
        }
    }
}

/// The file's size, where it begins as a backup does.
fn recognise(file: &Path) -> Result<u64, BackupError> {
    let failed = |error| BackupError::File { path: file.to_owned(), verb: "read", error };
    let other = |why: &str| BackupError::NotABackup { path: file.to_owned(), why: why.into() };
    let meta = std::fs::metadata(file).map_err(failed)?;
    if !meta.is_file() {
        return Err(other("it is not a file"));
    }
    let mut start = Vec::new();
    std::fs::File::open(file).map_err(failed)?.take(100).read_to_end(&mut start).map_err(failed)?;
    if start.is_empty() {
        return Err(other("it is empty"));
    }
    if !start.starts_with(b"SQLite format 3\0") {
        return Err(other("it does not begin as a SQLite file does"));
    }
    if has_log(file) {
        return Err(other(
            "it is a database in use, with a log beside it; copy it with `daytwo backup`",
        ));
    }
    let whole = length(&start).ok_or_else(|| damaged(file, "it is cut short".into()))?;
    if meta.len() < whole {
        let held = meta.len();
        return Err(damaged(file, format!("it is cut short: {held} of {whole} bytes are there")));
    }
    Ok(meta.len())
}

/// The length in bytes that a SQLite file's first 100 bytes promise: its pages' size times their
/// number. SQLite itself reads a shorter file as far as it goes.
fn length(header: &[u8]) -> Option<u64> {
    let size = u16::from_be_bytes(header.get(16..18)?.try_into().ok()?);
    let pages = u32::from_be_bytes(header.get(28..32)?.try_into().ok()?);
    let size = if size == 1 { 65_536 } else { u64::from(size) };
    (header.len() == 100).then_some(size * u64::from(pages))
}

fn damaged(file: &Path, what: String) -> BackupError {
    BackupError::Damaged { path: file.to_owned(), what }
}

/// Opens a backup, leaving no trace beside it.
pub(super) async fn open(file: &Path) -> Result<SqlitePool, BackupError> {
    SqlitePoolOptions::new()
        .max_connections(1)
        .connect_with(
            SqliteConnectOptions::new()
                .filename(file)
                .create_if_missing(false)
                .read_only(true)
                .immutable(true),
        )
        .await
        .map_err(|error| damaged(file, error.to_string()))
}

/// How many rows a table has.
pub(super) async fn count(link: &mut Connection, table: &str) -> Result<i64, StoreError> {
    let sql = format!("SELECT count(*) AS n FROM {}", quoted(table));
    link.query(sqlx::AssertSqlSafe(sql)).fetch_one().await?.get("n")
}
