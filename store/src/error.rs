//! What can go wrong in the database.

use std::fmt;

use thiserror::Error;

/// Trouble with the database. Never shown to users: the boundary logs it and answers that the
/// portal has a problem of its own.
#[derive(Debug, Error)]
pub enum StoreError {
    /// A row that should be there is not.
    #[error("a row that should exist does not")]
    Missing,
    /// A value that the portal did not write.
    #[error("column {column} holds something unreadable: {problem}")]
    Corrupt {
        /// The column.
        column: &'static str,
        /// What is wrong with it.
        problem: String,
    },
    /// The writer has stopped, because the portal is shutting down or has lost its database.
    #[error("the database's writer has stopped: {0}")]
    WriterStopped(String),
    /// The act broke down; all it wrote is undone.
    #[error("the act broke down; this is a defect of Daytwo")]
    ActPanicked,
    /// The connection died in COMMIT, and what became of it could not be found out.
    #[error("nobody knows whether this was kept: {0}")]
    Unknown(String),
    /// What the driver says.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

impl StoreError {
    /// Whether PostgreSQL refused a text for a character that no text of its may have: NUL.
    #[must_use]
    pub fn is_about_text(&self) -> bool {
        let Self::Database(sqlx::Error::Database(error)) = self else { return false };
        error.code().as_deref() == Some("22021")
    }

    /// What is kept in `column` cannot be read.
    pub fn corrupt(column: &'static str, problem: impl fmt::Display) -> Self {
        Self::Corrupt { column, problem: problem.to_string() }
    }

    /// Whether a unique constraint refused the row: someone else was first.
    #[must_use]
    pub fn is_unique_violation(&self) -> bool {
        let Self::Database(sqlx::Error::Database(error)) = self else { return false };
        // Where a trigger keeps rows from being replaced, it speaks before the constraint does.
        error.is_unique_violation() || error.message().ends_with("never replaced")
    }
}
