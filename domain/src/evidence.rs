//! Evidence on an item.

use chrono::{DateTime, Utc};

use crate::ids::{EvidenceId, ItemId, RunId};

/// A piece of evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// Its id.
    pub id: EvidenceId,
    /// In which run.
    pub run_id: RunId,
    /// On which box.
    pub item_id: ItemId,
    /// When it arrived.
    pub at: DateTime<Utc>,
    /// `person`, `token`, `report`, `check` or `system`.
    pub source_kind: String,
    /// Who or what gave it.
    pub source_name: String,
    /// `passed`, `failed`, `undecided`, `unticked` or `waived`.
    pub status: String,
    /// What it says.
    pub summary: String,
    /// Where there is more.
    pub url: Option<String>,
    /// When what it reports began.
    pub started_at: Option<DateTime<Utc>>,
    /// When that ended.
    pub finished_at: Option<DateTime<Utc>>,
    /// The particulars, as JSON text.
    pub details: String,
}
