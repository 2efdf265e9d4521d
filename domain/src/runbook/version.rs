//! A published version of a runbook.

use chrono::{DateTime, Utc};

use crate::{ids::RunbookVersionId, runbook::Runbook};

/// A version of a runbook.
#[derive(Debug, Clone)]
pub struct RunbookVersion {
    /// Its id.
    pub id: RunbookVersionId,
    /// 1, 2, 3, … for each runbook.
    pub number: i64,
    /// The YAML as it was written.
    pub source: String,
    /// What it says.
    pub content: Runbook,
    /// Who published it.
    pub published_by: String,
    /// When.
    pub published_at: DateTime<Utc>,
}
