//! The watch strip: what the probes saw in each stretch of the watch.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use domain::measurement::Phase;
use store::{Link, StoreError, deployments::DeploymentRecord, measurements};

use crate::run::CheckNow;

/// How many stretches a watch is drawn in.
const SLOTS: i64 = 96;

/// What was seen in one stretch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slot {
    /// Nothing was measured: a gap, or not yet.
    Empty,
    /// All that was measured was good.
    Good,
    /// Something could not be measured or read.
    Unsure,
    /// Something failed.
    Bad,
}

/// The strip.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Strip {
    /// The stretches, from the deployment to the watch's end.
    pub slots: Vec<Slot>,
    /// Seconds of one.
    pub slot_s: i64,
    /// How many measurements it is drawn from.
    pub measurements: i64,
    /// How many of them failed.
    pub failed: i64,
}

pub(super) async fn load(
    link: &mut Link,
    deployment: &DeploymentRecord,
    checks: &[CheckNow],
    now: DateTime<Utc>,
) -> Result<Strip, StoreError> {
    let window = (deployment.watch_ends_at - deployment.deployed_at).num_seconds();
    let slot_s = (window / SLOTS).max(60);
    let until = deployment.closed_at.unwrap_or(now).min(deployment.watch_ends_at);
    let mut seen: BTreeMap<i64, Slot> = BTreeMap::new();
    let (mut measurements, mut failed) = (0, 0);
    for check in checks.iter().filter(|now| !now.check.dry_run) {
        let found =
            measurements::by_slot(link, check.check.id, deployment.deployed_at, until, slot_s)
                .await?;
        for (at, phase, n) in found {
            measurements += n;
            let what = match phase {
                Phase::Successful => Slot::Good,
                Phase::Error | Phase::Inconclusive => Slot::Unsure,
                Phase::Failed => {
                    failed += n;
                    Slot::Bad
                }
            };
            let slot = seen.entry(at).or_insert(Slot::Empty);
            *slot = worse(*slot, what);
        }
    }
    let count = (window + slot_s - 1) / slot_s;
    let slots = (0..count).map(|at| seen.get(&at).copied().unwrap_or(Slot::Empty)).collect();
    Ok(Strip { slots, slot_s, measurements, failed })
}

const fn worse(a: Slot, b: Slot) -> Slot {
    const fn rank(slot: Slot) -> u8 {
        match slot {
            Slot::Empty => 0,
            Slot::Good => 1,
            Slot::Unsure => 2,
            Slot::Bad => 3,
        }
    }
    if rank(a) >= rank(b) { a } else { b }
}
