//! A test report on a box: evidence, and on boxes with a machine half also a word.

use domain::{
    acts::{ItemAct, may},
    ids::DeploymentId,
    item::MachineWord,
    permissions::{Permission, permit},
    reports::{ReportSummary, ReportVerdict},
    watch::WatchState,
    who::Who,
    words::Actor,
};
use formats::reports;
use serde::Serialize;

use super::{
    find,
    result::{Word, keep_evidence, take},
};
use crate::{
    Engine, Refusal,
    audit::entry,
    deployments::ItemView,
    once::{Answer, Once, Outcome},
};

/// What was read in a report and what it did.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ReportAnswer {
    /// What the report says.
    #[schema(value_type = Object)]
    pub report: ReportSummary,
    /// The box as it stands now.
    pub item: ItemView,
}

impl Engine {
    /// Takes a test report on a box. On a person's box it stands as evidence and closes nothing.
    ///
    /// # Errors
    /// Where the token may not, the bytes are no report, or the watch is closed.
    pub async fn post_report(
        &self,
        who: &Who,
        id: DeploymentId,
        key: &str,
        body: Vec<u8>,
        content_type: Option<String>,
        once: Option<Once>,
    ) -> Result<Answer, Refusal> {
        permit(who, Permission::PostResult, None)?;
        // Reading a report of 10 MB takes a while; the runtime's threads have other work.
        let read = move || reports::parse(&body, content_type.as_deref());
        let report = tokio::task::spawn_blocking(read)
            .await
            .map_err(|error| Refusal::Internal(format!("reading a report: {error}")))?
            .map_err(|error| Refusal::field("", error.to_string()))?;
        let now = self.now();
        let (who, key) = (who.clone(), key.to_owned());
        let (answer, after) = self
            .once(once, move |tx| {
                Box::pin(async move {
                    let (deployment, mut item) = find(tx, id, &key).await?;
                    permit(&who, Permission::PostResult, Some(&deployment.service))?;
                    let said = word(&report)?;
                    if item.actor == Actor::Human {
                        if deployment.state != WatchState::Watching {
                            return Err(Refusal::conflict(
                                "This deployment's watch is closed: its run no longer changes.",
                            ));
                        }
                        keep_evidence(tx, &deployment, &item, said, now).await?;
                        entry(&who, now, "item.report", "item", &key)
                            .deployment(id)
                            .says(format!("sent a report on {}: {}", item.title, report.short))
                            .record(tx);
                    } else {
                        may(ItemAct::Result, &key, item.actor, deployment.state, &who)?;
                        take(tx, &who, &deployment, &mut item, said, now).await?;
                    }
                    let item = ItemView::of(&item, &[], now);
                    Ok(Outcome { status: 200, body: ReportAnswer { report, item }, after: () })
                })
            })
            .await?;
        if after.is_some() {
            self.changed(id);
        }
        Ok(answer)
    }
}

fn word(report: &ReportSummary) -> Result<Word, Refusal> {
    Ok(Word {
        word: match report.verdict {
            ReportVerdict::Passed => MachineWord::Passed,
            ReportVerdict::Failed => MachineWord::Failed,
            ReportVerdict::Undecided => MachineWord::Undecided,
        },
        source_kind: "report",
        label: report.format.as_str().to_owned(),
        summary: report.sentence.clone(),
        url: None,
        started_at: None,
        finished_at: None,
        details: serde_json::to_string(report)
            .map_err(|error| Refusal::Internal(error.to_string()))?,
    })
}
