//! Recording what checks saw, many at a time, and evaluating the items they count for.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use chrono::{DateTime, Utc};
use domain::{
    event::Event,
    ids::{DeploymentId, RunId, ServiceId},
    leak,
    measurement::Phase,
    run::RunSubject,
    watch::{WatchBuckets, WatchState},
};
use store::{
    Tx,
    answering_versions::{self, Answers},
    leaks,
    measurements::{self, Added, NewMeasurement},
    runs::{
        self, WatchedRun,
        failures::{self, Failed},
    },
    schedule_leases,
};

use super::{Measurements, Observation};
use crate::{
    Error,
    runs::{
        AutomatedResult, apply_automated_result, keep_revoking, last_evaluated::LastEvaluated,
        revoke_where_failed,
    },
};

impl Measurements<'_> {
    /// Records what checks saw, oldest first, and evaluates the items they count for; answers the
    /// open runs it is about.
    ///
    /// # Errors
    /// Trouble with the database; then none of it is kept.
    pub async fn record(self, observations: Arc<[Observation]>) -> Result<Vec<RunId>, Error> {
        let (engine, now) = (self.0.clone(), self.0.now());
        self.0
            .write(move |tx| {
                Box::pin(
                    async move { record(tx, &observations, engine.last_evaluated(), now).await },
                )
            })
            .await
    }
}

/// An item whose checks have measured.
struct Touched<'a> {
    /// The measurement that speaks for it: one that turned, a failure before all others.
    speaker: &'a Observation,
    rank: u8,
    /// Whether a person asked for one of them: they are to see what follows.
    asked: bool,
}

/// Records what checks saw and evaluates the items they count for; answers the open runs it is
/// about.
///
/// # Errors
/// Trouble with the database.
pub async fn record(
    tx: &mut Tx,
    seen: &[Observation],
    last: &LastEvaluated,
    now: DateTime<Utc>,
) -> Result<Vec<RunId>, Error> {
    // Noted together with what was seen: whoever takes over from a portal that died runs again what
    // was not kept, and nothing else.
    let slots: Vec<_> = seen.iter().filter_map(|one| one.slot).collect();
    schedule_leases::done(tx, &slots).await?;
    let services: Vec<ServiceId> = seen.iter().map(|one| one.check.service_id).collect();
    let mut watched: HashMap<(ServiceId, &str), Vec<&WatchedRun>> = HashMap::new();
    let found = runs::watched_of(tx, &services, now).await?;
    for run in &found {
        let there = watched.entry((run.service_id, &run.environment)).or_default();
        // What was signed off goes on being watched for its time: its sign-off can be revoked.
        let is_open = run.state == WatchState::Watching;
        if is_open || there.iter().all(|other| other.subject != RunSubject::Deployment) {
            there.push(run);
        }
    }
    // The runs a measurement counts for: those that had begun when it was made.
    let counts = |one: &Observation| {
        let place = (one.check.service_id, one.check.environment.as_str());
        let there = watched.get(&place).map_or(&[][..], Vec::as_slice);
        let begun = |run: &&WatchedRun| one.measurement.started_at >= run.opened_at;
        there.iter().copied().filter(begun).collect::<Vec<_>>()
    };
    let runs: Vec<Vec<&WatchedRun>> = seen.iter().map(counts).collect();
    let new: Vec<_> = seen.iter().zip(&runs).map(|(one, runs)| as_new(one, runs)).collect();
    let added = measurements::add(tx, &new, now).await?;

    let mut items: BTreeMap<(RunId, &str), Touched<'_>> = BTreeMap::new();
    let (mut about, mut leaking, mut failed) = (Vec::new(), Vec::new(), Vec::new());
    let mut answers = Answers::new();
    for ((one, runs), added) in seen.iter().zip(&runs).zip(added) {
        for run in runs.iter().filter(|_| added != Added::Not) {
            about.push((run.id, run.service_id));
            if one.check.dry_run {
                continue;
            }
            let minute = answering_versions::minute(one.measurement.started_at);
            for (version, times) in &one.answered.named {
                *answers.entry((run.id, minute, version.clone())).or_default() += times;
            }
            if one.answered.unnamed > 0 {
                let unnamed = answers.entry((run.id, minute, String::new())).or_default();
                *unnamed += one.answered.unnamed;
            }
            if one.measurement.phase == Phase::Failed {
                failed.push(Failed {
                    run: run.id,
                    check: one.check.id,
                    version: one.check.updated_at,
                    at: one.measurement.started_at,
                    began: added == Added::Turned,
                });
            }
            if let Some(item) = &one.check.item
                && one.measurement.phase == Phase::Failed
                && leak::is_looked_for_by(one.check.spec.kind())
            {
                leaking.push((run.service_id, &run.environment, item, one.measurement.started_at));
            }
            // Of no box: it stands beside all of them.
            let key = one.check.item.as_deref().unwrap_or_default();
            let rank = match (added, one.measurement.phase) {
                (Added::Turned, Phase::Failed) => 2,
                (Added::Turned, _) => 1,
                _ => 0,
            };
            let touched =
                items.entry((run.id, key)).or_insert(Touched { speaker: one, rank, asked: false });
            touched.asked |= one.asked;
            if rank >= touched.rank {
                (touched.speaker, touched.rank) = (one, rank);
            }
        }
    }
    // Each box once, with the last time: its run is evaluated below.
    let leaking: BTreeMap<_, _> = leaking
        .into_iter()
        .map(|(service, environment, item, at)| ((service, environment, item), at))
        .collect();
    for ((service, environment, item), at) in leaking {
        leaks::note(tx, service, environment, item, at).await?;
    }
    failures::count(tx, &failed).await?;
    answering_versions::count(tx, answers).await?;
    for ((id, key), touched) in items {
        let is_due = !key.is_empty() && last.is_due(id, key, now);
        if touched.rank > 0 || touched.asked || is_due {
            apply(tx, id, key, touched.speaker, now).await?;
            if !key.is_empty() {
                last.evaluated(id, key, now);
            }
        }
    }
    about.sort();
    about.dedup();
    for (run, service) in &about {
        tx.publish(Event::readings(*run, *service));
    }
    Ok(about.into_iter().map(|(run, _)| run).collect())
}

