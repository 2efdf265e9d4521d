//! The watch strip: what the probes saw in each stretch of the watch.

use domain::{deployment::Deployment, measurement::Stretch, watch::WatchBuckets};
use store::{Connection, StoreError, measurements};

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
    link: &mut Connection,
    deployment: &Deployment,
) -> Result<Strip, StoreError> {
    let stretches = WatchBuckets::of(deployment.deployed_at, deployment.watch_ends_at);
    let counted = measurements::stretches(link, deployment.id).await?;
    let what = |at| counted.iter().find(|one| one.stretch == at).map_or(Slot::Empty, kind);
    Ok(Strip {
        slots: (0..stretches.count()).map(what).collect(),
        slot_s: stretches.each_s,
        measurements: counted.iter().map(|one| one.good + one.unsure + one.bad).sum(),
        failed: counted.iter().map(|one| one.bad).sum(),
    })
}

/// The worst that was seen in it.
const fn kind(counted: &Stretch) -> Slot {
    match counted {
        Stretch { bad: 1.., .. } => Slot::Bad,
        Stretch { unsure: 1.., .. } => Slot::Unsure,
        Stretch { good: 1.., .. } => Slot::Good,
        _ => Slot::Empty,
    }
}
