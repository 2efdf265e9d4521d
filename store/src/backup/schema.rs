//! Which version of the schema a database has, and whether this program knows it.

use sqlx::migrate::Migrator;

use crate::{
    db::{Connection, Kind, POSTGRES, SQLITE},
    error::StoreError,
};

/// How a database's schema relates to the one this program carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Schema {
    /// There is none: the database is empty, or something else's.
    Absent,
    /// The same.
    Current {
        /// Its version.
        version: i64,
    },
    /// One that this program brings up to date.
    Older {
        /// Its version.
        version: i64,
        /// The program's.
        known: i64,
    },
    /// One that a later program made.
    Newer {
        /// Its version.
        version: i64,
        /// The program's.
        known: i64,
    },
    /// A migration began and did not end.
    Unfinished {
        /// Which.
        version: i64,
    },
    /// A migration that was run is not the one of this program.
    Altered {
        /// Which.
        version: i64,
    },
}

impl Schema {
    /// What is wrong with it, where this program cannot work with it.
    #[must_use]
    pub fn fault(self) -> Option<String> {
        match self {
            Self::Current { .. } | Self::Older { .. } => None,
            Self::Absent => Some("it has none of Daytwo's tables".into()),
            Self::Newer { version, known } => Some(format!(
                "its schema has version {version} and this program knows {known}: use the newer \
                 Daytwo that made it"
            )),
            Self::Unfinished { version } => {
                Some(format!("migration {version} of its schema began and did not end"))
            }
            Self::Altered { version } => Some(format!(
                "migration {version} of its schema is not the one this program carries"
            )),
        }
    }

    /// Its version, where it has a usable one.
    pub(super) const fn version(self) -> Option<i64> {
        match self {
            Self::Current { version } | Self::Older { version, .. } => Some(version),
            _ => None,
        }
    }
}

/// Reads which schema a database has; changes nothing.
///
/// # Errors
/// What the database says.
pub async fn schema(link: &mut Connection) -> Result<Schema, StoreError> {
    match link.kind() {
        Kind::Sqlite => against(link, &SQLITE).await,
        Kind::Postgres => against(link, &POSTGRES).await,
    }
}

pub(super) async fn against(link: &mut Connection, known: &Migrator) -> Result<Schema, StoreError> {
    let kept = match link.kind() {
        Kind::Sqlite => "SELECT count(*) AS n FROM sqlite_master WHERE name = '_sqlx_migrations'",
        Kind::Postgres => {
            "SELECT count(*) AS n FROM pg_tables \
             WHERE schemaname = current_schema() AND tablename = '_sqlx_migrations'"
        }
    };
    if link.query(kept).fetch_one().await?.get::<i64>("n")? == 0 {
        return Ok(Schema::Absent);
    }
    let applied = link
        .query("SELECT version, success, checksum FROM _sqlx_migrations ORDER BY version")
        .fetch_as(|row| {
            Ok((
                row.get::<i64>("version")?,
                row.get::<bool>("success")?,
                row.get::<Vec<u8>>("checksum")?,
            ))
        })
        .await?;
    let newest = known.iter().map(|migration| migration.version).max().unwrap_or(0);
    let Some(version) = applied.last().map(|(version, ..)| *version) else {
        return Ok(Schema::Absent);
    };
    if version > newest {
        return Ok(Schema::Newer { version, known: newest });
    }
    for (version, success, checksum) in applied {
        if !success {
            return Ok(Schema::Unfinished { version });
        }
        let same = known
            .iter()
            .any(|migration| migration.version == version && *migration.checksum == *checksum);
        if !same {
            return Ok(Schema::Altered { version });
        }
    }
    Ok(if version < newest {
        Schema::Older { version, known: newest }
    } else {
        Schema::Current { version }
    })
}
