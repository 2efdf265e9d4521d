//! Databases that are filled before the portal starts: services under an open watch, with checks.

use std::{path::Path, sync::Arc};

use domain::{
    actor::Actor,
    check::{Check, ProbeSpec},
    ids::{CheckId, DeploymentId},
    measurement::{Measurement, Phase},
};
use engine::{
    Engine, Options,
    clock::{Clock as _, SystemClock},
    deployments::AnnounceRequest,
};
use probes::{GuardedClient, Prober};
use store::{
    Pool, Store, StoreError, checks, deployments,
    measurements::{self, NewMeasurement},
    services,
};
use uuid::Uuid;

use crate::target::HANGS;

/// What can go wrong on the way.
pub type Trouble = Box<dyn std::error::Error>;

/// How many checks there are of how many services, and how often they run.
#[derive(Debug, Clone, Copy)]
pub struct Load {
    /// Services, each with an open watch.
    pub services: u32,
    /// Checks of each.
    pub checks: u32,
    /// Seconds from one run to the next.
    pub interval_s: i64,
    /// How many hours ago they were deployed.
    pub hours_ago: i64,
}

impl Load {
    /// All checks.
    pub const fn all(self) -> u32 {
        self.services * self.checks
    }
}

/// Fills a database; the checks ask `port` on many addresses of the loopback for their numbers.
/// Answers the deployments.
pub async fn fill(data: &Path, load: Load, port: u16) -> Result<Vec<DeploymentId>, Trouble> {
    let store = Store::start(Pool::open(store::location(None, data)?).await?).await?;
    let prober = Prober::new(GuardedClient::builder().build()?);
    let options = Options { base_url: "http://127.0.0.1".into(), label: None };
    let engine = Engine::new(store.clone(), Arc::new(SystemClock), prober, options);
    engine.runbooks().publish_shipped().await?;
    let actor = Actor::CommandLine;
    let mut open = Vec::new();
    for service in 0..load.services {
        let slug = format!("service-{service}");
        let asked = serde_json::json!({
            "name": slug, "environments": [{"slug": "production"}],
        });
        engine.services().put(&actor, &slug, serde_json::from_value(asked)?).await?;
        let asked = serde_json::json!({
            "service": slug, "environment": "production", "version": "1.0.0",
            "deployed_at": SystemClock.now() - chrono::Duration::hours(load.hours_ago),
        });
        let request: AnnounceRequest = serde_json::from_value(asked)?;
        open.push(engine.deployments().announce(&actor, request, None).await?.now()?.id);
        let mut link = store.read().await?;
        let Some(known) = services::by_slug(&mut link, &slug).await? else { continue };
        drop(link);
        let now = SystemClock.now() - chrono::Duration::hours(load.hours_ago);
        let records: Vec<_> = (0..load.checks)
            .map(|n| {
                let number = service * load.checks + n;
                Check {
                    id: CheckId(Uuid::now_v7()),
                    service_id: known.id,
                    environment: "production".into(),
                    key: format!("check-{n}"),
                    label: format!("check {n}"),
                    spec: asks(number, port, number),
                    conditions: vec!["status == 200".into()],
                    interval_s: load.interval_s,
                    timeout_s: 5,
                    item: ["integrations", "perf-security"]
                        .get(n as usize % 3)
                        .map(|key| (*key).into()),
                    critical: false,
                    dry_run: false,
                    no_data: "undecided".into(),
                    built_in: None,
                    retired_at: None,
                    created_at: now,
                    updated_at: now,
                }
            })
            .collect();
        store
            .write::<_, StoreError, _>(move |tx| {
                Box::pin(async move {
                    for record in records {
                        checks::put(tx, record).await?;
                    }
                    Ok(())
                })
            })
            .await?;
    }
    drop(store);
    engine.close().await;
    Ok(open)
}

