//! How a database itself is, apart from what it holds.

use crate::{
    db::{Connection, Kind},
    error::StoreError,
};

/// The tables whose rows are never changed.
const APPEND_ONLY: [&str; 8] = [
    "audit",
    "evidence",
    "sign_offs",
    "voided_sign_offs",
    "waivers",
    "baselines",
    "manual_baselines",
    "rollbacks",
];

/// How a database is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Health {
    /// Damage the database finds in its own files.
    pub damage: Vec<String>,
    /// Append-only tables whose triggers are missing or disabled.
    pub unguarded: Vec<String>,
    /// SQLite's way of writing, `wal` where all is well; none with PostgreSQL.
    pub journal: Option<String>,
}

/// Asks the database how it is; changes nothing.
///
/// # Errors
/// What the database says, which may itself be that it is damaged.
pub async fn health(link: &mut Connection) -> Result<Health, StoreError> {
    let mut unguarded = Vec::new();
    for table in APPEND_ONLY {
        if !guarded(link, table).await? {
            unguarded.push(table.to_owned());
        }
    }
    Ok(match link.kind() {
        Kind::Sqlite => {
            let mut damage: Vec<String> =
                link.query("PRAGMA quick_check(5)").fetch_as(|row| row.get("quick_check")).await?;
            damage.retain(|line| line != "ok");
            let orphans = link.query("PRAGMA foreign_key_check").fetch_all().await?.len();
            if orphans > 0 {
                damage.push(format!("{orphans} rows point at rows that are not there"));
            }
            let journal =
                link.query("PRAGMA journal_mode").fetch_one().await?.get("journal_mode")?;
            Health { damage, unguarded, journal: Some(journal) }
        }
        Kind::Postgres => Health { damage: postgres(link).await?, unguarded, journal: None },
    })
}

/// Whether both changing and deleting rows is refused.
async fn guarded(link: &mut Connection, table: &str) -> Result<bool, StoreError> {
    let sql = match link.kind() {
        Kind::Sqlite => {
            "SELECT count(*) AS n FROM (SELECT DISTINCT CASE WHEN sql LIKE '%BEFORE UPDATE%' \
             THEN 1 WHEN sql LIKE '%BEFORE DELETE%' THEN 2 END AS act FROM sqlite_master \
             WHERE type = 'trigger' AND tbl_name = $1 AND sql LIKE '%RAISE(ABORT%') \
             WHERE act IS NOT NULL"
        }
        // Bits of `tgtype`: 8 is DELETE, 16 is UPDATE.
        Kind::Postgres => {
            "SELECT count(*) * 2 AS n FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid \
             WHERE c.relname = $1 AND c.relnamespace = current_schema()::regnamespace \
             AND NOT t.tgisinternal AND t.tgenabled IN ('O', 'A') AND t.tgtype & 24 = 24"
        }
    };
    Ok(link.query(sql).bind(table.to_owned()).fetch_one().await?.get::<i64>("n")? >= 2)
}

/// What PostgreSQL knows of damage: broken indexes, and pages whose checksum was wrong.
async fn postgres(link: &mut Connection) -> Result<Vec<String>, StoreError> {
    let mut damage: Vec<String> = link
        .query(
            "SELECT c.relname::text AS name FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid \
             WHERE NOT i.indisvalid AND c.relnamespace = current_schema()::regnamespace",
        )
        .fetch_as(|row| Ok(format!("the index {} is not valid", row.get::<String>("name")?)))
        .await?;
    let wrong: i64 = link
        .query(
            "SELECT coalesce(sum(checksum_failures), 0)::bigint AS n FROM pg_stat_database \
             WHERE datname = current_database()",
        )
        .fetch_one()
        .await?
        .get("n")?;
    if wrong > 0 {
        damage.push(format!("{wrong} pages had a wrong checksum"));
    }
    Ok(damage)
}
