//! Capturing baselines. It takes nothing and may run at any time: what is due and not there yet is
//! captured from the measurements that were kept, so a portal that was away catches up.

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, Utc};
use domain::{
    baseline::{BUCKET_S, Bucket, Indicator, Moment, summarize},
    check::RESPONSE_TARGETS,
    runbook::MachineRule,
    watch::WatchState,
    who::Who,
};
use store::{
    Link, StoreError,
    baselines::{self, BaselineRecord},
    checks,
    deployments::{self, DeploymentFilter, DeploymentRecord},
    items,
    page::Page,
};

use super::{decide, judge_item};
use crate::{Engine, Refusal, audit::entry};

/// How long after its moment a baseline is captured: what was on its way then has arrived.
const GRACE_S: i64 = 60;
/// The most open watches looked at in a round.
const AT_MOST: i64 = 1_000;

impl Engine {
    /// Captures the baselines of open watches that are due; answers how many.
    ///
    /// # Errors
    /// Trouble with the database.
    pub async fn capture_baselines(&self) -> Result<usize, Refusal> {
        let filter =
            DeploymentFilter { state: Some(WatchState::Watching), ..DeploymentFilter::default() };
        let mut link = self.read().await?;
        let open = deployments::list(&mut link, &filter, Page::first(AT_MOST)).await?;
        let now = self.now();
        let mut captured = 0;
        for deployment in open {
            let there = baselines::of_deployment(&mut link, deployment.id).await?;
            for moment in Moment::ALL.iter().copied() {
                let until = deployment.deployed_at + moment.after();
                let due = until + Duration::seconds(GRACE_S) <= now;
                if due && there.iter().all(|known| known.moment != moment) {
                    let records = measure(&mut link, &deployment, moment, until, now).await?;
                    self.keep_baselines(&deployment, moment, records).await?;
                    captured += 1;
                }
            }
        }
        Ok(captured)
    }

    async fn keep_baselines(
        &self,
        deployment: &DeploymentRecord,
        moment: Moment,
        records: Vec<BaselineRecord>,
    ) -> Result<(), Refusal> {
        let (id, now) = (deployment.id, self.now());
        self.write(move |tx| {
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
                entry(&Who::System("watch"), now, "baseline.capture", "deployment", id)
                    .deployment(id)
                    .says(format!("captured the baselines at {}", moment.as_str()))
                    .record(tx);
                let mut turned = false;
                for mut item in items::of_deployment(tx, id).await? {
                    if item.machine_rule == Some(MachineRule::Baselines) {
                        turned |= judge_item(tx, &open, &mut item, now).await?.gate;
                    }
                }
                if turned {
                    decide(tx, &open).await?;
                }
                Ok(())
            })
        })
        .await?;
        self.changed(id);
        Ok(())
    }
}

/// What the window up to `until` comes to, by the probes of the response targets.
async fn measure(
    link: &mut Link,
    deployment: &DeploymentRecord,
    moment: Moment,
    until: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<Vec<BaselineRecord>, StoreError> {
    let from = deployment.deployed_at;
    let all =
        checks::ever_of_environment(link, deployment.service_id, &deployment.environment).await?;
    let mut by_slot: BTreeMap<i64, Bucket> = BTreeMap::new();
    let mut names = Vec::new();
    for check in all {
        if check.dry_run || check.built_in.as_deref() != Some(RESPONSE_TARGETS) {
            continue;
        }
        let seen = baselines::buckets(link, check.id, deployment.id, from, until, BUCKET_S).await?;
        if !seen.is_empty() {
            names.push(check.label);
        }
        for (slot, bucket) in seen {
            let sum = by_slot.entry(slot).or_default();
            sum.good += bucket.good;
            sum.bad += bucket.bad;
            sum.sum_ms += bucket.sum_ms;
        }
    }
    let count = (until - from).num_seconds() / BUCKET_S;
    let buckets: Vec<_> =
        (0..count).map(|slot| by_slot.get(&slot).copied().unwrap_or_default()).collect();
    let source = if names.is_empty() {
        "nothing was measured".to_owned()
    } else {
        format!("probes of {}", names.join(", "))
    };
    // An error rate takes requests that people make; probes make too few to tell 0.1 %.
    let probed = [Indicator::ResponseTime, Indicator::Uptime];
    Ok(probed
        .into_iter()
        .map(|indicator| BaselineRecord {
            deployment_id: deployment.id,
            moment,
            indicator,
            summary: summarize(indicator, &buckets),
            window_from: from,
            window_until: until,
            source: source.clone(),
            captured_at: now,
        })
        .collect())
}
