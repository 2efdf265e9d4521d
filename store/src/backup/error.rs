//! Why a backup cannot be made, read or restored.

use std::path::PathBuf;

use thiserror::Error;

use crate::{db::OpenError, error::StoreError};

/// Why a backup cannot be made, read or restored.
#[derive(Debug, Error)]
pub enum BackupError {
    /// A backup never overwrites.
    #[error("{0} exists already, and a backup never overwrites a file; name another")]
    Exists(PathBuf),
    /// A file or folder cannot be used.
    #[error("{path} cannot be {verb}: {error}")]
    File {
        /// The file or folder.
        path: PathBuf,
        /// `read`, `written`.
        verb: &'static str,
        /// Why.
        error: std::io::Error,
    },
    /// The file is something else.
    #[error("{path} is no backup of Daytwo: {why}")]
    NotABackup {
        /// The file.
        path: PathBuf,
        /// What it is instead.
        why: String,
    },
    /// The file was a backup once.
    #[error("{path} is damaged: {what}")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        what: String,
    },
    /// There is no database where one should be.
    #[error("there is no database of Daytwo at {0}")]
    Absent(String),
    /// The schema is not one this program can work with.
    #[error("{0}")]
    Schema(String),
    /// Restoring needs an empty database.
    #[error(
        "the database is in use ({0}), and restoring never overwrites; name an empty one with \
         --data-dir or DATABASE_URL, or only look at the backup with --check-only"
    )]
    NotEmpty(String),
    /// A column holds something the other database has no place for.
    #[error("{table}.{column} {problem}")]
    Value {
        /// The table.
        table: String,
        /// The column.
        column: String,
        /// What is wrong.
        problem: String,
    },
    /// What was restored is not what the backup holds; nothing of it was kept.
    #[error("{0}; nothing was kept")]
    Differs(String),
    /// The database cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// What the database says.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for BackupError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}
