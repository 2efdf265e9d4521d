//! A run's items and sign-offs as the API answers them.

use chrono::{DateTime, Utc};
use domain::{due::is_overdue, evidence::Evidence, item::Item, sign_off::SignOff};
use serde::{Deserialize, Serialize};

/// How many pieces of evidence of each item are answered, the newest first.
pub(crate) const EVIDENCE_EACH: i64 = 20;

/// A required sign-off.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct SignOffRequiredView {
    /// The role.
    pub role: String,
    /// How many people of it.
    pub count: u32,
}

/// A sign-off.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct SignOffView {
    /// Who signed.
    pub person: String,
    /// For which role.
    pub role: String,
    /// When.
    pub at: DateTime<Utc>,
    /// What they said.
    pub comment: String,
    /// The deployer's name, of which they said that it is not theirs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub did_not_deploy: Option<String>,
    /// Whether they signed alone, having deployed it or waived a box of it.
    #[serde(default)]
    pub alone: bool,
    /// What they said to sign in spite of: what was waived, and what failed beside the required items.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub despite: Option<String>,
    /// Since when it counts no more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub voided_at: Option<DateTime<Utc>>,
    /// Why it counts no more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub voided_because: Option<String>,
}

/// An item of a run.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ItemView {
    /// Its key.
    pub key: String,
    /// Its title.
    pub title: String,
    /// The section it stands in.
    pub section: String,
    /// `human`, `automated` or `mixed`.
    pub actor: String,
    /// Whether the gate waits for it.
    pub required: bool,
    /// `open`, `running`, `passed`, `failed`, `undecided`, `waived` or `not_required`.
    pub state: String,
    /// The sentence that explains the state.
    pub reason: String,
    /// When it is due.
    pub due_at: Option<DateTime<Utc>>,
    /// Whether it is overdue.
    pub overdue: bool,
    /// The test reports that stand on it, oldest first; it passes only if each of them does.
    #[serde(default)]
    pub reports: Vec<ReportView>,
    /// The newest evidence.
    pub evidence: Vec<EvidenceView>,
}

/// A test report that stands on an item.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ReportView {
    /// Its name: a newer report of this name (`?name=`) takes its place.
    pub name: String,
    /// `passed`, `failed` or `undecided`.
    pub status: String,
    /// What it says, in a sentence.
    pub summary: String,
    /// Who sent it.
    pub source: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// A piece of evidence.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct EvidenceView {
    /// When it arrived.
    pub at: DateTime<Utc>,
    /// What gave it: `person`, `token`, `report`, `check` or `system`.
    pub source_kind: String,
    /// Its name.
    pub source: String,
    /// `passed`, `failed`, `undecided` or `unticked`.
    pub status: String,
    /// What it says.
    pub summary: String,
    /// Where there is more.
    pub url: Option<String>,
}

impl ItemView {
    /// The item with its evidence at `now`.
    pub(crate) fn of(item: &Item, kept: &[Evidence], now: DateTime<Utc>) -> Self {
        Self {
            key: item.key.clone(),
            title: item.title.clone(),
            section: item.section.clone(),
            actor: item.actor.as_str().into(),
            required: item.required,
            state: item.state.as_str().into(),
            reason: item.reason.clone(),
            due_at: item.due_at,
            overdue: is_overdue(item.state, item.due_at, now),
            reports: item
                .reports
                .iter()
                .map(|report| ReportView {
                    name: report.name.clone(),
                    status: report.word.as_str().into(),
                    summary: report.sentence.clone(),
                    source: report.by.clone(),
                    at: report.at,
                })
                .collect(),
            evidence: kept
                .iter()
                .filter(|kept| kept.item_id == item.id)
                .map(|kept| EvidenceView {
                    at: kept.at,
                    source_kind: kept.source_kind.clone(),
                    source: kept.source_name.clone(),
                    status: kept.status.clone(),
                    summary: kept.summary.clone(),
                    url: kept.url.clone(),
                })
                .collect(),
        }
    }
}

impl SignOffView {
    /// A signature, with why it does not count where it does not.
    pub(crate) fn of(given: SignOff, void_because: Option<String>) -> Self {
        let voided_at = given.voided.as_ref().map(|(at, _)| *at);
        Self {
            person: given.person_name,
            role: given.role,
            at: given.at,
            comment: given.comment,
            did_not_deploy: given.did_not_deploy,
            alone: given.alone,
            despite: given.despite,
            voided_at,
            voided_because: void_because,
        }
    }
}
