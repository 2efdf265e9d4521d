//! Rows that wait for the commit. Every act adds to the audit log and most add evidence; nothing
//! reads either before the commit. Those of acts that share a commit are written together: one
//! statement for many rows costs little more than one for one row.

use domain::audit::{AuditEntry, Hash};

use crate::{
    audit,
    db::Link,
    error::StoreError,
    evidence::{self, EvidenceRecord},
    rows,
};

/// The rows, in the order they were added.
#[derive(Debug, Default)]
pub(crate) struct Waiting {
    pub(crate) audit: Vec<(AuditEntry, Hash)>,
    pub(crate) evidence: Vec<EvidenceRecord>,
}

/// How many there are of each: what to go back to where an act fails.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Lengths {
    audit: usize,
    evidence: usize,
}

impl Waiting {
    pub(crate) const fn lengths(&self) -> Lengths {
        Lengths { audit: self.audit.len(), evidence: self.evidence.len() }
    }

    pub(crate) fn go_back(&mut self, to: Lengths) {
        self.audit.truncate(to.audit);
        self.evidence.truncate(to.evidence);
    }

    /// Writes them all.
    pub(crate) async fn write(self, link: &mut Link) -> Result<(), StoreError> {
        rows::insert(link, evidence::INSERT, 12, "", self.evidence, evidence::bind).await?;
        rows::insert(link, audit::INSERT, 12, "", self.audit, |query, (entry, hash)| {
            audit::bind(query, entry, hash)
        })
        .await?;
        Ok(())
    }
}
