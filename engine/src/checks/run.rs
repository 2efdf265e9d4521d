//! Running checks.

use std::{
    borrow::Cow,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use domain::{
    actor::Actor,
    answering_version::{self, AnsweredVersions, ExpectedVersion},
    check::{
        Check, ProbeSpec, RESPONSE_TARGETS,
        assumed_target::{self, TargetFacts},
    },
    event::Event,
    item_permissions::{ItemAct, authorize_item},
    measurement::{Measurement, Phase},
    query_template::{self, Asked},
};
use futures::FutureExt as _;
use probes::{NoData, Terms, took_too_long};
use store::{deployments, runs::items, services};

use super::{Checks, expected_version::expected_version};
use crate::{
    Error,
    audit::entry,
    measurements::Observation,
    progress,
    runs::{self, RunRef},
};

/// How many checks run side by side when a person asks for a box's.
const SIDE_BY_SIDE: usize = 8;

/// What a check saw when a person asked for it.
#[derive(Debug, Clone)]
pub struct Probed {
    /// What the check is called.
    pub label: String,
    /// What it saw.
    pub measurement: Measurement,
}

impl Checks<'_> {
    /// Runs the checks of a box now, keeps what they saw and judges the box.
    ///
    /// # Errors
    /// Where the rules forbid it, or the box has no check.
    pub async fn probe_item(
        self,
        actor: &Actor,
        at: impl Into<RunRef>,
        key: &str,
    ) -> Result<Vec<Probed>, Error> {
        use futures::StreamExt as _;

        let mut link = self.0.read().await?;
        let run = runs::record_of(&mut link, at.into()).await?;
        let id = run.id;
        let Some(item) = items::by_key(&mut link, id, key).await? else {
            return Err(Error::not_found("item in this run with the key", key));
        };
        authorize_item(ItemAct::Probe, key, item.actor, (run.subject, run.state), actor)?;
        let bound =
            runs::checks_now(&mut link, &run, |check| check.item.as_deref() == Some(key)).await?;
        drop(link);
        if bound.is_empty() {
            return Err(Error::conflict(format!(
                "`{key}` has no check to run. Set the service's base URL, or add a check for it."
            )));
        }
        // Built before it is driven: a stream of borrowing futures inside an async function
        // confuses the compiler about lifetimes.
        let (all, answered) = (bound.len(), Arc::new(AtomicUsize::new(0)));
        let runs: Vec<_> = bound
            .into_iter()
            .map(|now| {
                let (engine, answered) = (self.0.clone(), Arc::clone(&answered));
                async move {
                    let seen = engine.checks().measure_now(&now.check).await;
                    progress::tell(answered.fetch_add(1, Ordering::Relaxed) + 1, all);
                    (now.check, seen)
                }
            })
            .collect();
        let seen: Vec<_> = futures::stream::iter(runs).buffered(SIDE_BY_SIDE).collect().await;
        let mut probed = Vec::with_capacity(seen.len());
        let mut kept = Vec::with_capacity(seen.len());
        for (check, (measurement, answered)) in seen {
            probed.push(Probed { label: check.label.clone(), measurement: measurement.clone() });
            kept.push(Observation {
                check: Arc::new(check),
                measurement,
                answered,
                asked: true,
                slot: None,
            });
        }
        self.0.measurements().record(kept.into()).await?;
        let (actor, key, now) = (actor.clone(), key.to_owned(), self.0.now());
        let count = probed.len();
        self.0
            .write(move |tx| {
                Box::pin(async move {
                    entry(&actor, now, "item.probe", "item", &key)
                        .run(id)
                        .says(format!("ran {count} checks of {}", item.title))
                        .record(tx);
                    tx.publish(Event::run_changed(id));
                    Ok::<_, Error>(())
                })
            })
            .await?;
        Ok(probed)
    }

    /// Runs a check now; answers as well which versions of the service answered.
    pub(crate) async fn measure_now(self, check: &Check) -> (Measurement, AnsweredVersions) {
        let expected = async {
            let mut link = self.0.read().await?;
            Ok::<_, Error>(expected_version(&mut link, check.service_id, &check.environment).await?)
        };
        match expected.await {
            // Boxed: within the futures of acts and pages it nests deeper than the compiler follows.
            Ok(expected) => self.measure(check, expected.as_ref()).boxed().await,
            Err(error) => {
                let said = format!("Which version is to answer is not known: {error}");
                (errored(self.0.now(), said), AnsweredVersions::default())
            }
        }
    }

    /// Runs a check; answers as well which versions of the service answered.
    pub(crate) async fn measure(
        self,
        check: &Check,
        expected: Option<&ExpectedVersion>,
    ) -> (Measurement, AnsweredVersions) {
        let (measured, answered) = self.measure_any(check, expected).await;
        match expected {
            Some(expected) => {
                let kind = check.spec.kind();
                (answering_version::judged(expected, kind, &answered, measured), answered)
            }
            None => (measured, answered),
        }
    }

    /// Runs a check, whichever version answers.
    async fn measure_any(
        self,
        check: &Check,
        expected: Option<&ExpectedVersion>,
    ) -> (Measurement, AnsweredVersions) {
        let started_at = self.0.now();
        let none = AnsweredVersions::default;
        if self.0.suspended().is(check) {
            let said = "Suspended: its condition took too long three times in a row. Change the \
                        condition.";
            return (errored(started_at, said.into()), none());
        }
        let conditions = match self.0.prober().conditions().read(&check.conditions) {
            Ok(conditions) => conditions,
            // Conditions are read before they are kept; one that is not readable now was allowed
            // before.
            Err((text, error)) => {
                return (errored(started_at, format!("`{text}`: {error}")), none());
            }
        };
        let timeout = Duration::from_secs(u64::try_from(check.timeout_s).unwrap_or(10));
        let engine = self.0.clone();
        let clock = move || engine.now();
        let spec = match self.filled_in(check).await {
            Ok(spec) => spec,
            Err(error) => {
                let said = format!("What it asks about is not known: {error}");
                return (errored(started_at, said), none());
            }
        };
        let no_data = NoData::parse(&check.no_data);
        let version = expected.map(|expected| &expected.source);
        let terms = Terms { timeout, no_data, version };
        let (measured, answered) = self.0.prober().measure(&spec, &conditions, terms, &clock).await;
        self.0.suspended().ran(check, took_too_long(&measured));
        if check.built_in.as_deref() == Some(RESPONSE_TARGETS) {
            let url = check.spec.url();
            let doubted = assumed_target::is_doubted(url, &measured);
            let as_any =
                doubted && self.0.prober().answers_as_any(url, timeout).await.unwrap_or(false);
            let matters = as_any || measured.short == "404";
            let assumed = matters && self.is_assumed(check).await;
            let facts = TargetFacts { url, assumed, as_any };
            return (assumed_target::judged(facts, measured), answered);
        }
        (measured, answered)
    }

    /// Whether a check holds the service to a target nobody has agreed on.
    async fn is_assumed(self, check: &Check) -> bool {
        let Ok(mut link) = self.0.read().await else { return false };
        let Ok(Some(service)) = services::by_id(&mut link, check.service_id).await else {
            return false;
        };
        let known = service.targets.iter().find(|target| target.name == check.label);
        known.is_some_and(|target| target.assumed)
    }

    /// What a check measures, with the places of its query filled in.
    async fn filled_in<'a>(self, check: &'a Check) -> Result<Cow<'a, ProbeSpec>, Error> {
        let ProbeSpec::Prometheus { url, query, heartbeat_query, headers } = &check.spec else {
            return Ok(Cow::Borrowed(&check.spec));
        };
        let mut link = self.0.read().await?;
        let service = services::by_id(&mut link, check.service_id).await?;
        let runs = deployments::running(&mut link, check.service_id, &check.environment).await?;
        let now = self.0.now();
        let asked = Asked {
            service: service.as_ref().map_or("", |service| &service.slug),
            environment: &check.environment,
            version: runs.as_ref().map_or("", |runs| &runs.version),
            deployed_at: runs.as_ref().map_or(now, |runs| runs.deployed_at),
            now,
            interval_s: check.interval_s,
        };
        Ok(Cow::Owned(ProbeSpec::Prometheus {
            url: url.clone(),
            query: query_template::fill(query, &asked),
            heartbeat_query: heartbeat_query
                .as_ref()
                .map(|text| query_template::fill(text, &asked)),
            headers: headers.clone(),
        }))
    }
}

fn errored(started_at: chrono::DateTime<chrono::Utc>, sentence: String) -> Measurement {
    Measurement {
        started_at,
        duration_ms: 0.0,
        phase: Phase::Error,
        value: None,
        sentence,
        short: "error".into(),
        findings: Vec::new(),
        exchanges: Vec::new(),
        pictures: Vec::new(),
    }
}
