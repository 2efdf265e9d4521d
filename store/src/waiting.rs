//! Rows that wait for the commit. Every act adds to the audit log and most add evidence; nothing
//! reads either before the commit. Those of acts that share a commit are written together: one
//! statement for many rows costs little more than one for one row.

use domain::audit::{AuditEntry, Hash};
use sqlx::AssertSqlSafe;

use crate::{
    audit,
    db::Link,
    error::StoreError,
    evidence::{self, EvidenceRecord},
};

/// How many rows a statement takes, most first: few sizes, so that few statements are prepared.
const SIZES: [usize; 3] = [16, 4, 1];

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
        let mut rows = self.evidence.into_iter();
        while rows.len() > 0 {
            let size = size(rows.len());
            let mut query = link.query(AssertSqlSafe(insert(evidence::INSERT, 12, size)));
            for record in rows.by_ref().take(size) {
                query = evidence::bind(query, record);
            }
            query.run().await?;
        }
        let mut rows = self.audit.into_iter();
        while rows.len() > 0 {
            let size = size(rows.len());
            let mut query = link.query(AssertSqlSafe(insert(audit::INSERT, 12, size)));
            for (entry, hash) in rows.by_ref().take(size) {
                query = audit::bind(query, entry, hash);
            }
            query.run().await?;
        }
        Ok(())
    }
}

fn size(left: usize) -> usize {
    SIZES.into_iter().find(|size| *size <= left).unwrap_or(1)
}

/// `head` followed by `rows` rows of `columns` places: `($1, $2), ($3, $4)`.
fn insert(head: &str, columns: usize, rows: usize) -> String {
    let row = |at: usize| {
        let places = (at * columns + 1..=(at + 1) * columns).map(|place| format!("${place}"));
        format!("({})", places.collect::<Vec<_>>().join(", "))
    };
    format!("{head} VALUES {}", (0..rows).map(row).collect::<Vec<_>>().join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_numbered_through() {
        assert_eq!(
            insert("INSERT INTO t (a, b)", 2, 2),
            "INSERT INTO t (a, b) VALUES ($1, $2), ($3, $4)"
        );
        assert_eq!([1, 3, 4, 15, 16, 99].map(size), [1, 1, 4, 4, 16, 16]);
    }
}
