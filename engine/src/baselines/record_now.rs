//! Recording what the indicators come to at this moment, because somebody wants it written down:
//! before a change, at a hand-over, in the middle of trouble. It stands beside the baselines of the
//! fixed moments and is never one of them: no box and no comparison counts it.

use chrono::Duration;
use domain::{
    actor::Actor,
    baseline::{BUCKET_S, ManualBaseline, summarize, to_pass, window_from},
    deployment::Deployment,
    event::Event,
    ids::DeploymentId,
    permissions::{Permission, authorize},
    watch::WatchState,
};
use store::{
    Connection, deployments, indicators, manual_baselines,
    series::{self, minute_of},
};

use super::Baselines;
use crate::{
    Error,
    audit::entry,
    baselines::{source, stretches},
};

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
        let records = measure(&mut link, &deployment, actor, self.0.now()).await?;
        drop(link);
        let recorded = Recorded {
            indicators: records.len(),
            with_value: records.iter().filter(|one| one.summary.value.is_some()).count(),
        };
        let (actor, now) = (actor.clone(), self.0.now());
        self.0
            .write(move |tx| {
                Box::pin(async move {
                    // It may have been closed while it was measured.
                    let deployment = open(tx, id).await?;
                    let until = records.first().map_or(now, |one| one.window_until);
                    for record in records {
                        manual_baselines::insert(tx, record).await?;
                    }
                    let said = format!(
                        "recorded the baselines of {} of {} indicators by hand, until {}",
                        recorded.with_value,
                        recorded.indicators,
                        domain::humanize::exact(until)
                    );
                    entry(&actor, now, "baseline.record", "deployment", id)
                        .deployment(id)
                        .says(said)
                        .record(tx);
                    tx.publish(Event::run_changed(deployment.id));
                    Ok(recorded)
                })
            })
            .await
    }
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
async fn measure(
    link: &mut Connection,
    deployment: &Deployment,
    actor: &Actor,
    now: chrono::DateTime<chrono::Utc>,
) -> Result<Vec<ManualBaseline>, Error> {
    let from = window_from(deployment.deployed_at);
    let whole = (now - from).num_seconds().max(0) / BUCKET_S;
    if whole == 0 {
        return Err(Error::conflict(format!(
            "It is too early: a baseline needs {} whole minutes of measurements.",
            BUCKET_S / 60
        )));
    }
    let length = Duration::seconds(whole * BUCKET_S);
    let until = from + length;
    let mut records = Vec::new();
    for indicator in indicators::of_service(link, deployment.service_id).await? {
        let series = series::find(link, indicator.id, &deployment.environment).await?;
        let cells = match series {
            Some(series) => {
                series::minutes(link, series, minute_of(from), minute_of(until)).await?
            }
            None => Vec::new(),
        };
        let stretches = stretches(cells, minute_of(from), length);
        records.push(ManualBaseline {
            deployment_id: deployment.id,
            taken_at: now,
            taken_by: actor.name().to_owned(),
            summary: summarize(indicator.family, &indicator.unit, &stretches),
            window_from: from,
            window_until: until,
            source: source(&indicator),
            pass: to_pass(
                &indicator.key,
                indicator.family,
                &indicator.unit,
                &indicator.thresholds.pass,
            ),
            indicator: indicator.key,
            label: indicator.label,
            family: indicator.family,
            unit: indicator.unit,
            direction: indicator.direction,
        });
    }
    if records.is_empty() {
        return Err(Error::conflict(
            "This service has no indicator yet, so there is nothing to record.",
        ));
    }
    Ok(records)
}
