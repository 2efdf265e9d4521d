//! What failed in the course of an open run and does not now: it passes again, or it was taken out of the
//! way. Neither is as if it had never failed.

use domain::{
    check::Check,
    failures::Failures,
    gate::RedWeight,
    humanize::ended,
    ids::DeploymentId,
    item_sources::SourceStatus,
    measurement::{Newest, Phase, RecordedMeasurement},
    run::{Run, RunSubject},
};
use store::{Connection, StoreError, checks, heartbeats, measurements, runs::failures};

use super::{FailingBeside, began};
use crate::heartbeats::source;

/// The checks of an open run that failed in its course and do not fail now.
pub(crate) async fn failed_before(
    link: &mut Connection,
    run: &Run,
) -> Result<Vec<FailingBeside>, StoreError> {
    if !failures::any(link, run).await? {
        return Ok(Vec::new());
    }
    let mut found = retired_heartbeats(link, run).await?;
    let ever = failures::ever_of_run(link, run.id).await?;
    let as_it_is = failures::of_run(link, run.id).await?;
    let ids: Vec<_> = ever.keys().copied().collect();
    let newest = measurements::newest_of(link, &ids).await?;
    let checks = checks::by_ids(link, &ids).await?;
    found.extend(checks.iter().filter_map(|check| {
        let failures = ever.get(&check.id)?;
        let newest = newest.get(&check.id).and_then(|newest| of_run(newest, run));
        withdrawn(check, run, failures, newest)
            .or_else(|| fails_no_more(check, as_it_is.get(&check.id), failures, newest?))
    }));
    found.sort_by_key(|one| one.weight);
    Ok(found)
}

/// The heartbeats that failed when they were retired in its course.
async fn retired_heartbeats(
    link: &mut Connection,
    run: &Run,
) -> Result<Vec<FailingBeside>, StoreError> {
    let (service, environment) = (run.service_id, &run.environment);
    let retired = heartbeats::retired_since(link, service, environment, run.opened_at).await?;
    let failed = retired.into_iter().filter_map(|one| {
        let then = one.retired_at?;
        let (word, sentence) = source(&one, run.opened_at, began(run.subject), then);
        (word == Some(SourceStatus::Failed)).then(|| FailingBeside {
            label: one.label,
            sentence: format!("{} Since then the heartbeat was retired.", ended(&sentence)),
            weight: RedWeight::Beside,
        })
    });
    Ok(failed.collect())
}

/// What a check saw last, where that was for this run.
fn of_run<'a>(newest: &'a Newest, run: &Run) -> Option<&'a RecordedMeasurement> {
    match run.subject {
        RunSubject::Deployment => newest.made_for(DeploymentId(run.id.0), run.opened_at),
        RunSubject::Duty => newest.since(run.opened_at),
    }
}

/// A check that speaks for the run and does not fail now.
fn fails_no_more(
    check: &Check,
    as_it_is: Option<&Failures>,
    ever: &Failures,
    newest: &RecordedMeasurement,
) -> Option<FailingBeside> {
    // What it failed at as it was before, and what says nothing now, is another matter than what comes
    // and goes.
    let weight = match (newest.phase, as_it_is.map(|failures| failures.spells)) {
        (Phase::Failed, _) => return None,
        (Phase::Successful, Some(spells)) if spells > 1 => RedWeight::Intermittent,
        _ => RedWeight::Recovered,
    };
    let sentence = as_it_is.unwrap_or(ever).sentence();
    Some(FailingBeside { label: check.label.clone(), sentence, weight })
}

/// A check that failed last and was taken out of the way since: that is no proof that it works, and
/// whoever signs accepts it by name.
fn withdrawn(
    check: &Check,
    run: &Run,
    failures: &Failures,
    newest: Option<&RecordedMeasurement>,
) -> Option<FailingBeside> {
    let what = if check.environment != run.environment {
        format!("was moved to {}", check.environment)
    } else if check.retired_at.is_some() {
        "was retired".into()
    } else if check.dry_run {
        "was set on trial".into()
    } else if newest.is_some_and(|newest| newest.at < check.updated_at) {
        "was changed, and has not been measured as it is now".into()
    } else {
        return None;
    };
    let said = match newest {
        Some(newest) if newest.phase == Phase::Failed => ended(&newest.sentence),
        Some(_) => return None,
        // It has measured elsewhere: of what it saw here that is what is left.
        None => format!("It {}.", failures.failed()),
    };
    Some(FailingBeside {
        label: check.label.clone(),
        sentence: format!("{said} Since then the check {what}."),
        weight: RedWeight::Beside,
    })
}
