//! Capturing baselines. It takes nothing and may run at any time: what is due and not there yet is
//! captured from the points that were kept, so a portal that was away catches up.

use chrono::{DateTime, Duration, Utc};
use domain::{
    actor::Actor,
    baseline::{BUCKET_S, Baseline, Moment, summarize, to_pass, window_from},
    deployment::Deployment,
    event::Event,
    indicator::{Cell, Indicator, Source},
    runbook::MachineRule,
    watch::WatchState,
};
use store::{
    Connection, StoreError, baselines, deployments, indicators,
    runs::items,
    series::{self, minute_of},
};

use super::Baselines;
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
                let until = window_from(deployment.deployed_at) + moment.after();
                let due = until + Duration::seconds(GRACE_S) <= now;
                if due && there.iter().all(|known| known.moment != moment) {
                    if !rolled_up {
                        self.0.indicators().roll_up_probes().await?;
                        rolled_up = true;
                    }
                    let records = measure(&mut link, &deployment, moment, now).await?;
                    if records.is_empty() {
                        continue;
                    }
                    self.keep_baselines(&deployment, moment, records).await?;
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
        records: Vec<Baseline>,
    ) -> Result<(), Error> {
        let (id, now) = (deployment.id, self.0.now());
        self.0
            .write(move |tx| {
                Box::pin(async move {
                    let found = deployments::by_id(tx, id).await?;
                    let open = found.filter(|one| one.state == WatchState::Watching);
                    let Some(open) = open else { return Ok(()) };
                    let mut added = false;
                    for record in records {
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
                        update_verdict(tx, &run).await?;
                    }
                    tx.publish(Event::run_changed(id));
                    Ok(())
                })
            })
            .await
    }
}

/// What the window from `from` to `until` comes to, indicator by indicator.
async fn measure(
    link: &mut Connection,
    deployment: &Deployment,
    moment: Moment,
    now: DateTime<Utc>,
) -> Result<Vec<Baseline>, StoreError> {
    let from = window_from(deployment.deployed_at);
    let until = from + moment.after();
    let mut records = Vec::new();
    for indicator in indicators::of_service(link, deployment.service_id).await? {
        let series = series::find(link, indicator.id, &deployment.environment).await?;
        let cells = match series {
            Some(series) => {
                series::minutes(link, series, minute_of(from), minute_of(until)).await?
            }
            None => Vec::new(),
        };
        let stretches = stretches(cells, minute_of(from), moment.after());
        records.push(Baseline {
            deployment_id: deployment.id,
            moment,
            summary: summarize(indicator.family, &indicator.unit, &stretches),
            window_from: from,
            window_until: until,
            source: source(&indicator),
            captured_at: now,
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
    Ok(records)
}

/// Minutes put together to the stretches of a window of that length.
pub(crate) fn stretches(cells: Vec<(i64, Cell)>, first: i64, length: Duration) -> Vec<Cell> {
    let count = usize::try_from(length.num_seconds() / BUCKET_S).unwrap_or(0);
    let mut stretches = vec![Cell::default(); count];
    for (minute, cell) in cells {
        let at = usize::try_from((minute - first) / (BUCKET_S / 60)).unwrap_or(usize::MAX);
        if let Some(stretch) = stretches.get_mut(at) {
            stretch.merge(&cell);
        }
    }
    stretches
}

/// What an indicator is measured by, in words; the query where there is one.
pub(crate) fn source(indicator: &Indicator) -> String {
    match indicator.source {
        Source::Probe => "probes of the response targets".into(),
        Source::Pushed => "pushed points".into(),
        Source::Prometheus => indicator.query.clone().unwrap_or_default(),
    }
}
