//! What the audit log vouches for: an act that adds a signature, a waiver or evidence puts the digest
//! of that record into its entry, so that a record changed, removed or put in by other hands is found
//! by whoever follows the log. Triggers stop mistakes; this convinces.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::{
    audit::Hash,
    evidence::Evidence,
    ids::{SignOffId, WaiverId},
    sign_off::SignOff,
    string_enum::string_enum,
    waiver::Waiver,
};

string_enum! {
    /// A kind of record the audit log vouches for.
    AttestedKind {
        /// A sign-off.
        SignOff = "sign_off",
        /// A waiver, as it was granted.
        Waiver = "waiver",
        /// A piece of evidence.
        Evidence = "evidence",
        /// That a sign-off counts no more.
        SignOffVoid = "sign_off_void",
        /// That a waiver was ended before its time.
        WaiverEnd = "waiver_end",
    }
}

/// What an entry says of a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attestation {
    /// Of which kind.
    pub kind: AttestedKind,
    /// Its id.
    pub id: Uuid,
    /// The SHA-256 of all it said when it was added, in hexadecimal.
    pub digest: String,
}

/// A record the audit log vouches for.
pub trait Attested {
    /// Its kind.
    const KIND: AttestedKind;

    /// Its id.
    fn id(&self) -> Uuid;

    /// Feeds all it said when it was added, but its id.
    fn feed(&self, digest: &mut FieldDigest);

    /// What an entry says of it.
    fn attestation(&self) -> Attestation {
        let mut digest = FieldDigest(Sha256::new());
        digest.text(Self::KIND.as_str());
        digest.id(self.id());
        self.feed(&mut digest);
        let hash: Hash = digest.0.finalize().into();
        let hexadecimal = hash.iter().map(|byte| format!("{byte:02x}")).collect();
        Attestation { kind: Self::KIND, id: self.id(), digest: hexadecimal }
    }
}

/// A digest of fields, each preceded by its length, so that no two records read alike.
pub struct FieldDigest(Sha256);

impl FieldDigest {
    fn bytes(&mut self, bytes: &[u8]) {
        self.0.update((bytes.len() as u64).to_be_bytes());
        self.0.update(bytes);
    }

    fn text(&mut self, text: &str) {
        self.bytes(text.as_bytes());
    }

    fn id(&mut self, id: Uuid) {
        self.bytes(id.as_bytes());
    }

    fn time(&mut self, at: DateTime<Utc>) {
        self.bytes(&at.timestamp_micros().to_be_bytes());
    }

    fn optional<T>(&mut self, value: Option<T>, feed: impl FnOnce(&mut Self, T)) {
        self.bytes(&[u8::from(value.is_some())]);
        if let Some(value) = value {
            feed(self, value);
        }
    }
}

impl Attested for SignOff {
    const KIND: AttestedKind = AttestedKind::SignOff;

    fn id(&self) -> Uuid {
        self.id.0
    }

    fn feed(&self, digest: &mut FieldDigest) {
        digest.id(self.run_id.0);
        digest.id(self.person_id.0);
        digest.text(&self.person_name);
        digest.text(&self.role);
        digest.text(&self.comment);
        digest.optional(self.did_not_deploy.as_deref(), FieldDigest::text);
        digest.bytes(&[u8::from(self.alone)]);
        digest.optional(self.despite.as_deref(), FieldDigest::text);
        digest.time(self.at);
    }
}

impl Attested for Waiver {
    const KIND: AttestedKind = AttestedKind::Waiver;

    fn id(&self) -> Uuid {
        self.id.0
    }

    // That it was ended is an act of its own: a `WaiverEnd`.
    fn feed(&self, digest: &mut FieldDigest) {
        digest.id(self.run_id.0);
        digest.id(self.item_id.0);
        digest.optional(self.approver_id, |digest, id| digest.id(id.0));
        digest.text(&self.approver_name);
        digest.text(&self.reason);
        digest.time(self.granted_at);
        digest.time(self.expires_at);
    }
}

impl Attested for Evidence {
    const KIND: AttestedKind = AttestedKind::Evidence;

    fn id(&self) -> Uuid {
        self.id.0
    }

