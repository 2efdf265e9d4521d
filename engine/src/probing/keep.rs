//! Keeping what checks saw, many at a time, and judging the boxes they count for.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, PoisonError},
};

use chrono::{DateTime, Duration, Utc};
use domain::{
    event::Event,
    ids::{DeploymentId, RunId, ServiceId},
    measurement::{Measurement, Phase},
    run::RunSubject,
    watch::WatchBuckets,
};
use store::{
    Tx,
    checks::CheckRecord,
    measurements::{self, Added, NewMeasurement},
    runs::{self, RunRecord},
    schedule_leases,
};

use crate::{
    Engine, Refusal,
    runs::{AutomatedResult, apply_automated_result},
};

/// A box whose checks go on saying the same is judged again after so long: its sentence has the
/// newest numbers in it.
const SAME_AGAIN_S: i64 = 60;

/// What a check saw.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    /// The check as it was run.
    pub(crate) check: Arc<CheckRecord>,
    /// What it saw.
    pub(crate) measurement: Measurement,
    /// Whether a person asked for it.
    pub(crate) asked: bool,
    /// The slot it was run in, where it was for one.
    pub(crate) slot: Option<schedule_leases::Slot>,
}

/// When each box was last judged for what its checks saw.
#[derive(Debug, Default)]
pub(crate) struct LastJudged(Mutex<HashMap<(RunId, String), DateTime<Utc>>>);

impl LastJudged {
    /// Whether that is long ago, or the clock was put back since.
    fn is_due(&self, id: RunId, key: &str, now: DateTime<Utc>) -> bool {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let last = known.get(&(id, key.to_owned()));
        last.is_none_or(|last| (now - last).num_seconds().abs() >= SAME_AGAIN_S)
    }

    fn judged(&self, id: RunId, key: &str, now: DateTime<Utc>) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Those of closed watches go as soon as there are many.
        if known.len() > 10_000 {
            known.retain(|_, last| (now - *last) < Duration::minutes(1));
        }
        known.insert((id, key.to_owned()), now);
    }
}

impl Engine {
    /// Keeps what checks saw and judges the boxes they count for.
    ///
    /// # Errors
    /// Trouble with the database; then none of it is kept.
    pub(crate) async fn keep_measurements(&self, seen: Arc<[Seen]>) -> Result<(), Refusal> {
        let (engine, now) = (self.clone(), self.now());
        let act = self.write(move |tx| {
            Box::pin(async move { keep(tx, &seen, engine.last_judged(), now).await })
        });
        act.await.map(drop)
    }
}

/// A box whose checks have measured.
struct Touched<'a> {
    /// The measurement that speaks for it: one that turned, a failure before all others.
    speaker: &'a Seen,
    rank: u8,
}

/// Keeps what checks saw and evaluates the items they count for; answers the runs it is about.
pub(crate) async fn keep(
    tx: &mut Tx,
    seen: &[Seen],
    last: &LastJudged,
    now: DateTime<Utc>,
) -> Result<Vec<RunId>, Refusal> {
    // Noted together with what was seen: whoever takes over from a portal that died runs again what
    // was not kept, and nothing else.
    let slots: Vec<_> = seen.iter().filter_map(|one| one.slot).collect();
    schedule_leases::done(tx, &slots).await?;
    let services: Vec<ServiceId> = seen.iter().map(|one| one.check.service_id).collect();
    let mut open: HashMap<(ServiceId, String), Vec<RunRecord>> = HashMap::new();
    for run in runs::open_of(tx, &services).await? {
        open.entry((run.service_id, run.environment.clone())).or_default().push(run);
    }
    // The runs a measurement counts for: those that had begun when it was made.
    let counts = |one: &Seen| {
        let place = (one.check.service_id, one.check.environment.clone());
        let there = open.get(&place).map_or(&[][..], Vec::as_slice);
        let begun = |run: &&RunRecord| one.measurement.started_at >= run.opened_at;
        there.iter().filter(begun).collect::<Vec<_>>()
    };
    let runs: Vec<Vec<&RunRecord>> = seen.iter().map(counts).collect();
    let new: Vec<_> = seen.iter().zip(&runs).map(|(one, runs)| as_new(one, runs)).collect();
    let added = measurements::add(tx, &new, now).await?;

    let mut items: BTreeMap<(RunId, &str), Touched<'_>> = BTreeMap::new();
    let mut about = Vec::new();
    for ((one, runs), added) in seen.iter().zip(&runs).zip(added) {
        for run in runs.iter().filter(|_| added != Added::Not) {
            about.push(run.id);
            let Some(key) = one.check.item.as_deref().filter(|_| !one.check.dry_run) else {
                continue;
            };
            let rank = match (added, one.measurement.phase) {
                (Added::Turned, Phase::Failed) => 2,
                (Added::Turned, _) => 1,
                _ => 0,
            };
            let touched =
                items.entry((run.id, key)).or_insert_with(|| Touched { speaker: one, rank });
            if rank >= touched.rank {
                *touched = Touched { speaker: one, rank };
            }
        }
    }
    for ((id, key), touched) in items {
        if touched.rank > 0 || last.is_due(id, key, now) {
            apply(tx, id, key, touched.speaker, now).await?;
            last.judged(id, key, now);
        }
    }
    about.sort();
    about.dedup();
    for id in &about {
        tx.publish(Event::readings(*id));
    }
    Ok(about)
}

fn as_new<'a>(one: &'a Seen, runs: &[&RunRecord]) -> NewMeasurement<'a> {
    let check = &one.check;
    let watch = runs.iter().find(|run| run.subject == RunSubject::Deployment);
    let stretch = |watch: &&RunRecord| {
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
    speaker: &Seen,
    now: DateTime<Utc>,
) -> Result<(), Refusal> {
    let Some(run) = tx.run(id).await? else { return Ok(()) };
    let said = AutomatedResult {
        kind: "check",
        actor: "probes",
        key: &speaker.check.key,
        label: &speaker.check.label,
        sentence: &speaker.measurement.sentence,
        at: speaker.measurement.started_at,
    };
    apply_automated_result(tx, &run, key, said, now).await
}