/// Has the first check ask for what is never answered.
pub async fn hang_one(data: &Path, port: u16) -> Result<(), Trouble> {
    let store = Store::start(Pool::open(store::location(None, data)?).await?).await?;
    let mut link = store.read().await?;
    let Some(service) = services::by_slug(&mut link, "service-0").await? else {
        return Err("there is no service".into());
    };
    let Some(check) = checks::by_key(&mut link, service.id, "check-0").await? else {
        return Err("there is no check".into());
    };
    drop(link);
    let hangs = Check { spec: asks(0, port, HANGS), timeout_s: 15, ..check };
    let put = store
        .write::<_, StoreError, _>(move |tx| Box::pin(async move { checks::put(tx, hangs).await }));
    put.await?;
    store.close().await;
    Ok(())
}

/// Asks the target for a number, at one of many addresses of the loopback.
fn asks(host: u32, port: u16, number: u32) -> ProbeSpec {
    ProbeSpec::Http {
        url: format!("http://127.0.0.{}:{port}/{number}", 1 + host % 40),
        method: None,
        headers: std::collections::BTreeMap::new(),
        body: None,
    }
}

/// Adds `each` measurements to every check of the first deployment, in the past minutes of its
/// watch; answers how many bytes the database grew by.
pub async fn measure_before(
    data: &Path,
    deployment: DeploymentId,
    each: u32,
) -> Result<i64, Trouble> {
    let store = Store::start(Pool::open(store::location(None, data)?).await?).await?;
    let mut link = store.read().await?;
    let Some(known) = deployments::by_id(&mut link, deployment).await? else {
        return Err("the deployment is gone".into());
    };
    let all = checks::of_environment(&mut link, known.service_id, &known.environment).await?;
    let before = size(&mut link).await?;
    drop(link);
    let all: Arc<[Check]> = all.into();
    for round in 0..each {
        let (all, deployed_at) = (all.clone(), known.deployed_at);
        store
            .write::<_, StoreError, _>(move |tx| {
                Box::pin(async move {
                    let seen: Vec<_> = (0u32..)
                        .zip(all.iter())
                        .map(|(n, _)| seen(deployed_at, round, n))
                        .collect();
                    let new: Vec<_> = all
                        .iter()
                        .zip(&seen)
                        .map(|(check, measured)| NewMeasurement {
                            check: check.id,
                            version: check.updated_at,
                            deployment: Some(deployment),
                            counts_since: check.updated_at,
                            stretch: Some(i64::from(round) / 90),
                            asked: false,
                            measured,
                        })
                        .collect();
                    measurements::add(tx, &new, deployed_at).await.map(drop)
                })
            })
            .await?;
    }
    let mut link = store.read().await?;
    let after = size(&mut link).await?;
    drop(link);
    store.close().await;
    Ok(after - before)
}

/// A measurement as an HTTP check makes it, 20 s after the one before it.
fn seen(from: chrono::DateTime<chrono::Utc>, round: u32, check: u32) -> Measurement {
    let spread = u64::from(round) * 7_919 + u64::from(check) * 104_729;
    let took_us = 3_000 + spread % 250_000;
    #[expect(clippy::cast_precision_loss, reason = "some thousands")]
    let took = took_us as f64 / 1_000.0;
    let after = i64::from(round) * 20_000 + i64::from(check) * 20;
    let jitter = i64::try_from(spread % 3).unwrap_or(0);
    Measurement {
        started_at: from + chrono::Duration::milliseconds(after + jitter),
        duration_ms: took + 0.127,
        phase: Phase::Successful,
        value: Some(took),
        sentence: format!(
            "http://127.0.0.1/{check} answered 200 in {took:.0} ms; expected status == 200."
        ),
        short: format!("{took:.0} ms"),
        findings: Vec::new(),
        exchanges: Vec::new(),
        pictures: Vec::new(),
    }
}

/// Bytes in use in a SQLite database.
async fn size(link: &mut store::Connection) -> Result<i64, StoreError> {
    let pages: i64 = link
        .query("SELECT (SELECT page_count FROM pragma_page_count()) - (SELECT freelist_count FROM pragma_freelist_count()) AS n")
        .fetch_one().await?
        .get("n")?;
    let each: i64 = link
        .query("SELECT page_size FROM pragma_page_size()")
        .fetch_one()
        .await?
        .get("page_size")?;
    Ok(pages * each)
}
