//! Writing the audit log: every act leaves an entry in its own transaction.

use chrono::{DateTime, Utc};
use domain::{
    actor::Actor,
    attested::{Attestation, Attested as _, WaiverEnd},
    audit::AuditEntry,
    ids::{DeploymentId, RunId},
    waiver::Waiver,
};
use serde_json::{Map, Value};
use store::{Tx, attested::ATTESTS};

/// An entry in the making.
#[derive(Debug)]
#[must_use = "an entry is written by `record`"]
pub struct Entry(AuditEntry, Map<String, Value>);

/// Begins an entry: `actor` did `action` to the `kind` called `subject`.
pub fn entry(
    actor: &Actor,
    at: DateTime<Utc>,
    action: &str,
    kind: &str,
    subject: impl ToString,
) -> Entry {
    Entry(
        AuditEntry {
            seq: 0,
            at,
            actor_kind: actor.kind().into(),
            actor_id: actor.id(),
            actor_name: actor.name().into(),
            action: action.into(),
            subject_kind: kind.into(),
            subject: subject.to_string(),
            deployment_id: None,
            sentence: String::new(),
            details: String::new(),
        },
        Map::new(),
    )
}

impl Entry {
    /// The deployment it belongs to, on whose timeline it appears.
    pub fn deployment(mut self, id: DeploymentId) -> Self {
        self.0.deployment_id = Some(id.0);
        self
    }

    /// As [`deployment`](Self::deployment), where there is one.
    pub fn deployment_if(mut self, id: Option<DeploymentId>) -> Self {
        self.0.deployment_id = id.map(|id| id.0);
        self
    }

    /// The run it belongs to, on whose timeline it appears: that of a deployment or of a duty.
    pub fn run(mut self, id: impl Into<RunId>) -> Self {
        self.0.deployment_id = Some(id.into().0);
        self
    }

    /// What happened, in a sentence without its actor: "ticked smoke-tests".
    pub fn says(mut self, sentence: impl Into<String>) -> Self {
        self.0.sentence = sentence.into();
        self
    }

    /// A particular.
    pub fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.1.insert(key.into(), value.into());
        self
    }

    /// Vouches for a record that the act has added.
    pub fn attests(mut self, record: &Attestation) -> Self {
        let all = self.1.entry(ATTESTS).or_insert_with(|| Value::Array(Vec::new()));
        if let (Value::Array(all), Ok(record)) = (all, serde_json::to_value(record)) {
            all.push(record);
        }
        self
    }

    /// As [`attests`](Self::attests), of the ends of these waivers.
    pub fn attests_ends(self, ended: &[Waiver]) -> Self {
        let ends = ended.iter().filter_map(WaiverEnd::of);
        ends.fold(self, |entry, end| entry.attests(&end.attestation()))
    }

    /// Adds it to what is written with the commit; answers its place in the log.
    pub fn record(mut self, tx: &mut Tx) -> i64 {
        self.0.details = Value::Object(self.1).to_string();
        tx.record(self.0)
    }
}
