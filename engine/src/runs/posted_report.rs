//! Which of the reports on a box stand: several stand beside each other, each under its name, and a
//! newer one takes the place of the one with its name.
//!
//! A report that comes without a name is known by its tests. One of the same tests, or of more,
//! takes its place; one of others stands beside it, however alike their files are called.

use domain::{
    item::{AutomatedStatus, Item, PostedReport},
    reports::ReportSummary,
};
use store::{
    StoreError, Tx,
    runs::{items, report_cases},
};

use crate::Error;

/// The most reports that stand on a box.
const MAX_REPORTS: usize = 100;

/// Puts a report in its place. Answers its name.
///
/// # Errors
/// Where the box holds too many.
pub(super) async fn put(
    tx: &mut Tx,
    item: &mut Item,
    name: Option<&str>,
    report: &ReportSummary,
    said: impl FnOnce(String) -> PostedReport,
) -> Result<String, Error> {
    // One that has a name takes the place of that name alone: the same tests may run elsewhere.
    let is_named = name.is_some();
    let name = name.map_or_else(|| name_of(report), ToOwned::to_owned);
    let unnamed = unnamed(tx, item).await?;
    let replaced: Vec<_> = unnamed
        .iter()
        .filter(|(known, cases)| {
            let of_same = cases.as_ref().is_some_and(|cases| is_of(report, cases));
            *known == name || !is_named && of_same
        })
        .map(|(known, _)| known.clone())
        .collect();
    let new = said(name.clone());
    // A run that did not end, or ran nothing, shows nothing of what failed before.
    let gives_way = |known: &&PostedReport| known.name == name || replaced.contains(&known.name);
    let before: Vec<_> = item.reports.iter().filter(gives_way).map(|known| known.word).collect();
    let failed = before.contains(&AutomatedStatus::Failed);
    if failed && new.word == AutomatedStatus::Undecided {
        return Ok(name);
    }
    item.reports.retain(|known| {
        let of_before = known.name.is_empty();
        !of_before && known.name != name && !replaced.contains(&known.name)
    });
    // One that fails is heard beyond that: whoever fills a box must not deafen it.
    let failing = item.reports.iter().any(|known| known.word == AutomatedStatus::Failed);
    let heard = new.word == AutomatedStatus::Failed && !failing;
    if before.is_empty() && item.reports.len() >= MAX_REPORTS && !heard {
        return Err(Error::conflict(format!(
            "{MAX_REPORTS} reports stand on this box. Send one with the name of the one it takes \
             the place of: `?name=…`."
        )));
    }
    for known in replaced {
        report_cases::delete(tx, item.id, known).await?;
    }
    item.reports.push(new);
    items::set_reports(tx, item).await?;
    Ok(name)
}

/// As [`put`], for a report without a name: remembers its tests.
pub(super) async fn remember_cases(
    tx: &mut Tx,
    item: &Item,
    name: String,
    report: &ReportSummary,
) -> Result<(), StoreError> {
    report_cases::put(tx, item.id, name, &report.cases).await
}

async fn unnamed(tx: &mut Tx, item: &Item) -> Result<Vec<report_cases::ReportCases>, StoreError> {
    if item.reports.is_empty() {
        return Ok(Vec::new());
    }
    report_cases::of_item(tx, item.id).await
}

/// Whether it has all of these tests; a report without one is of nothing anybody else is of.
fn is_of(report: &ReportSummary, cases: &domain::reports::CaseSet) -> bool {
    !cases.is_empty() && report.cases.covers(cases)
}

/// What a report is called that comes without a name: what its tests are called together, and which
/// they are.
fn name_of(report: &ReportSummary) -> String {
    let title = report.title.as_deref().unwrap_or(report.format.as_str());
    let title: String = title.chars().take(60).collect();
    format!("{} {}", title.trim(), report.cases.digest())
}