    fn feed(&self, digest: &mut FieldDigest) {
        digest.id(self.run_id.0);
        digest.id(self.item_id.0);
        digest.time(self.at);
        digest.text(&self.source_kind);
        digest.text(&self.source_name);
        digest.text(&self.status);
        digest.text(&self.summary);
        digest.optional(self.url.as_deref(), FieldDigest::text);
        digest.optional(self.started_at, FieldDigest::time);
        digest.optional(self.finished_at, FieldDigest::time);
        digest.text(&self.details);
    }
}

/// That a sign-off counts no more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignOffVoid {
    /// Which.
    pub sign_off: SignOffId,
    /// Since when.
    pub at: DateTime<Utc>,
    /// Why.
    pub reason: String,
}

impl Attested for SignOffVoid {
    const KIND: AttestedKind = AttestedKind::SignOffVoid;

    fn id(&self) -> Uuid {
        self.sign_off.0
    }

    fn feed(&self, digest: &mut FieldDigest) {
        digest.time(self.at);
        digest.text(&self.reason);
    }
}

/// That a waiver was ended before its time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaiverEnd {
    /// Which.
    pub waiver: WaiverId,
    /// When.
    pub at: DateTime<Utc>,
    /// By whom.
    pub by: String,
}

impl WaiverEnd {
    /// That of a waiver; none where nobody has ended it.
    #[must_use]
    pub fn of(waiver: &Waiver) -> Option<Self> {
        Some(Self { waiver: waiver.id, at: waiver.ended_at?, by: waiver.ended_by.clone()? })
    }
}

impl Attested for WaiverEnd {
    const KIND: AttestedKind = AttestedKind::WaiverEnd;

    fn id(&self) -> Uuid {
        self.waiver.0
    }

    fn feed(&self, digest: &mut FieldDigest) {
        digest.time(self.at);
        digest.text(&self.by);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::ids::{ItemId, PersonId, RunId};

    #[test]
    fn each_field_of_a_record_changes_its_digest() {
        let at = |s: i64| DateTime::<Utc>::from_timestamp(1_790_000_000 + s, 0).unwrap();
        let granted = Waiver {
            id: WaiverId(Uuid::from_u128(1)),
            run_id: RunId(Uuid::from_u128(2)),
            item_id: ItemId(Uuid::from_u128(3)),
            approver_id: Some(PersonId(Uuid::from_u128(4))),
            approver_name: "Ada".into(),
            reason: "the job runs at night".into(),
            granted_at: at(0),
            expires_at: at(60),
            ended_at: None,
            ended_by: None,
        };
        let other = |change: &dyn Fn(&mut Waiver)| {
            let mut other = granted.clone();
            change(&mut other);
            other.attestation().digest
        };
        let digests = [
            granted.attestation().digest,
            other(&|one| one.id = WaiverId(Uuid::from_u128(9))),
            other(&|one| one.run_id = RunId(Uuid::from_u128(9))),
            other(&|one| one.item_id = ItemId(Uuid::from_u128(9))),
            other(&|one| one.approver_id = None),
            other(&|one| one.approver_name = "Eve".into()),
            other(&|one| one.reason.push('.')),
            // The same letters, divided otherwise.
            other(&|one| {
                one.approver_name = "Adathe".into();
                one.reason = " job runs at night".into();
            }),
            other(&|one| one.granted_at = at(1)),
            other(&|one| one.expires_at = at(61)),
        ];
        assert_eq!(HashSet::from(digests.clone()).len(), digests.len(), "{digests:?}");
        assert_eq!(other(&|one| one.ended_at = Some(at(5))), digests[0], "an act of its own");
        assert_eq!(WaiverEnd::of(&granted), None);
        let ended = |by: &str, s: i64| {
            let (ended_at, ended_by) = (Some(at(s)), Some(by.to_owned()));
            WaiverEnd::of(&Waiver { ended_at, ended_by, ..granted.clone() }).unwrap()
        };
        let digests =
            [("Ada", 5), ("Eve", 5), ("Ada", 6)].map(|(by, s)| ended(by, s).attestation().digest);
        assert_eq!(HashSet::from(digests.clone()).len(), digests.len(), "{digests:?}");
    }
}
