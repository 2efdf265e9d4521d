//! A machine's word on a box, posted by a script.

use chrono::{DateTime, Utc};
use domain::{
    acts::{ItemAct, may},
    ids::{DeploymentId, EvidenceId},
    item::MachineWord,
    permissions::{Permission, permit},
    validate,
    who::Who,
};
use serde::{Deserialize, Serialize};
use store::{
    Tx,
    deployments::DeploymentRecord,
    evidence::{self, EvidenceRecord},
    items::{ItemRecord, Pushed},
};

use super::find;
use crate::{
    Engine, Refusal,
    audit::entry,
    deployments::ItemView,
    engine::new_id,
    error::Faults,
    once::{Answer, Once, Outcome},
    run,
};

/// What a result says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ResultStatus {
    /// Good.
    Passed,
    /// Bad.
    Failed,
}

/// A result.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResultRequest {
    /// Whether it passed or failed.
    pub status: ResultStatus,
    /// What was seen, in a sentence.
    #[serde(default)]
    #[schema(max_length = 1000)]
    pub summary: Option<String>,
    /// Where there is more: an absolute `http` or `https` address.
    #[serde(default)]
    #[schema(max_length = 2048)]
    pub evidence_url: Option<String>,
    /// When the job began.
    #[serde(default)]
    pub started_at: Option<DateTime<Utc>>,
    /// When it ended.
    #[serde(default)]
    pub finished_at: Option<DateTime<Utc>>,
    /// Whatever else is worth keeping, at most 16 kB.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub details: Option<serde_json::Map<String, serde_json::Value>>,
}

/// What is kept of a machine's word.
pub(super) struct Word {
    pub(super) word: MachineWord,
    pub(super) source_kind: &'static str,
    pub(super) label: String,
    pub(super) summary: String,
    pub(super) url: Option<String>,
    pub(super) started_at: Option<DateTime<Utc>>,
    pub(super) finished_at: Option<DateTime<Utc>>,
    pub(super) details: String,
}

impl ResultRequest {
    /// The word, and the sentence it is told in where it brings none of its own.
    pub(crate) fn said_by(&self, name: &str) -> (MachineWord, String) {
        let word = match self.status {
            ResultStatus::Passed => MachineWord::Passed,
            ResultStatus::Failed => MachineWord::Failed,
        };
        let told = || format!("{name} says it {}.", word.as_str());
        (word, self.summary.clone().unwrap_or_else(told))
    }
}

impl Engine {
    /// Takes a script's result on a box.
    ///
    /// # Errors
    /// Where the token may not, a field is at fault, the box is a person's, or the watch is
    /// closed.
    pub async fn post_result(
        &self,
        who: &Who,
        id: DeploymentId,
        key: &str,
        request: ResultRequest,
        once: Option<Once>,
    ) -> Result<Answer, Refusal> {
        permit(who, Permission::PostResult, None)?;
        let now = self.now();
        let details = check(&request, now)?;
        let (who, key) = (who.clone(), key.to_owned());
        let (answer, after) = self
            .once(once, move |tx| {
                Box::pin(async move {
                    let (deployment, mut item) = find(tx, id, &key).await?;
                    permit(&who, Permission::PostResult, Some(&deployment.service))?;
                    may(ItemAct::Result, &key, item.actor, deployment.state, &who)?;
                    let (word, summary) = request.said_by(who.name());
                    let said = Word {
                        word,
                        source_kind: "token",
                        label: who.name().to_owned(),
                        summary,
                        url: request.evidence_url,
                        started_at: request.started_at,
                        finished_at: request.finished_at,
                        details,
                    };
                    take(tx, &who, &deployment, &mut item, said, now).await?;
                    Ok(Outcome { status: 200, body: ItemView::of(&item, &[], now), after: () })
                })
            })
            .await?;
        if after.is_some() {
            self.changed(id);
        }
        Ok(answer)
    }
}

/// Keeps a machine's word on a box and judges what follows from it.
pub(super) async fn take(
    tx: &mut Tx,
    who: &Who,
    deployment: &DeploymentRecord,
    item: &mut ItemRecord,
    said: Word,
    now: DateTime<Utc>,
) -> Result<(), Refusal> {
    item.pushed = Some(Pushed {
        word: said.word,
        sentence: said.summary.clone(),
        by: said.label.clone(),
        at: now,
    });
    let word = said.word;
    let evidence = keep_evidence(tx, deployment, item, said, now).await?;
    if run::judge_item(tx, deployment, item, now).await?.gate {
        run::decide(tx, deployment).await?;
    }
    entry(who, now, "item.result", "item", &item.key)
        .deployment(deployment.id)
        .says(format!("reported {}: {}", item.title, word.as_str()))
        .with("evidence", evidence.to_string())
        .with("state", item.state.as_str())
        .record(tx);
    Ok(())
}

pub(super) async fn keep_evidence(
    tx: &mut Tx,
    deployment: &DeploymentRecord,
    item: &ItemRecord,
    said: Word,
    now: DateTime<Utc>,
) -> Result<EvidenceId, Refusal> {
    let id = EvidenceId(new_id());
    let record = EvidenceRecord {
        id,
        deployment_id: deployment.id,
        item_id: item.id,
        at: now,
        source_kind: said.source_kind.into(),
        source_name: said.label,
        status: said.word.as_str().into(),
        summary: said.summary,
        url: said.url,
        started_at: said.started_at,
        finished_at: said.finished_at,
        details: said.details,
    };
    evidence::insert(tx, record);
    Ok(id)
}

/// Checks the fields; answers the details as text.
pub(crate) fn check(request: &ResultRequest, now: DateTime<Utc>) -> Result<String, Refusal> {
    let mut faults = Faults::default();
    if let Some(summary) = &request.summary {
        faults.note("/summary", validate::line(summary, 1_000));
    }
    if let Some(url) = &request.evidence_url {
        faults.note("/evidence_url", validate::http_url(url));
    }
    if let Some(at) = request.started_at {
        faults.note("/started_at", validate::not_future(at, now));
    }
    if let Some(at) = request.finished_at {
        faults.note("/finished_at", validate::not_future(at, now));
        if request.started_at.is_some_and(|started| started > at) {
            faults.note("/finished_at", Err("lies before `started_at`".into()));
        }
    }
    let details = match &request.details {
        None => "{}".to_owned(),
        Some(details) => serde_json::to_string(details).unwrap_or_default(),
    };
    if details.len() > 16 * 1024 {
        faults.note("/details", Err("must be at most 16 kB; link to the rest".into()));
    }
    faults.into_result()?;
    Ok(details)
}
