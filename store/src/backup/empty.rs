//! Whether a database holds anything that restoring would lose.

use sqlx::AssertSqlSafe;

use super::{
    catalog::{self, Table, quoted},
    contents::count,
    error::BackupError,
    schema::{Schema, schema},
};
use crate::db::Connection;

/// What the portal itself puts into a new database: the runbooks that ship, with their audit
/// entries.
const OF_THE_PORTAL: [&str; 4] = ["environments", "runbook_versions", "audit", "settings"];

/// What is in the way, such as `3 people, 12 deployments`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Occupied(pub(super) String);

/// Whether the database holds anything of anyone's.
pub(super) async fn occupied(link: &mut Connection) -> Result<Option<Occupied>, BackupError> {
    let names = catalog::names(link).await?;
    let found = schema(link).await?;
    if found == Schema::Absent {
        // Tables without a record of migrations are somebody else's.
        return Ok((!names.is_empty()).then(|| Occupied("its tables are not Daytwo's".into())));
    }
    if let Some(fault) = found.fault() {
        return Err(BackupError::Schema(format!("the database cannot be restored into: {fault}")));
    }
    let mut held = Vec::new();
    for name in names.iter().filter(|name| !OF_THE_PORTAL.contains(&name.as_str())) {
        let rows = count(link, name).await?;
        if rows > 0 {
            held.push(format!("{rows} in {name}"));
        }
    }
    let acts: i64 = link
        .query("SELECT count(*) AS n FROM audit WHERE actor_kind <> 'system'")
        .fetch_one()
        .await?
        .get("n")?;
    if acts > 0 {
        held.push(format!("{acts} in the audit log that are not the portal's own"));
    }
    Ok((!held.is_empty()).then(|| Occupied(held.join(", "))))
}

/// Removes all rows of a table whose guards are lowered.
pub(super) async fn clear(link: &mut Connection, table: &Table) -> Result<(), BackupError> {
    let sql = format!("DELETE FROM {}", quoted(&table.name));
    link.query(AssertSqlSafe(sql)).execute().await?;
    Ok(())
}
