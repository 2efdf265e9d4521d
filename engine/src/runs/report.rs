//! A test report on an item: evidence, and on items with an automated half also a result.

use chrono::{DateTime, Utc};
use domain::{
    acts::{ItemAct, may},
    event::Event,
    item::MachineWord,
    permissions::{Permission, permit},
    reports::{ReportSummary, ReportVerdict},
    watch::WatchState,
    who::Who,
    words::Actor,
};
use formats::reports;
use serde::Serialize;
use store::{Tx, runs::items::ItemRecord};

use super::{
    ItemView, RunRef, Runs,
    find::find_item,
    result::{NewResult, apply_result, insert_evidence},
};
use crate::{
    Refusal,
    audit::entry,
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

impl Runs<'_> {
    /// Takes a test report on an item. On a person's item it stands as evidence and closes nothing.
    ///
    /// # Errors
    /// Where the token may not, the bytes are no report, or the run is closed.
    pub async fn post_report(
        &self,
        who: &Who,
        at: impl Into<RunRef>,
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
        let now = self.0.now();
        let (who, at, key) = (who.clone(), at.into(), key.to_owned());
        let act = self.0.once(once, move |tx| {
            Box::pin(async move {
                let item = post_report(tx, &who, at, &key, &report, now).await?;
                let item = ItemView::of(&item, &[], now);
                Ok(Outcome { status: 200, body: ReportAnswer { report, item }, after: () })
            })
        });
        Ok(act.await?.0)
    }
}

/// As [`Runs::post_report`], in a transaction of the caller's.
pub(crate) async fn post_report(
    tx: &mut Tx,
    who: &Who,
    at: RunRef,
    key: &str,
    report: &ReportSummary,
    now: DateTime<Utc>,
) -> Result<ItemRecord, Refusal> {
    let (run, mut item) = find_item(tx, at, key).await?;
    permit(who, Permission::PostResult, Some(&run.service))?;
    let result = result_of(report)?;
    if item.actor != Actor::Human {
        may(ItemAct::Result, key, item.actor, run.state, who)?;
        apply_result(tx, who, &run, &mut item, result, now).await?;
        return Ok(item);
    }
    if run.state != WatchState::Watching {
        return Err(Refusal::conflict(format!(
            "This {} is closed: it no longer changes.",
            run.subject.noun()
        )));
    }
    insert_evidence(tx, &run, &item, result, now);
    entry(who, now, "item.report", "item", key)
        .run(run.id)
        .says(format!("sent a report on {}: {}", item.title, report.short))
        .record(tx);
    tx.publish(Event::run_changed(run.id));
    Ok(item)
}

fn result_of(report: &ReportSummary) -> Result<NewResult, Refusal> {
    Ok(NewResult {
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
