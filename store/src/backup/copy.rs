//! Copying tables, row by row, from either database into either.

use futures::{StreamExt as _, TryStreamExt as _, stream::BoxStream};
use sqlx::{AssertSqlSafe, SqlitePool};

use super::{
    catalog::{self, Table, quoted},
    cell::{Cell, PgCell, PgType, Sum},
    error::BackupError,
};
use crate::db::{Connection, Row};

/// The most values one statement binds; SQLite takes 32,766, PostgreSQL 65,535.
const VALUES_MAX: usize = 8_000;
/// How many bytes of texts and pictures are gathered for one statement.
const BYTES_MAX: usize = 8 * 1024 * 1024;

/// Fills a fresh SQLite database with all rows of `from`, in one transaction.
pub(super) async fn into_sqlite(
    from: &mut Connection,
    target: &SqlitePool,
) -> Result<(), BackupError> {
    let mut to = Connection::Sqlite(target.acquire().await?);
    let tables = catalog::tables(&mut to).await?;
    to.query("BEGIN IMMEDIATE").execute().await?;
    to.query("PRAGMA defer_foreign_keys = ON").execute().await?;
    for table in &tables {
        copy(from, &mut to, table).await?;
    }
    to.query("COMMIT").execute().await?;
    Ok(())
}

/// Copies a table; answers what its rows add up to.
pub(super) async fn copy(
    from: &mut Connection,
    to: &mut Connection,
    table: &Table,
) -> Result<Sum, BackupError> {
    let types = match to {
        Connection::Sqlite(_) => Vec::new(),
        Connection::Postgres(_) => pg_types(to, table).await?,
    };
    let per_statement = (VALUES_MAX / table.columns.len().max(1)).max(1);
    let mut sum = Sum::default();
    let mut bytes = 0;
    let mut waiting: Vec<Vec<Cell>> = Vec::with_capacity(per_statement);
    let mut rows = rows(from, table);
    while let Some(row) = rows.try_next().await? {
        let cells = cells(&row, table)?;
        sum.add(&cells);
        bytes += cells.iter().map(Cell::bytes).sum::<usize>();
        waiting.push(cells);
        if waiting.len() == per_statement || bytes > BYTES_MAX {
            bytes = 0;
            insert(to, table, &types, std::mem::take(&mut waiting)).await?;
        }
    }
    if !waiting.is_empty() {
        insert(to, table, &types, waiting).await?;
    }
    Ok(sum)
}

/// What the rows of a table add up to.
pub(super) async fn sum(link: &mut Connection, table: &Table) -> Result<Sum, BackupError> {
    let mut sum = Sum::default();
    let mut rows = rows(link, table);
    while let Some(row) = rows.try_next().await? {
        sum.add(&cells(&row, table)?);
    }
    Ok(sum)
}

fn rows<'a>(link: &'a mut Connection, table: &Table) -> BoxStream<'a, Result<Row, sqlx::Error>> {
    let sql = AssertSqlSafe(format!("SELECT {} FROM {}", table.column_list(), quoted(&table.name)));
    match link {
        Connection::Sqlite(connection) => {
            sqlx::query(sql).fetch(&mut **connection).map_ok(Row::Sqlite).boxed()
        }
        Connection::Postgres(connection) => {
            sqlx::query(sql).fetch(&mut **connection).map_ok(Row::Postgres).boxed()
        }
    }
}

fn cells(row: &Row, table: &Table) -> Result<Vec<Cell>, BackupError> {
    (0..table.columns.len()).map(|index| Ok(Cell::read(row, index)?)).collect()
}

async fn insert(
    to: &mut Connection,
    table: &Table,
    types: &[PgType],
    rows: Vec<Vec<Cell>>,
) -> Result<(), BackupError> {
    let width = table.columns.len();
    let places: Vec<String> = (0..rows.len())
        .map(|row| {
            let places: Vec<String> =
                (1..=width).map(|column| format!("${}", row * width + column)).collect();
            format!("({})", places.join(", "))
        })
        .collect();
    let sql = AssertSqlSafe(format!(
        "INSERT INTO {} ({}) VALUES {}",
        quoted(&table.name),
        table.column_list(),
        places.join(", ")
    ));
    match to {
        Connection::Sqlite(connection) => {
            let mut query = sqlx::query(sql);
            for cell in rows.into_iter().flatten() {
                query = match cell {
                    Cell::Null => query.bind(None::<i64>),
                    Cell::Int(number) => query.bind(number),
                    Cell::Real(number) => query.bind(number),
                    Cell::Text(text) => query.bind(text),
                    Cell::Blob(bytes) => query.bind(bytes),
                };
            }
            query.execute(&mut **connection).await?;
        }
        Connection::Postgres(connection) => {
            let mut query = sqlx::query(sql);
            for (index, cell) in rows.into_iter().flatten().enumerate() {
                let column = index % width;
                let kind = types.get(column).copied().unwrap_or(PgType::Text);
                let cell = cell.for_postgres(kind).map_err(|problem| BackupError::Value {
                    table: table.name.clone(),
                    column: table.columns.get(column).cloned().unwrap_or_default(),
                    problem,
                })?;
                query = match cell {
                    PgCell::Uuid(value) => query.bind(value),
                    PgCell::Bytes(value) => query.bind(value),
                    PgCell::Int(value) => query.bind(value),
                    PgCell::Bool(value) => query.bind(value),
                    PgCell::Real(value) => query.bind(value),
                    PgCell::Text(value) => query.bind(value),
                };
            }
            query.execute(&mut **connection).await?;
        }
    }
    Ok(())
}

/// The types of a table's columns in PostgreSQL, in the table's order.
async fn pg_types(to: &mut Connection, table: &Table) -> Result<Vec<PgType>, BackupError> {
    let known: Vec<(String, String)> = to
        .query(
            "SELECT column_name::text AS name, data_type::text AS kind \
             FROM information_schema.columns \
             WHERE table_schema = current_schema() AND table_name = $1",
        )
        .bind(table.name.clone())
        .fetch_as(|row| Ok((row.get("name")?, row.get("kind")?)))
        .await?;
    let value = |column: &str, problem: String| BackupError::Value {
        table: table.name.clone(),
        column: column.into(),
        problem,
    };
    table
        .columns
        .iter()
        .map(|column| {
            let kind = known
                .iter()
                .find(|(name, _)| name == column)
                .ok_or_else(|| value(column, "is not in the PostgreSQL schema".into()))?;
            PgType::named(&kind.1)
                .ok_or_else(|| value(column, format!("has a type backups do not know: {}", kind.1)))
        })
        .collect()
}
