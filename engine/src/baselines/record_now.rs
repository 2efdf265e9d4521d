//! Recording what the indicators come to at this moment, because somebody wants it written down:
//! before a change, at a hand-over, in the middle of trouble. It stands beside the baselines of the
//! fixed moments and is never one of them: no box and no comparison counts it.

use chrono::{DateTime, Duration, Utc};
use domain::{
    actor::Actor,
    baseline::{BUCKET_S, IndicatorSummary, ManualBaseline, window_from},
    deployment::Deployment,
    event::Event,
    ids::DeploymentId,
    permissions::{Permission, authorize},
    watch::WatchState,
};
use store::{Connection, Tx, baselines, deployments};

use super::{Baselines, measure::measure};
use crate::{Error, audit::entry};

/// What was recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recorded {
    /// How many indicators there are.
    pub indicators: usize,
    /// Of how many of them enough was measured to say a value.
    pub with_value: usize,
}

impl Baselines<'_> {
    /// Records each indicator of an open deployment as it stands, from the deployment until now.
    ///
    /// # Errors
    /// Where the actor may not, there is no such deployment, its watch is closed, it is too early,
    /// or there is no indicator.
    pub async fn record_now(self, actor: &Actor, id: DeploymentId) -> Result<Recorded, Error> {
        authorize(actor, Permission::RecordBaselines, None)?;
        // What the probes saw until now is among it.
        self.0.indicators().roll_up_probes().await?;
        let mut link = self.0.read().await?;
        let deployment = open(&mut link, id).await?;
        let measured = measure_until(&mut link, &deployment, self.0.now()).await?;
        drop(link);
        let (actor, now) = (actor.clone(), self.0.now());
        self.0
            .write(move |tx| Box::pin(async move { record(tx, &actor, id, measured, now).await }))
            .await
    }
}

/// Records what was measured of an open deployment as taken by hand.
///
/// # Errors
/// Where there is no such deployment, or its watch is closed.
pub async fn record(
    tx: &mut Tx,
    actor: &Actor,
    id: DeploymentId,
    measured: Vec<IndicatorSummary>,
    now: DateTime<Utc>,
) -> Result<Recorded, Error> {
    // It may have been closed while it was measured.
    let deployment = open(tx, id).await?;
    let recorded = Recorded {
        indicators: measured.len(),
        with_value: measured.iter().filter(|one| one.summary.value.is_some()).count(),
    };
    let until = measured.first().map_or(now, |one| one.window_until);
    for measured in measured {
        let (deployment_id, taken_by) = (deployment.id, actor.name().to_owned());
        let record = ManualBaseline { deployment_id, taken_at: now, taken_by, measured };
        baselines::insert_manual(tx, record).await?;
    }
    let said = format!(
        "recorded the baselines of {} of {} indicators by hand, until {}",
        recorded.with_value,
        recorded.indicators,
        domain::humanize::exact(until)
    );
    entry(actor, now, "baseline.record", "deployment", id).deployment(id).says(said).record(tx);
    tx.publish(Event::run_changed(deployment.id));
    Ok(recorded)
}

async fn open(link: &mut Connection, id: DeploymentId) -> Result<Deployment, Error> {
    let Some(deployment) = deployments::by_id(link, id).await? else {
        return Err(Error::not_found("deployment", id));
    };
    if deployment.state != WatchState::Watching {
        return Err(Error::conflict("The watch is closed: what was normal in it stands already."));
    }
    Ok(deployment)
}

/// The whole stretches since the deployment, indicator by indicator.
async fn measure_until(
    link: &mut Connection,
    deployment: &Deployment,
    now: DateTime<Utc>,
) -> Result<Vec<IndicatorSummary>, Error> {
    let whole = (now - window_from(deployment.watched_since())).num_seconds().max(0) / BUCKET_S;
    if whole == 0 {
        return Err(Error::conflict(format!(
            "It is too early: a baseline needs {} whole minutes of measurements.",
            BUCKET_S / 60
        )));
    }
    let measured = measure(link, deployment, Duration::seconds(whole * BUCKET_S)).await?;
    if measured.is_empty() {
        return Err(Error::conflict(
            "This service has no indicator yet, so there is nothing to record.",
        ));
    }
    Ok(measured)
}
