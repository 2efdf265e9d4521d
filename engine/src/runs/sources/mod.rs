//! The automated half of an item: its checks' newest measurements, its heartbeats, what scripts
//! posted, its rule.

mod beside;
mod failed_before;
mod leaks;
mod rules;
mod versions;

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use domain::{
    baseline::Moment,
    check::{Check, RESPONSE_TARGETS, measures},
    ids::{CheckId, DeploymentId},
    item::{AutomatedStatus, Item, ItemActor},
    item_sources::{Source, SourceStatus, combine},
    measurement::{Newest, RecordedMeasurement},
    run::{Run, RunSubject},
    runbook::MachineRule,
    service::{OF_HTTPS, plain_on_purpose},
    watch::WatchState,
};
use store::{
    Connection, StoreError, Tx, checks, deployments, measurements, runs::failures, services,
};

pub(crate) use beside::{FailingBeside, failing_beside, failing_beside_now};
pub(crate) use failed_before::failed_before;
pub(crate) use leaks::unsettled_leak;
pub(crate) use rules::{rehearsal_judgement, rollback_target};
pub(crate) use versions::answered_now;
use versions::{answer_shares, is_named_by};

use crate::heartbeats;

/// A check with what it saw last in this watch.
#[derive(Debug, Clone, PartialEq)]
pub struct CheckNow {
    /// The check.
    pub check: Check,
    /// What it saw last for this deployment, measured as the check is now.
    pub newest: Option<RecordedMeasurement>,
}

impl CheckNow {
    /// As [`Check::too_old`], of what it saw last.
    pub(crate) fn too_old(&self, now: DateTime<Utc>) -> Option<String> {
        self.check.too_old(self.newest.as_ref()?, now)
    }
}

/// The checks that speak for a run and that `wanted` picks, with what they saw last. Those of a
/// closed run are the ones that did measure, as they did then.
pub(crate) async fn checks_now(
    link: &mut Connection,
    run: &Run,
    wanted: impl Fn(&Check) -> bool,
) -> Result<Vec<CheckNow>, StoreError> {
    let (service, environment) = (run.service_id, &run.environment);
    let open = run.state == WatchState::Watching;
    let found = if open {
        checks::of_environment(link, service, environment).await?
    } else {
        checks::ever_of_environment(link, service, environment).await?
    };
    let until = run.closed_at.unwrap_or(run.ends_at);
    // What was retired before it was closed spoke for it no more.
    let wanted = found
        .into_iter()
        .filter(wanted)
        .filter(|check| open || check.retired_at.is_none_or(|retired| retired > until));
    if open {
        let known = measurements::newest_of_environment(link, service, environment).await?;
        return Ok(wanted.map(|check| now_is(check, run, &known)).collect());
    }
    let place = (service, environment.as_str());
    let since = measured_since(link, run).await?;
    let mut known = measurements::newest_between(link, place, since, until).await?;
    Ok(wanted
        .filter_map(|check| {
            let newest = Some(known.remove(&check.id)?);
            Some(CheckNow { check, newest })
        })
        .collect())
}

/// From when on what was measured there was measured for this run. While a deployment was watched
/// nothing else was, from its announcement on.
async fn measured_since(link: &mut Connection, run: &Run) -> Result<DateTime<Utc>, StoreError> {
    if run.subject == RunSubject::Duty {
        return Ok(run.opened_at);
    }
    let found = deployments::by_id(link, DeploymentId(run.id.0)).await?;
    Ok(found.map_or(run.opened_at, |deployment| run.opened_at.max(deployment.created_at)))
}

/// Since when a run is watched.
async fn watched_since(link: &mut Connection, run: &Run) -> Result<DateTime<Utc>, StoreError> {
    let deployment = match run.subject {
        RunSubject::Deployment => deployments::by_id(link, DeploymentId(run.id.0)).await?,
        RunSubject::Duty => None,
    };
    Ok(deployment.map_or(run.opened_at, |deployment| deployment.watched_since()))
}

