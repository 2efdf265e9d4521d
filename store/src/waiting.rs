//! Rows that wait for the commit. Every act adds to the audit log, most add evidence, and pings say
//! where their heartbeats stand; no act reads the first two before the commit, and before one that
//! may read the last they are written. Those of acts that share a commit are written together: one
//! statement for many rows costs little more than one for one row.

use domain::{
    audit::{AuditEntry, Hash},
    event::Event,
    ids::HeartbeatId,
};

use crate::{
    audit,
    db::Link,
    error::StoreError,
    heartbeats::{self, HeartbeatRecord, PingRecord},
    rows,
    runs::evidence::{self, EvidenceRecord},
};

/// The rows, in the order they were added.
#[derive(Debug, Default)]
pub(crate) struct Waiting {
    pub(crate) audit: Vec<(AuditEntry, Hash)>,
    pub(crate) evidence: Vec<EvidenceRecord>,
    /// Where heartbeats stand, each as often as it was heard.
    pub(crate) stands: Vec<HeartbeatRecord>,
    pub(crate) pings: Vec<(HeartbeatId, PingRecord)>,
    /// What is told once the commit is there.
    pub(crate) events: Vec<Event>,
    /// How many deliveries are to be sent once the commit is there.
    pub(crate) deliveries: usize,
}

/// How many there are of each: what to go back to where an act fails.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Lengths {
    audit: usize,
    evidence: usize,
    stands: usize,
    pings: usize,
    events: usize,
    deliveries: usize,
}

impl Waiting {
    pub(crate) const fn lengths(&self) -> Lengths {
        Lengths {
            audit: self.audit.len(),
            evidence: self.evidence.len(),
            stands: self.stands.len(),
            pings: self.pings.len(),
            events: self.events.len(),
            deliveries: self.deliveries,
        }
    }

    pub(crate) fn go_back(&mut self, to: Lengths) {
        self.audit.truncate(to.audit);
        self.evidence.truncate(to.evidence);
        self.stands.truncate(to.stands);
        self.pings.truncate(to.pings);
        self.events.truncate(to.events);
        self.deliveries = to.deliveries;
    }

    /// Where a heartbeat stands, as far as that waits.
    pub(crate) fn stand(&self, id: HeartbeatId) -> Option<&HeartbeatRecord> {
        self.stands.iter().rev().find(|record| record.id == id)
    }

    /// Writes what was heard.
    pub(crate) async fn write_heard(&mut self, link: &mut Link) -> Result<(), StoreError> {
        heartbeats::write_stands(link, std::mem::take(&mut self.stands)).await?;
        heartbeats::write_pings(link, std::mem::take(&mut self.pings)).await
    }

    /// Writes them all.
    pub(crate) async fn write(mut self, link: &mut Link) -> Result<(), StoreError> {
        self.write_heard(link).await?;
        rows::insert(link, evidence::INSERT, 12, "", self.evidence, evidence::bind).await?;
        rows::insert(link, audit::INSERT, 12, "", self.audit, |query, (entry, hash)| {
            audit::bind(query, entry, hash)
        })
        .await?;
        Ok(())
    }
}
