//! The indicators that the probes measure: cells made of the measurements of the response targets.
//!
//! It takes nothing, may run at any time and at any number of portals: a minute is computed anew
//! from the measurements that were kept, and put in place of what was there.

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, Utc};
use domain::{
    check::{Check, RESPONSE_TARGETS},
    deployment::Deployment,
    event::Event,
    ids::{IndicatorId, ServiceId},
    indicator::{BuiltIn, Cell, Indicator, RESPONSE_TIME, Reading, Source, Thresholds, UPTIME},
    measurement::Phase,
};
use store::{
    Connection, StoreError, Tx, checks, deployments, indicators, measurements,
    series::{self, minute_of},
};

use super::Indicators;
use crate::{Error, ids::new_id};

/// How long after its watch a deployment is still looked at: what was on its way has arrived.
const AFTER_CLOSE_H: i64 = 1;
/// How many minutes before the newest are computed anew: a probe may take one.
const AGAIN: i64 = 2;

type Cells = BTreeMap<i64, Cell>;

impl Indicators<'_> {
    /// Brings the indicators that the probes measure up to now; answers for how many watches.
    ///
    /// # Errors
    /// Trouble with the database.
    pub async fn roll_up_probes(self) -> Result<usize, Error> {
        let now = self.0.now();
        let mut link = self.0.read().await?;
        let watched =
            deployments::watched_since(&mut link, now - Duration::hours(AFTER_CLOSE_H)).await?;
        let mut rolled_up = 0;
        for deployment in watched {
            if self.0.stopping().is_cancelled() {
                break;
            }
            let from = newest(&mut link, &deployment).await?;
            let (times, uptime) = measured(&mut link, &deployment, from, now).await?;
            if uptime.is_empty() {
                continue;
            }
            let (service, environment) = (deployment.service_id, deployment.environment.clone());
            let about = deployment.id;
            let act = self.0.write::<(), _>(move |tx| {
                Box::pin(async move {
                    for (built_in, cells) in [(RESPONSE_TIME, times), (UPTIME, uptime)] {
                        let indicator = find_or_make(tx, service, built_in, now).await?;
                        let series = series::find_or_make(tx, indicator, &environment).await?;
                        for (minute, cell) in cells {
                            series::put(tx, series, minute, &cell).await?;
                        }
                    }
                    tx.publish(Event::readings(about, service));
                    Ok(())
                })
            });
            act.await?;
            rolled_up += 1;
        }
        Ok(rolled_up)
    }
}

/// From which minute on to compute: a little before the newest there is.
async fn newest(link: &mut Connection, deployment: &Deployment) -> Result<i64, StoreError> {
    let first = minute_of(deployment.deployed_at);
    let Some(uptime) = indicators::by_key(link, deployment.service_id, UPTIME.key).await? else {
        return Ok(first);
    };
    let found = series::find(link, uptime.id, &deployment.environment).await?;
    let Some(series) = found else { return Ok(first) };
    let newest = series::newest(link, series).await?;
    Ok(newest.map_or(first, |newest| first.max(newest - AGAIN)))
}

/// The response times and the uptime from minute `from` on.
async fn measured(
    link: &mut Connection,
    deployment: &Deployment,
    from: i64,
    now: DateTime<Utc>,
) -> Result<(Cells, Cells), StoreError> {
    let (mut times, mut uptime) = (Cells::new(), Cells::new());
    let (service, environment) = (deployment.service_id, &deployment.environment);
    for check in checks::ever_of_environment(link, service, environment).await? {
        if check.dry_run || check.built_in.as_deref() != Some(RESPONSE_TARGETS) {
            continue;
        }
        let since = DateTime::from_timestamp(from * 60, 0).unwrap_or(deployment.deployed_at);
        for (at, phase, value) in measurements::values(link, check.id, since, now).await? {
            let good = match phase {
                Phase::Successful => 1,
                Phase::Failed => 0,
                // Trouble of our own, and what decides nothing, is no data.
                Phase::Error | Phase::Inconclusive => continue,
            };
            let minute = minute_of(at);
            uptime.entry(minute).or_default().add(Reading::Events { good, total: 1 });
            let took = value.filter(|took| good == 1 || too_slow(&check, *took));
            // An empty cell also takes the place of what was there.
            let cell = times.entry(minute).or_default();
            took.into_iter().for_each(|took| cell.add(Reading::Value(took)));
        }
    }
    Ok((times, uptime))
}

/// Whether an answer that failed was slower than agreed: it is what the response time is about, and
/// leaving it out would make a slow release look fast. One that failed quickly says nothing of the
/// time a good answer takes.
fn too_slow(check: &Check, took: f64) -> bool {
    let limits = check.conditions.iter().filter_map(|one| one.strip_prefix("response_time_ms < "));
    limits.filter_map(|limit| limit.trim().parse::<f64>().ok()).any(|limit| took >= limit)
}

async fn find_or_make(
    tx: &mut Tx,
    service: ServiceId,
    built_in: BuiltIn,
    now: DateTime<Utc>,
) -> Result<IndicatorId, Error> {
    if let Some(known) = indicators::by_key(tx, service, built_in.key).await? {
        return Ok(known.id);
    }
    let id = IndicatorId(new_id());
    let record = Indicator {
        id,
        service_id: service,
        key: built_in.key.into(),
        label: built_in.label.into(),
        family: built_in.family,
        source: Source::Probe,
        unit: built_in.unit.into(),
        direction: built_in.family.direction(),
        server_url: None,
        query: None,
        heartbeat_query: None,
        headers: BTreeMap::new(),
        interval_s: 60,
        thresholds: Thresholds::default(),
        retired_at: None,
        created_at: now,
        updated_at: now,
    };
    indicators::put(tx, record).await?;
    Ok(id)
}