/// A check of an open run with what it saw last that counts: since it is as it is, since the run
/// began, and for a deployment only what was measured of it.
fn now_is(check: Check, run: &Run, known: &HashMap<CheckId, Newest>) -> CheckNow {
    let since = run.opened_at.max(check.updated_at);
    let newest = known.get(&check.id).and_then(|newest| match run.subject {
        RunSubject::Deployment => newest.made_for(DeploymentId(run.id.0), since),
        RunSubject::Duty => newest.since(since),
    });
    CheckNow { newest: newest.cloned(), check }
}

/// Why nothing measures what a runbook's probe names.
fn unmeasured(probe: &str, environment: &str, nothing_is: bool) -> String {
    if nothing_is {
        format!(
            "no base URL is known for {environment}, so nothing can be probed. Set it in the \
             service's settings."
        )
    } else if probe == RESPONSE_TARGETS {
        "no response target is set, so nothing is timed. Set them in the service's settings.".into()
    } else {
        format!("nothing measures {probe}. Bind a check of that kind that counts to this box.")
    }
}

/// What the automated half says now; `None` where the item has none or nothing can speak for it.
pub(super) async fn automated_status(
    tx: &mut Tx,
    run: &Run,
    item: &Item,
    now: DateTime<Utc>,
) -> Result<Option<(AutomatedStatus, String)>, StoreError> {
    if item.actor == ItemActor::Human {
        return Ok(None);
    }
    // A check on trial runs without counting.
    let (service, environment) = (run.service_id, &run.environment);
    let known = tx.newest_measurements(service, environment).await?;
    let bound: Vec<_> = tx
        .checks(service, environment)
        .await?
        .iter()
        .filter(|check| check.item.as_deref() == Some(&item.key) && !check.dry_run)
        .map(|check| now_is(check.clone(), run, &known))
        .collect();
    let measured = |probe: &str| {
        let mut kinds = bound.iter().map(|now| (now.check.spec.kind(), &now.check.built_in));
        kinds.any(|(kind, built_in)| measures(probe, kind, built_in.as_deref()))
    };
    let of_https = |probe: &String| OF_HTTPS.contains(&probe.as_str());
    let plain = if item.probes.iter().any(|probe| of_https(probe) && !measured(probe)) {
        let places = services::environments_of(tx, service).await?;
        let here = places.into_iter().find(|place| place.environment == *environment);
        here.and_then(|place| place.plain_http().map(ToOwned::to_owned))
    } else {
        None
    };
    let nothing_is = bound.iter().all(|now| now.check.built_in.is_none());
    let missing: Vec<_> = item
        .probes
        .iter()
        .filter(|probe| !measured(probe) && (plain.is_none() || !of_https(probe)))
        .map(|probe| unmeasured(probe, environment, nothing_is))
        .collect();
    let too_old: Vec<_> = bound.iter().map(|check| check.too_old(now)).collect();
    let mut sources: Vec<Source<'_>> = bound
        .iter()
        .zip(&too_old)
        .map(|(now, too_old)| match too_old {
            Some(sentence) => {
                let word = Some(SourceStatus::Undecided);
                Source { label: &now.check.label, word, sentence }
            }
            None => Source {
                label: &now.check.label,
                word: now.newest.as_ref().map(|measured| measured.phase.into()),
                sentence: now.newest.as_ref().map_or("", |measured| &measured.sentence),
            },
        })
        .collect();
    let mut asked = bound.iter().filter(|now| is_named_by(now.check.spec.kind()));
    let source = if asked.any(|now| now.newest.is_some()) {
        (*tx.version_source(service).await?).clone()
    } else {
        None
    };
    let too_few = match source {
        None => None,
        Some(source) => {
            let shares = answer_shares(tx, run, source, now).await?;
            shares.and_then(|(expected, shares)| shares.too_few(&expected))
        }
    };
    // The newest of each may be of the announced version while others still answer beside it.
    sources.extend(too_few.iter().map(|sentence| Source {
        label: "version",
        word: Some(SourceStatus::Undecided),
        sentence,
    }));
    // What was served does not become secret again by being closed.
    let leaks = tx.unsettled_leaks(service, environment).await?;
    let leak = unsettled_leak(&leaks, &item.key, &bound).map(|leak| leak.sentence());
    sources.extend(leak.iter().map(|sentence| Source {
        label: "leak",
        word: Some(SourceStatus::Failed),
        sentence,
    }));
    let beating: Vec<_> = tx
        .heartbeats(service, environment)
        .await?
        .into_iter()
        .filter(|heartbeat| heartbeat.item.as_deref() == Some(&item.key))
        .map(|heartbeat| {
            let (word, sentence) =
                heartbeats::source(&heartbeat, run.opened_at, began(run.subject), now);
            (heartbeat.label, word, sentence)
        })
        .collect();
    sources.extend(beating.iter().map(|(label, word, sentence)| Source {
        label,
        word: *word,
        sentence,
    }));
    // One of several that is not measured must not hide behind those that are.
    sources.extend(missing.first().map(|sentence| Source {
        label: "probes",
        word: Some(SourceStatus::Undecided),
        sentence,
    }));
    let watched_since = match item.machine_rule {
        Some(MachineRule::Baselines) => Some(watched_since(tx, run).await?),
        _ => None,
    };
    // What the last baselines show nobody can have known before them.
    let early = |word: AutomatedStatus, at: DateTime<Utc>| {
        word == AutomatedStatus::Passed
            && watched_since.is_some_and(|since| at < since + Moment::H48.after())
    };
    let reports = item.reports.iter().filter(|report| !early(report.word, report.at));
    sources.extend(reports.map(|report| Source {
        label: &report.name,
        word: SourceStatus::of(report.word),
        sentence: &report.sentence,
    }));
    if let Some(posted_result) =
        item.posted_result.as_ref().filter(|said| !early(said.word, said.at))
    {
        sources.push(Source {
            label: &posted_result.by,
            word: SourceStatus::of(posted_result.word),
            sentence: &posted_result.sentence,
        });
    }
    let said = match item.machine_rule {
        None => combine(&sources),
        Some(rule) => {
            let answer = rules::by_rule(tx, rule, run, now).await?;
            Some(answer.beside(rule.label(), &sources))
        }
    };
    let said = match said {
        Some((AutomatedStatus::Passed, sentence)) => {
            let more = intermittent(tx, run, &bound).await?;
            Some((AutomatedStatus::Passed, format!("{sentence}{more}")))
        }
        said => said,
    };
    Ok(match (said, plain.as_deref().map(plain_on_purpose)) {
        // It tells why nothing of HTTPS is asked, not why something fails.
        (Some((word, sentence)), Some(plain)) if word != AutomatedStatus::Failed => {
            Some((word, format!("{sentence} {plain}")))
        }
        // Its machine's half looks at nothing but HTTPS, of which nothing is expected.
        (None, Some(plain))
            if item.actor == ItemActor::Mixed && item.probes.iter().all(of_https) =>
        {
            Some((AutomatedStatus::Passed, plain))
        }
        (said, _) => said,
    })
}

/// Which of the checks that pass now has failed more than once in between, in a sentence of its own:
/// what comes and goes is not what holds.
async fn intermittent(
    link: &mut Connection,
    run: &Run,
    bound: &[CheckNow],
) -> Result<String, StoreError> {
    if bound.is_empty() {
        return Ok(String::new());
    }
    let failures = failures::of_run(link, run.id).await?;
    let found = bound.iter().find_map(|now| {
        let seen = failures.get(&now.check.id).filter(|seen| seen.spells > 1)?;
        Some(format!(" {} {}.", now.check.label, seen.sentence()))
    });
    Ok(found.unwrap_or_default())
}

/// What a run began with, in a sentence: "not since the deployment".
pub(crate) const fn began(subject: RunSubject) -> &'static str {
    match subject {
        RunSubject::Deployment => "the deployment",
        RunSubject::Duty => "this run opened",
    }
}