fn as_new<'a>(one: &'a Observation, runs: &[&WatchedRun]) -> NewMeasurement<'a> {
    let check = &one.check;
    let watch = runs.iter().copied().find(|run| run.subject == RunSubject::Deployment);
    let stretch = |watch: &WatchedRun| {
        let stretches = WatchBuckets::of(watch.opened_at, watch.ends_at);
        stretches.at(one.measurement.started_at)
    };
    NewMeasurement {
        check: check.id,
        version: check.updated_at,
        deployment: watch.map(|watch| DeploymentId(watch.id.0)),
        counts_since: watch.map_or(check.updated_at, |open| open.opened_at.max(check.updated_at)),
        // A check on trial runs without counting.
        stretch: watch.filter(|_| !check.dry_run).and_then(stretch),
        asked: one.asked,
        measured: &one.measurement,
    }
}

async fn apply(
    tx: &mut Tx,
    id: RunId,
    key: &str,
    speaker: &Observation,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let Some(run) = tx.run(id).await? else { return Ok(()) };
    let said = AutomatedResult {
        kind: "check",
        actor: "probes",
        key: &speaker.check.key,
        label: &speaker.check.label,
        word: speaker.measurement.phase.into(),
        sentence: &speaker.measurement.sentence,
        at: speaker.measurement.started_at,
    };
    if run.state != WatchState::Watching {
        if speaker.measurement.phase == Phase::Failed && revoke_where_failed(tx, &run, now).await? {
            keep_revoking(tx, &run, key, said, now).await?;
        }
        return Ok(());
    }
    apply_automated_result(tx, &run, key, said, now).await
}
