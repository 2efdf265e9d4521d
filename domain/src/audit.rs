//! The audit log's hash chain: each entry's hash covers the one before it, so that an entry
//! changed, removed or put in between is found.

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// A SHA-256 hash.
pub type Hash = [u8; 32];

/// What the first entry's hash stands on.
pub const GENESIS: Hash = [0; 32];

/// What one entry says; the hash covers all of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// 1, 2, 3, … without a gap.
    pub seq: i64,
    /// When, to the microsecond (UTC).
    pub at: DateTime<Utc>,
    /// `person`, `token`, `system` or `command_line`.
    pub actor_kind: String,
    /// The actor's id, where there is one.
    pub actor_id: Option<Uuid>,
    /// The actor's name at that time.
    pub actor_name: String,
    /// What was done, such as `item.tick`.
    pub action: String,
    /// The kind of what it was done to, such as `item`.
    pub subject_kind: String,
    /// Its id or key.
    pub subject: String,
    /// The deployment it belongs to, where there is one.
    pub deployment_id: Option<Uuid>,
    /// One sentence for people.
    pub sentence: String,
    /// The particulars, as JSON text.
    pub details: String,
}

impl AuditEntry {
    /// The hash of this entry standing on `previous`: SHA-256 over the previous hash and every
    /// field, each preceded by its length, so that no two entries read alike.
    #[must_use]
    pub fn hash(&self, previous: &Hash) -> Hash {
        let mut hasher = Sha256::new();
        hasher.update(previous);
        let mut field = |bytes: &[u8]| {
            hasher.update((bytes.len() as u64).to_be_bytes());
            hasher.update(bytes);
        };
        field(&self.seq.to_be_bytes());
        field(&self.at.timestamp_micros().to_be_bytes());
        field(self.actor_kind.as_bytes());
        field(self.actor_id.as_ref().map_or(&[][..], |id| id.as_bytes()));
        field(self.actor_name.as_bytes());
        field(self.action.as_bytes());
        field(self.subject_kind.as_bytes());
        field(self.subject.as_bytes());
        field(self.deployment_id.as_ref().map_or(&[][..], |id| id.as_bytes()));
        field(self.sentence.as_bytes());
        field(self.details.as_bytes());
        hasher.finalize().into()
    }
}

/// Follows a chain entry by entry.
#[derive(Debug, Clone)]
pub struct ChainCheck {
    seq: i64,
    head: Hash,
}

impl Default for ChainCheck {
    fn default() -> Self {
        Self { seq: 0, head: GENESIS }
    }
}

impl ChainCheck {
    /// Takes the next entry with its stored hash.
    ///
    /// # Errors
    /// A sentence that names the first entry that does not fit.
    pub fn next(&mut self, entry: &AuditEntry, stored: &[u8]) -> Result<(), String> {
        if entry.seq != self.seq + 1 {
            return Err(format!(
                "after entry {} comes entry {}: at least one is missing",
                self.seq, entry.seq
            ));
        }
        let hash = entry.hash(&self.head);
        if hash != stored {
            return Err(format!(
                "entry {} does not match its hash: it, or one before it, was changed",
                entry.seq
            ));
        }
        self.seq = entry.seq;
        self.head = hash;
        Ok(())
    }

    /// How many entries were followed.
    #[must_use]
    pub const fn len(&self) -> i64 {
        self.seq
    }

    /// Whether no entry has been followed yet.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.seq == 0
    }

    /// The hash of the last entry followed.
    #[must_use]
    pub const fn head(&self) -> &Hash {
        &self.head
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone;

    use super::*;

    fn entry(seq: i64, sentence: &str) -> AuditEntry {
        AuditEntry {
            seq,
            at: Utc.timestamp_opt(1_763_560_920 + seq, 0).single().unwrap(),
            actor_kind: "person".into(),
            actor_id: None,
            actor_name: "Jo".into(),
            action: "item.tick".into(),
            subject_kind: "item".into(),
            subject: "smoke-tests".into(),
            deployment_id: None,
            sentence: sentence.into(),
            details: "{}".into(),
        }
    }

    fn chain(n: i64) -> Vec<(AuditEntry, Hash)> {
        let mut head = GENESIS;
        (1..=n)
            .map(|seq| {
                let entry = entry(seq, "Jo ticked smoke-tests");
                head = entry.hash(&head);
                (entry, head)
            })
            .collect()
    }

    fn verify(chain: &[(AuditEntry, Hash)]) -> Result<i64, String> {
        let mut check = ChainCheck::default();
        for (entry, hash) in chain {
            check.next(entry, hash)?;
        }
        Ok(check.len())
    }

    #[test]
    fn an_untouched_chain_verifies() {
        assert_eq!(verify(&chain(9)), Ok(9));
    }

    #[test]
    fn a_changed_a_missing_and_a_swapped_entry_are_found() {
        let mut changed = chain(9);
        changed[4].0.sentence = "Jo waived smoke-tests".into();
        assert!(verify(&changed).unwrap_err().starts_with("entry 5"));

        let mut missing = chain(9);
        missing.remove(4);
        assert!(verify(&missing).unwrap_err().contains("missing"));

        let mut swapped = chain(9);
        swapped.swap(3, 4);
        assert!(verify(&swapped).is_err());
    }

    #[test]
    fn fields_cannot_run_into_each_other() {
        let mut a = entry(1, "s");
        let mut b = a.clone();
        (a.action, a.subject_kind) = ("ab".into(), "c".into());
        (b.action, b.subject_kind) = ("a".into(), "bc".into());
        assert_ne!(a.hash(&GENESIS), b.hash(&GENESIS));
    }
}
