//! What a schema guards its rows with, out of the way while a backup takes their place: triggers,
//! and foreign keys of rows that point at rows still to come. All within one transaction, so that
//! no one ever meets the tables unguarded.

use sqlx::AssertSqlSafe;

use super::{
    catalog::{Table, quoted},
    error::BackupError,
};
use crate::db::Connection;

/// What was lowered and has to be raised again.
#[derive(Debug)]
#[must_use = "the tables stay unguarded until `raise`"]
pub(super) struct Guards {
    /// The statements that raise them again.
    again: Vec<String>,
    triggers: Vec<Trigger>,
}

/// A trigger's table, its name, and how it is defined or enabled.
type Trigger = (String, String, String);

impl Guards {
    /// Lowers them.
    pub(super) async fn lower(
        link: &mut Connection,
        tables: &[Table],
    ) -> Result<Self, BackupError> {
        let triggers = triggers(link).await?;
        let mut again = Vec::new();
        match link {
            Connection::Sqlite(_) => {
                link.query("PRAGMA defer_foreign_keys = ON").execute().await?;
                for (_, name, definition) in &triggers {
                    run(link, format!("DROP TRIGGER {}", quoted(name))).await?;
                    again.push(definition.clone());
                }
            }
            Connection::Postgres(_) => {
                for (table, name, _) in &triggers {
                    let (table, name) = (quoted(table), quoted(name));
                    run(link, format!("ALTER TABLE {table} DISABLE TRIGGER {name}")).await?;
                    again.push(format!("ALTER TABLE {table} ENABLE TRIGGER {name}"));
                }
                for (table, name) in forward_keys(link, tables).await? {
                    let change = format!(
                        "ALTER TABLE {} ALTER CONSTRAINT {}",
                        quoted(&table),
                        quoted(&name)
                    );
                    run(link, format!("{change} DEFERRABLE INITIALLY DEFERRED")).await?;
                    again.push(format!("{change} NOT DEFERRABLE"));
                }
            }
        }
        Ok(Self { again, triggers })
    }

    /// Raises them, and makes sure that all stand as they did.
    pub(super) async fn raise(self, link: &mut Connection) -> Result<(), BackupError> {
        if matches!(link, Connection::Postgres(_)) {
            // Checks now what was put off; a table with checks pending cannot be altered.
            link.query("SET CONSTRAINTS ALL IMMEDIATE").execute().await?;
        } else if let Some(row) = link.query("PRAGMA foreign_key_check").fetch_optional().await? {
            let table: String = row.get("table")?;
            return Err(BackupError::Differs(format!(
                "rows of {table} point at rows that are not there"
            )));
        }
        for statement in self.again {
            run(link, statement).await?;
        }
        if triggers(link).await? != self.triggers {
            return Err(BackupError::Differs("the tables' triggers are not as they were".into()));
        }
        Ok(())
    }
}

async fn run(link: &mut Connection, statement: String) -> Result<(), BackupError> {
    link.query(AssertSqlSafe(statement)).execute().await?;
    Ok(())
}

async fn triggers(link: &mut Connection) -> Result<Vec<Trigger>, BackupError> {
    let sql = match link {
        Connection::Sqlite(_) => {
            "SELECT tbl_name AS holder, name, sql AS how FROM sqlite_master \
             WHERE type = 'trigger' ORDER BY name"
        }
        Connection::Postgres(_) => {
            "SELECT c.relname::text AS holder, t.tgname::text AS name, t.tgenabled::text AS how \
             FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid \
             WHERE NOT t.tgisinternal AND c.relnamespace = current_schema()::regnamespace \
             ORDER BY 1, 2"
        }
    };
    let read = |row: &crate::db::Row| Ok((row.get("holder")?, row.get("name")?, row.get("how")?));
    Ok(link.query(sql).fetch_as(read).await?)
}

/// The foreign keys whose rows may point at rows that are copied after them.
async fn forward_keys(
    link: &mut Connection,
    tables: &[Table],
) -> Result<Vec<(String, String)>, BackupError> {
    let keys: Vec<(String, String, String)> = link
        .query(
            "SELECT c.relname::text AS holder, p.relname::text AS parent, k.conname::text AS name \
             FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid \
             JOIN pg_class p ON p.oid = k.confrelid \
             WHERE k.contype = 'f' AND NOT k.condeferrable \
             AND k.connamespace = current_schema()::regnamespace ORDER BY 1, 3",
        )
        .fetch_as(|row| Ok((row.get("holder")?, row.get("parent")?, row.get("name")?)))
        .await?;
    let place = |name: &str| tables.iter().position(|table| table.name == name);
    Ok(keys
        .into_iter()
        .filter(|(holder, parent, _)| place(parent) >= place(holder))
        .map(|(holder, _, name)| (holder, name))
        .collect())
}
