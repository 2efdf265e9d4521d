//! A waiver: an item closed without evidence, until a time.

use chrono::{DateTime, Utc};

use crate::ids::{ItemId, PersonId, RunId, WaiverId};

/// A waiver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiver {
    /// Its id.
    pub id: WaiverId,
    /// In which run.
    pub run_id: RunId,
    /// Of which box.
    pub item_id: ItemId,
    /// Who granted it, where that is known.
    pub approver_id: Option<PersonId>,
    /// Their name.
    pub approver_name: String,
    /// Why.
    pub reason: String,
    /// When.
    pub granted_at: DateTime<Utc>,
    /// Until when.
    pub expires_at: DateTime<Utc>,
    /// When it was ended early.
    pub ended_at: Option<DateTime<Utc>>,
    /// By whom.
    pub ended_by: Option<String>,
}
