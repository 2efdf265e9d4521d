//! Capturing baselines. It takes nothing and may run at any time: what is due and not there yet is
//! captured from the points that were kept, so a portal that was away catches up.

use chrono::{DateTime, Duration, Utc};
use domain::{
    actor::Actor,
    baseline::{Baseline, IndicatorSummary, Moment, window_from},
    deployment::Deployment,
    event::Event,
    runbook::MachineRule,
    watch::WatchState,
};
use store::{baselines, deployments, runs::items};

use super::{Baselines, measure::measure};
use crate::{
    Error,
    audit::entry,
    background::open_watches::OpenWatches,
    runs::{evaluate_item, update_verdict},
};

/// How long after its moment a baseline is captured: what was on its way then has arrived.
const GRACE_S: i64 = 60;

impl Baselines<'_> {
    /// Captures the baselines of open watches that are due; answers how many.
    ///
    /// # Errors
    /// Trouble with the database.
    pub async fn capture(self) -> Result<usize, Error> {
        let now = self.0.now();
        let (mut captured, mut watches) = (0, OpenWatches::default());
        while let Some(open) = watches.next(self.0).await? {
            captured += self.capture_of(open, now).await?;
        }
        Ok(captured)
    }

    async fn capture_of(self, open: Vec<Deployment>, now: DateTime<Utc>) -> Result<usize, Error> {
        let mut link = self.0.read().await?;
        let (mut captured, mut rolled_up) = (0, false);
        for deployment in open {
            let there = baselines::of_deployment(&mut link, deployment.id).await?;
            for moment in Moment::ALL.iter().copied() {
                let until = window_from(deployment.watched_since()) + moment.after();
                let due = until + Duration::seconds(GRACE_S) <= now;
                if due && there.iter().all(|known| known.moment != moment) {
                    if !rolled_up {
                        self.0.indicators().roll_up_probes().await?;
                        rolled_up = true;
                    }
                    let measured = measure(&mut link, &deployment, moment.after()).await?;
                    if measured.is_empty() {
                        continue;
                    }
                    self.keep_baselines(&deployment, moment, measured).await?;
                    captured += 1;
                }
            }
        }
        Ok(captured)
    }

    async fn keep_baselines(
        self,
        deployment: &Deployment,
        moment: Moment,
        measured: Vec<IndicatorSummary>,
    ) -> Result<(), Error> {
        let (id, now) = (deployment.id, self.0.now());
        self.0
            .write(move |tx| {
                Box::pin(async move {
                    let found = deployments::by_id(tx, id).await?;
                    let open = found.filter(|one| one.state == WatchState::Watching);
                    let Some(open) = open else { return Ok(()) };
                    let mut added = false;
                    for measured in measured {
                        let record =
                            Baseline { deployment_id: id, moment, captured_at: now, measured };
                        added |= baselines::insert(tx, record).await?;
                    }
                    if !added {
                        // Another process was faster.
                        return Ok(());
                    }
                    entry(&Actor::System("watch"), now, "baseline.capture", "deployment", id)
                        .deployment(id)
                        .says(format!("captured the baselines at {}", moment.as_str()))
                        .record(tx);
                    let mut turned = false;
                    let run = open.run();
                    for mut item in items::of_run(tx, run.id).await? {
                        if item.machine_rule == Some(MachineRule::Baselines) {
                            turned |= evaluate_item(tx, &run, &mut item, now).await?.gate;
                        }
                    }
                    if turned {
                        update_verdict(tx, &run, now).await?;
                    }
                    tx.publish(Event::run_changed(id));
                    Ok(())
                })
            })
            .await
    }
}
