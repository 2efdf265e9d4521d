//! A test report on an item: evidence, and on items with an automated half also a result.

use chrono::{DateTime, Utc};
use domain::{
    actor::Actor,
    event::Event,
    item::{AutomatedStatus, Item, ItemActor},
    item_permissions::{ItemAct, authorize_item},
    permissions::{Permission, authorize},
    reports::{ReportSummary, ReportVerdict},
    watch::WatchState,
};
use formats::reports;
use serde::Serialize;
use store::Tx;

use super::{
    ItemView, RunRef, Runs,
    find::find_item,
    result::{NewResult, apply_result, insert_evidence},
};
use crate::{
    Error,
    audit::entry,
    idempotency::{Committed, Idempotency},
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
        self,
        actor: &Actor,
        at: impl Into<RunRef>,
        key: &str,
        body: Vec<u8>,
        content_type: Option<String>,
        idempotency: Option<Idempotency<ReportAnswer>>,
    ) -> Result<Committed<ReportAnswer>, Error> {
        authorize(actor, Permission::PostResult, None)?;
        // Reading a report of 10 MB takes a while; the runtime's threads have other work.
        let read = move || reports::parse(&body, content_type.as_deref());
        let report = tokio::task::spawn_blocking(read)
            .await
            .map_err(|error| Error::Internal(format!("reading a report: {error}")))?
            .map_err(|error| Error::field("", error.to_string()))?;
        let now = self.0.now();
        let (actor, at, key) = (actor.clone(), at.into(), key.to_owned());
        self.0
            .write_once(idempotency, move |tx| {
                Box::pin(async move {
                    let item = post_report(tx, &actor, at, &key, &report, now).await?;
                    Ok(ReportAnswer { item: ItemView::of(&item, &[], now), report })
                })
            })
            .await
    }
}

/// As [`Runs::post_report`], in a transaction of the caller's.
///
/// # Errors
/// As [`Runs::post_report`].
pub async fn post_report(
    tx: &mut Tx,
    actor: &Actor,
    at: RunRef,
    key: &str,
    report: &ReportSummary,
    now: DateTime<Utc>,
) -> Result<Item, Error> {
    let (run, mut item) = find_item(tx, at, key).await?;
    authorize(actor, Permission::PostResult, Some(&run.service))?;
    let result = result_of(report)?;
    if item.actor != ItemActor::Human {
        authorize_item(ItemAct::Result, key, item.actor, (run.subject, run.state), actor)?;
        apply_result(tx, actor, &run, &mut item, result, now).await?;
        return Ok(item);
    }
    if run.state != WatchState::Watching {
        return Err(Error::conflict(format!(
            "This {} is closed: it no longer changes.",
            run.subject.noun()
        )));
    }
    insert_evidence(tx, &run, &item, result, now);
    entry(actor, now, "item.report", "item", key)
        .run(run.id)
        .says(format!("sent a report on {}: {}", item.title, report.short))
        .record(tx);
    tx.publish(Event::run_changed(run.id));
    Ok(item)
}

fn result_of(report: &ReportSummary) -> Result<NewResult, Error> {
    Ok(NewResult {
        word: match report.verdict {
            ReportVerdict::Passed => AutomatedStatus::Passed,
            ReportVerdict::Failed => AutomatedStatus::Failed,
            ReportVerdict::Undecided => AutomatedStatus::Undecided,
        },
        source_kind: "report",
        label: report.format.as_str().to_owned(),
        summary: report.sentence.clone(),
        url: None,
        started_at: None,
        finished_at: None,
        details: serde_json::to_string(report)
            .map_err(|error| Error::Internal(error.to_string()))?,
    })
}
