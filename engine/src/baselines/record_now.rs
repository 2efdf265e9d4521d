//! Recording what the indicators come to at this moment, because somebody wants it written down:
//! before a change, at a hand-over, in the middle of trouble. It stands beside the baselines of the
//! fixed moments and is never one of them: no box and no comparison counts it.

use chrono::Duration;
use domain::{
    baseline::{BUCKET_S, summarize, to_pass, window_from},
    event::Event,
    ids::DeploymentId,
    permissions::{Permission, permit},
    watch::WatchState,
    who::Who,
};
use store::{
    Link, deployments,
    deployments::DeploymentRecord,
    indicators,
    manual_baselines::{self, ManualBaseline},
    series::{self, minute_of},
};

use crate::{
    Engine, Refusal,
    audit::entry,
    runs::{source, stretches},
};

/// What was recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recorded {
    /// How many indicators there are.
    pub indicators: usize,
    /// Of how many of them enough was measured to say a value.
    pub with_value: usize,
}

impl Engine {
    /// Records each indicator of an open deployment as it stands, from the deployment until now.
    ///
    /// # Errors
    /// Where the actor may not, there is no such deployment, its watch is closed, it is too early,
    /// or there is no indicator.
    pub async fn record_baselines_now(
        &self,
        who: &Who,
        id: DeploymentId,
    ) -> Result<Recorded, Refusal> {
        permit(who, Permission::RecordBaselines, None)?;
        // What the probes saw until now is among it.
        self.roll_up_probes().await?;
        let mut link = self.read().await?;
        let deployment = open(&mut link, id).await?;
        let records = measure(&mut link, &deployment, who, self.now()).await?;
        drop(link);
        let recorded = Recorded {
            indicators: records.len(),
            with_value: records.iter().filter(|one| one.summary.value.is_some()).count(),
        };
        let (who, now) = (who.clone(), self.now());
        self.write(move |tx| {
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
                    crate::text::exact(until)
                );
                entry(&who, now, "baseline.record", "deployment", id)
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

async fn open(link: &mut Link, id: DeploymentId) -> Result<DeploymentRecord, Refusal> {
    let Some(deployment) = deployments::by_id(link, id).await? else {
        return Err(Refusal::not_found("deployment", id));
    };
    if deployment.state != WatchState::Watching {
        return Err(Refusal::conflict(
            "The watch is closed: what was normal in it stands already.",
        ));
    }
    Ok(deployment)
}

/// The whole stretches since the deployment, indicator by indicator.
async fn measure(
    link: &mut Link,
    deployment: &DeploymentRecord,
    who: &Who,
    now: chrono::DateTime<chrono::Utc>,
) -> Result<Vec<ManualBaseline>, Refusal> {
    let from = window_from(deployment.deployed_at);
    let whole = (now - from).num_seconds().max(0) / BUCKET_S;
    if whole == 0 {
        return Err(Refusal::conflict(format!(
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
            taken_by: who.name().to_owned(),
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
        return Err(Refusal::conflict(
            "This service has no indicator yet, so there is nothing to record.",
        ));
    }
    Ok(records)
}
