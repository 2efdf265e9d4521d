//! Keeping what checks saw, many at a time, and judging the boxes they count for.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, PoisonError},
};

use chrono::{DateTime, Duration, Utc};
use domain::{
    event::Event,
    ids::{DeploymentId, ServiceId},
    measurement::{Measurement, Phase},
    watch::Stretches,
};
use store::{
    Tx,
    checks::CheckRecord,
    claims,
    deployments::{self, OpenWatch},
    measurements::{self, Added, NewMeasurement},
};

use crate::{Engine, Refusal, run};

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
    pub(crate) slot: Option<claims::Slot>,
}

/// When each box was last judged for what its checks saw.
#[derive(Debug, Default)]
pub(crate) struct LastJudged(Mutex<HashMap<(DeploymentId, String), DateTime<Utc>>>);

impl LastJudged {
    /// Whether that is long ago, or the clock was put back since.
    fn is_due(&self, id: DeploymentId, key: &str, now: DateTime<Utc>) -> bool {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let last = known.get(&(id, key.to_owned()));
        last.is_none_or(|last| (now - last).num_seconds().abs() >= SAME_AGAIN_S)
    }

    fn judged(&self, id: DeploymentId, key: &str, now: DateTime<Utc>) {
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
        self.write(move |tx| {
            Box::pin(async move {
                for id in keep(tx, &seen, engine.last_judged(), now).await? {
                    tx.publish(Event::run_changed(id));
                }
                Ok(())
            })
        })
        .await
    }
}

/// A box whose checks have measured.
struct Touched<'a> {
    /// The measurement that speaks for it: one that turned, a failure before all others.
    speaker: &'a Seen,
    rank: u8,
}

/// Keeps what checks saw and judges the boxes they count for; answers the deployments it is about.
pub(crate) async fn keep(
    tx: &mut Tx,
    seen: &[Seen],
    last: &LastJudged,
    now: DateTime<Utc>,
) -> Result<Vec<DeploymentId>, Refusal> {
    // Noted together with what was seen: whoever takes over from a portal that died runs again what
    // was not kept, and nothing else.
    let slots: Vec<_> = seen.iter().filter_map(|one| one.slot).collect();
    claims::done(tx, &slots).await?;
    let services: Vec<ServiceId> = seen.iter().map(|one| one.check.service_id).collect();
    let open = deployments::open_of(tx, &services).await?;
    let watch = |one: &Seen| {
        let place = (one.check.service_id, one.check.environment.clone());
        open.get(&place).filter(|open| one.measurement.started_at >= open.deployed_at)
    };
    let watches: Vec<Option<&OpenWatch>> = seen.iter().map(watch).collect();
    let new: Vec<_> = seen.iter().zip(&watches).map(|(one, watch)| as_new(one, *watch)).collect();
    let added = measurements::add(tx, &new, now).await?;

    let mut boxes: BTreeMap<(DeploymentId, &str), Touched<'_>> = BTreeMap::new();
    let mut about = Vec::new();
    for ((one, watch), added) in seen.iter().zip(watches).zip(added) {
        let Some(watch) = watch.filter(|_| added != Added::Not) else { continue };
        about.push(watch.id);
        let Some(key) = one.check.item.as_deref().filter(|_| !one.check.dry_run) else { continue };
        let rank = match (added, one.measurement.phase) {
            (Added::Turned, Phase::Failed) => 2,
            (Added::Turned, _) => 1,
            _ => 0,
        };
        let touched =
            boxes.entry((watch.id, key)).or_insert_with(|| Touched { speaker: one, rank });
        if rank >= touched.rank {
            *touched = Touched { speaker: one, rank };
        }
    }
    for ((id, key), touched) in boxes {
        if touched.rank > 0 || last.is_due(id, key, now) {
            judge(tx, id, key, touched.speaker, now).await?;
            last.judged(id, key, now);
        }
    }
    about.sort();
    about.dedup();
    Ok(about)
}

fn as_new<'a>(one: &'a Seen, watch: Option<&OpenWatch>) -> NewMeasurement<'a> {
    let check = &one.check;
    let stretch = |watch: &OpenWatch| {
        let stretches = Stretches::of(watch.deployed_at, watch.watch_ends_at);
        stretches.at(one.measurement.started_at)
    };
    NewMeasurement {
        check: check.id,
        version: check.updated_at,
        deployment: watch.map(|watch| watch.id),
        counts_since: watch.map_or(check.updated_at, |open| open.deployed_at.max(check.updated_at)),
        // A check on trial runs without counting.
        stretch: watch.filter(|_| !check.dry_run).and_then(stretch),
        asked: one.asked,
        measured: &one.measurement,
    }
}

async fn judge(
    tx: &mut Tx,
    id: DeploymentId,
    key: &str,
    speaker: &Seen,
    now: DateTime<Utc>,
) -> Result<(), Refusal> {
    let Some(deployment) = tx.deployment(id).await? else { return Ok(()) };
    let said = run::Spoken {
        kind: "check",
        actor: "probes",
        key: &speaker.check.key,
        label: &speaker.check.label,
        sentence: &speaker.measurement.sentence,
        at: speaker.measurement.started_at,
    };
    run::spoke(tx, &deployment, key, said, now).await
}
