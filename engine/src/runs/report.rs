//! A test report on an item: evidence, and on items with an automated half also a result.

use chrono::{DateTime, Utc};
use domain::{
    actor::Actor,
    event::Event,
    item::{AutomatedStatus, Item, ItemActor, PostedReport},
    item_permissions::{ItemAct, authorize_item},
    permissions::{Permission, authorize},
    reports::{ReportSummary, ReportVerdict},
    validate,
    watch::WatchState,
};
use formats::reports;
use serde::Serialize;
use store::Tx;

use super::{
    ItemView, RunRef, Runs,
    find::find_item,
    posted_report,
    result::{NewResult, OF_RESULTS, apply_evidence, insert_evidence, result_act},
    revoke::revoke,
    update_verdict,
};
use crate::{
    Error,
    audit::entry,
    error::ValidationErrors,
    idempotency::{Committed, Idempotency},
    work_queue::WorkQueue,
};

/// A test report as it was sent.
#[derive(Debug, Clone, Default)]
pub struct ReportRequest {
    /// The file.
    pub body: Vec<u8>,
    /// Its type, as the sender has it.
    pub content_type: Option<String>,
    /// What the report is called. Reports of different names stand beside each other, and a newer one
    /// takes the place of its own; without a name it is known by its tests.
    pub name: Option<String>,
    /// The exit status of the tool that wrote it, which can only make it worse.
    pub exit_status: Option<u32>,
}

/// A report that was read, with its name where it has one.
#[derive(Debug, Clone)]
pub struct NamedReport {
    /// Its name.
    pub name: Option<String>,
    /// What it says.
    pub report: ReportSummary,
}

impl ReportRequest {
    /// Reads it.
    ///
    /// # Errors
    /// Where the bytes are no report or a field is at fault.
    pub fn read(self) -> Result<NamedReport, Error> {
        let mut faults = ValidationErrors::default();
        if let Some(name) = &self.name {
            faults.note("/name", validate::line(name, 80));
            if name.trim_start().starts_with(OF_RESULTS) {
                let said = format!(
                    "must not begin with `{OF_RESULTS}`: that is how results of scripts stand; give it \
                     another"
                );
                faults.note("/name", Err(said));
            }
        }
        faults.into_result()?;
        let mut report = reports::parse(&self.body, self.content_type.as_deref())
            .map_err(|error| Error::field("", error.to_string()))?;
        if let Some(exit_status) = self.exit_status {
            report.ended_with(exit_status);
        }
        Ok(NamedReport { name: self.name.map(|name| name.trim().to_owned()), report })
    }
}

/// What was read in a report and what it did.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ReportAnswer {
    /// The name it stands under, also where it came without one.
    pub name: String,
    /// What the report says.
    #[schema(value_type = Object)]
    pub report: ReportSummary,
    /// The box as it stands now, with the reports that stand on it.
    pub item: ItemView,
}

/// Reading a report of 10 MB takes a while and several times its size: one after the other.
static READING: WorkQueue = WorkQueue::new(1);

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
        request: ReportRequest,
        idempotency: Option<Idempotency<ReportAnswer>>,
    ) -> Result<Committed<ReportAnswer>, Error> {
        authorize(actor, Permission::PostResult, None)?;
        let named = READING.run(move || request.read()).await??;
        let now = self.0.now();
        let (actor, at, key) = (actor.clone(), at.into(), key.to_owned());
        self.0
            .write_once(idempotency, move |tx| {
                Box::pin(async move {
                    let (item, name) = post_report(tx, &actor, at, &key, &named, now).await?;
                    let item = ItemView::of(&item, &[], now);
                    Ok(ReportAnswer { name, report: named.report, item })
                })
            })
            .await
    }
}

/// As [`Runs::post_report`], in a transaction of the caller's. Answers the item, and the name that
/// the report stands under.
///
/// # Errors
/// As [`Runs::post_report`].
pub async fn post_report(
    tx: &mut Tx,
    actor: &Actor,
    at: RunRef,
    key: &str,
    NamedReport { name, report }: &NamedReport,
    now: DateTime<Utc>,
) -> Result<(Item, String), Error> {
    let (run, mut item) = find_item(tx, at, key).await?;
    authorize(actor, Permission::PostResult, Some(&run.service))?;
    let word = status_of(report.verdict);
    let act = result_act(tx, &run, word).await?;
    if item.actor != ItemActor::Human {
        authorize_item(act, key, item.actor, (run.subject, run.state), actor)?;
    } else if run.state != WatchState::Watching && act != ItemAct::LateFailure {
        return Err(Error::conflict(format!(
            "This {} is closed: it no longer changes.",
            run.subject.noun()
        )));
    }
    let failing = item.reports.iter().filter(|one| one.word == AutomatedStatus::Failed);
    let failing: Vec<_> = failing.map(|one| one.name.clone()).collect();
    let said = |name| PostedReport {
        name,
        word,
        sentence: report.sentence.clone(),
        by: actor.name().to_owned(),
        at: now,
    };
    let stands_as = posted_report::put(tx, &mut item, name.as_deref(), report, said).await?;
    if name.is_none() {
        posted_report::remember_cases(tx, &item, stands_as.clone(), report).await?;
    }
    let result = result_of(report, &stands_as)?;
    if item.actor == ItemActor::Human {
        let evidence = insert_evidence(tx, &run, &item, result, now);
        entry(actor, now, "item.report", "item", key)
            .run(run.id)
            .says(format!("sent a report on {}: {}", item.title, report.short))
            .attests(&evidence)
            .record(tx);
        if run.state == WatchState::Watching {
            update_verdict(tx, &run, now).await?;
        } else if !failing.contains(&stands_as) {
            // It was signed without it, or before it failed.
            let because = format!("{stands_as} failed on {key}: {}", report.sentence);
            revoke(tx, &run, because, now).await?;
        }
        tx.publish(Event::run_changed(run.id));
    } else {
        let is_news = !failing.contains(&stands_as);
        apply_evidence(tx, actor, &run, &mut item, (result, is_news), now).await?;
    }
    Ok((item, stands_as))
}

const fn status_of(verdict: ReportVerdict) -> AutomatedStatus {
    match verdict {
        ReportVerdict::Passed => AutomatedStatus::Passed,
        ReportVerdict::Failed => AutomatedStatus::Failed,
        ReportVerdict::Undecided => AutomatedStatus::Undecided,
    }
}

fn result_of(report: &ReportSummary, name: &str) -> Result<NewResult, Error> {
    Ok(NewResult {
        word: status_of(report.verdict),
        source_kind: "report",
        label: name.to_owned(),
        summary: report.sentence.clone(),
        url: None,
        started_at: None,
        finished_at: None,
        details: serde_json::to_string(report)
            .map_err(|error| Error::Internal(error.to_string()))?,
    })
}
