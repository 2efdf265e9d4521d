//! Which tables and columns there are, read from the schema itself, so that a new migration needs
//! nothing here.

use std::collections::HashSet;

use super::error::BackupError;
use crate::db::{Connection, Kind};

/// A table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Table {
    pub(super) name: String,
    pub(super) columns: Vec<String>,
    /// The tables its foreign keys point at, itself among them where they do.
    pub(super) parents: Vec<String>,
}

impl Table {
    /// Its columns, quoted, separated by commas.
    pub(super) fn column_list(&self) -> String {
        self.columns.iter().map(|column| quoted(column)).collect::<Vec<_>>().join(", ")
    }
}

/// A name as an identifier in SQL.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// The names of all tables but the one about migrations.
pub(super) async fn names(link: &mut Connection) -> Result<Vec<String>, BackupError> {
    let sql = match link.kind() {
        Kind::Sqlite => {
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' \
             ESCAPE '\\' AND name <> '_sqlx_migrations' ORDER BY name"
        }
        Kind::Postgres => {
            "SELECT tablename::text AS name FROM pg_tables WHERE schemaname = current_schema() \
             AND tablename <> '_sqlx_migrations' ORDER BY 1"
        }
    };
    Ok(link.query(sql).fetch_as(|row| row.get("name")).await?)
}

/// The tables of a SQLite database, those that others point at first.
pub(super) async fn tables(link: &mut Connection) -> Result<Vec<Table>, BackupError> {
    let mut tables = Vec::new();
    for name in names(link).await? {
        let columns = link
            .query("SELECT name FROM pragma_table_info($1) ORDER BY cid")
            .bind(name.clone())
            .fetch_as(|row| row.get("name"))
            .await?;
        let parents = link
            .query("SELECT DISTINCT \"table\" AS parent FROM pragma_foreign_key_list($1)")
            .bind(name.clone())
            .fetch_as(|row| row.get("parent"))
            .await?;
        tables.push(Table { name, columns, parents });
    }
    Ok(in_order(tables))
}

/// Puts tables behind those they point at. Tables in a circle keep their order behind all others.
fn in_order(mut waiting: Vec<Table>) -> Vec<Table> {
    let mut done = Vec::with_capacity(waiting.len());
    let mut placed: HashSet<String> = HashSet::new();
    loop {
        let (ready, rest): (Vec<_>, Vec<_>) = waiting.into_iter().partition(|table| {
            table.parents.iter().all(|parent| *parent == table.name || placed.contains(parent))
        });
        if ready.is_empty() {
            done.extend(rest);
            return done;
        }
        placed.extend(ready.iter().map(|table| table.name.clone()));
        done.extend(ready);
        waiting = rest;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(name: &str, parents: &[&str]) -> Table {
        Table {
            name: name.into(),
            columns: vec!["id".into()],
            parents: parents.iter().map(ToString::to_string).collect(),
        }
    }

    #[test]
    fn parents_come_first_and_circles_last() {
        let ordered = in_order(vec![
            table("a", &["b", "a"]),
            table("b", &["c"]),
            table("c", &[]),
            table("x", &["y"]),
            table("y", &["x"]),
        ]);
        let names: Vec<_> = ordered.iter().map(|table| table.name.as_str()).collect();
        assert_eq!(names, ["c", "b", "a", "x", "y"]);
    }

    #[test]
    fn a_quote_in_a_name_ends_nothing() {
        assert_eq!(quoted("a\"b"), "\"a\"\"b\"");
    }
}
