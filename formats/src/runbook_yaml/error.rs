//! What is wrong with a runbook's file, and where.

use std::fmt;

use serde::Serialize;

/// One thing that is wrong with a runbook's YAML; shown as `FILE:LINE:COLUMN: FIELD: MESSAGE`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RunbookError {
    /// The file, as the caller named it.
    pub file: String,
    /// Line, from 1, where known.
    pub line: Option<u64>,
    /// Column, from 1, in characters, where known.
    pub column: Option<u64>,
    /// The field, such as `items[3].due` (counted from 0); empty where the file as a whole is
    /// meant.
    pub field: String,
    /// What is wrong and what to do.
    pub message: String,
}

impl fmt::Display for RunbookError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
            if let Some(column) = self.column {
                write!(f, ":{column}")?;
            }
        }
        if !self.field.is_empty() {
            write!(f, ": {}", self.field)?;
        }
        write!(f, ": {}", self.message)
    }
}

impl std::error::Error for RunbookError {}
