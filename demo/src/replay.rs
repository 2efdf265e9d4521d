//! Replays the year: the plan's events, one after the other, through the engine's use cases, each
//! at its time; many of them share a transaction.

use std::{collections::HashMap, sync::Arc};

use chrono::{DateTime, Duration, Utc};
use domain::{
    actor::{Actor, Person},
    answering_version::AnsweredVersions,
    ids::{DeploymentId, ServiceId},
    measurement::Measurement,
    roles::Scope,
    sign_off::{Declared, despite},
};
use engine::{
    Engine, Options,
    clock::{Clock as _, ManualClock},
    deployments::{self, AnnounceRequest},
    lessons,
    measurements::{self, Observation},
    rollback::{self, NewRehearsal, RollbackRequest},
    runbooks::{self, ReadRunbook},
    runs::{
        self, ManualAction, ReportRequest, ResultRequest, ResultStatus, SignOffRequest,
        last_evaluated::LastEvaluated,
    },
    tokens::NewToken,
};
use probes::{GuardPolicy, GuardedClient, Mode, Prober};
use store::{Store, Tx};

use crate::{
    addresses::Addresses,
    error::DemoError,
    event::{Act, Event},
    people::{CI, Cast, Known},
    plan::plan,
    services::{self, done},
};

/// How many events share a transaction: a commit costs a disk flush, an event does not.
const TOGETHER: usize = 64;

/// How much was replayed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Replayed {
    /// How many deployments.
    pub deployments: usize,
    /// How many events in all.
    pub events: usize,
}

/// Replays the year before `now` into an empty database, and closes it. Reaches no address.
///
/// # Errors
/// Where a use case refuses what the story wants, or the database fails.
pub async fn replay(
    store: Store,
    addresses: &Addresses,
    seed: u64,
    now: DateTime<Utc>,
) -> Result<Replayed, DemoError> {
    let events = plan(seed, now)?;
    let clock = Arc::new(ManualClock::at(now - Duration::days(366)));
    // No range is listed, so nothing can be reached from the past.
    let client = GuardedClient::builder().policy(GuardPolicy::new(Mode::AllowList)).build()?;
    let options = Options { base_url: "http://127.0.0.1".into(), label: None };
    let engine = Engine::new(store, clock.clone(), Prober::new(client), options);
    let replayed = replay_events(&engine, &clock, addresses, events).await;
    engine.close().await;
    replayed
}

async fn replay_events(
    engine: &Engine,
    clock: &ManualClock,
    addresses: &Addresses,
    events: Vec<Event>,
) -> Result<Replayed, DemoError> {
    let mut story = Story::begin(engine, clock.now(), addresses).await?;
    let count = events.len();
    let mut batch = Vec::with_capacity(TOGETHER);
    for event in events {
        if let Act::Capture = event.act {
            story = story.tell_all(engine, std::mem::take(&mut batch)).await?;
            clock.advance(event.at - clock.now());
            done("capture", "baselines", engine.baselines().capture().await)?;
            continue;
        }
        batch.push(event);
        if batch.len() == TOGETHER {
            story = story.tell_all(engine, std::mem::take(&mut batch)).await?;
        }
    }
    story = story.tell_all(engine, batch).await?;
    clock.advance(story.now - clock.now());
    // Nobody holds this token any more; a new one is made for whoever looks at the demo.
    if let Actor::Token { id, .. } = &story.ci {
        let revoked = engine.tokens().revoke(&story.actor(Cast::Admin)?, *id).await;
        done("revoke", CI, revoked)?;
    }
    Ok(Replayed { deployments: story.known.len(), events: count })
}

/// How far the year has come.
struct Story {
    /// The time of the last event.
    now: DateTime<Utc>,
    people: Known,
    ci: Actor,
    /// The services, by slug.
    services: HashMap<String, ServiceId>,
    /// The deployments announced so far.
    known: HashMap<usize, Announced>,
}

/// A deployment that was announced.
struct Announced {
    id: DeploymentId,
    service: String,
    environment: String,
}

impl Story {
    /// Sets the portal up: people, services, CI's token.
    async fn begin(
        engine: &Engine,
        now: DateTime<Utc>,
        addresses: &Addresses,
    ) -> Result<Self, DemoError> {
        done("publish", "what ships", engine.runbooks().publish_shipped().await)?;
        let mut people = Vec::new();
        let first = engine.people().set_up(Cast::Admin.new_person()).await;
        let (admin, _) = done("set up", "the portal", first)?;
        let actor = Actor::Person(admin.clone());
        people.push((Cast::Admin, admin.clone()));
        for cast in Cast::ALL.into_iter().filter(|cast| *cast != Cast::Admin) {
            let added = engine.people().add(&actor, cast.new_person()).await;
            people.push((cast, done("add", cast.name(), added)?));
        }
        services::create(engine, &actor, addresses).await?;
        let page = done("read", "the services", engine.services().page(&admin).await)?;
        let rows = page.services.into_iter();
        let services = rows.map(|row| (row.service.slug, row.service.id)).collect();
        let token = NewToken {
            name: CI.into(),
            scopes: vec![Scope::DeploymentsWrite, Scope::ResultsWrite],
            services: Vec::new(),
            expires_at: None,
        };
        let token = done("make the token", CI, engine.tokens().create(&actor, token).await)?;
        let ci = done("use the token", CI, engine.tokens().authenticate(&token).await)?;
        Ok(Self { now, people: Known(people), ci, services, known: HashMap::new() })
    }

    fn person(&self, cast: Cast) -> Result<Person, DemoError> {
        let found = self.people.get(cast).cloned();
        found.ok_or_else(|| DemoError::Missing(cast.name().to_owned()))
    }

    fn actor(&self, cast: Cast) -> Result<Actor, DemoError> {
        self.person(cast).map(Actor::Person)
    }

    fn announced(&self, deployment: usize) -> Result<&Announced, DemoError> {
        let found = self.known.get(&deployment);
        found.ok_or_else(|| DemoError::Missing(format!("deployment {deployment}")))
    }

    fn id(&self, deployment: usize) -> Result<DeploymentId, DemoError> {
        self.announced(deployment).map(|announced| announced.id)
    }

    /// Records what the checks of a deployment's environment saw, as those that run do.
    async fn measure(
        &self,
        tx: &mut Tx,
        announced: &Announced,
        seen: Vec<(&'static str, Measurement)>,
    ) -> Result<(), DemoError> {
        let Announced { id, service, environment } = announced;
        let Some(service) = self.services.get(service) else {
            return Err(DemoError::Missing(service.clone()));
        };
        // The built-in ones among them come with the announcement.
        let checks = tx.checks(*service, environment).await?;
        let mut observations = Vec::new();
        for (suffix, measurement) in seen {
            let key = format!("{environment}-{suffix}");
            let Some(check) = checks.iter().find(|check| check.key == key) else {
                return Err(DemoError::Missing(key));
            };
            let check = Arc::new(check.clone());
            observations.push(Observation {
                check,
                measurement,
                answered: AnsweredVersions::default(),
                asked: false,
                slot: None,
            });
        }
        let last = LastEvaluated::default();
        let recorded = measurements::record(tx, &observations, &last, self.now).await;
        let about = done("measure", &id.to_string(), recorded)?;
        if about.contains(&(*id).into()) {
            Ok(())
        } else {
            Err(DemoError::Missing(format!("an open run of {id} that its checks measure")))
        }
    }

    /// Tells events in one transaction.
    async fn tell_all(mut self, engine: &Engine, events: Vec<Event>) -> Result<Self, DemoError> {
        engine
            .act(move |tx| {
                Box::pin(async move {
                    for event in events {
                        self.tell(tx, event).await?;
                    }
                    Ok::<_, DemoError>(self)
                })
            })
            .await
    }

    /// Tells one event.
    async fn tell(&mut self, tx: &mut Tx, event: Event) -> Result<(), DemoError> {
        self.now = self.now.max(event.at);
        let now = self.now;
        match event.act {
            Act::Publish { file, yaml } => {
                let actor = self.actor(Cast::Admin)?;
                let read = done("read", file, ReadRunbook::read(file, yaml))?;
                done("publish", file, runbooks::publish(tx, &actor, read, now).await)?;
            }
            Act::Rehearse { service, version, duration_s, by } => {
                let new = NewRehearsal {
                    environment: "staging".into(),
                    version,
                    at: now,
                    duration_s,
                    worked: true,
                    notes:
                        "Deployed, rolled back, logged in, wrote and read one record. (Demo data.)"
                            .into(),
                };
                let recorded =
                    rollback::record_rehearsal(tx, &self.actor(by)?, &service, new, now).await;
                done("rehearse", &service, recorded)?;
            }
            Act::Announce {
                deployment,
                service,
                environment,
                version,
                kind,
                strategy,
                deployed_at,
                by,
                notes,
                runbook,
            } => {
                let what = format!("{service} {version} on {environment}");
                let request = AnnounceRequest {
                    service: service.clone(),
                    environment: environment.clone(),
                    version,
                    commit: None,
                    artifact_digest: None,
                    kind: Some(kind),
                    strategy: Some(strategy),
                    deployed_at: Some(deployed_at),
                    deployed_by: Some(by.name().into()),
                    url: None,
                    notes: Some(notes),
                    runbook,
                };
                let id = deployments::announce(tx, &self.ci, request, now).await;
                let id = done("announce", &what, id)?;
                self.known.insert(deployment, Announced { id, service, environment });
            }
            // The portal's own, and no act of anybody's.
            Act::Capture => {}
            Act::Measure { deployment, seen } => {
                self.measure(tx, self.announced(deployment)?, seen).await?;
            }
            Act::Result { deployment, item, passed, summary, run } => {
                let id = self.id(deployment)?;
                let request = ResultRequest {
                    status: if passed { ResultStatus::Passed } else { ResultStatus::Failed },
                    summary: Some(format!("{summary} (Demo data.)")),
                    evidence_url: Some(format!("https://ci.harbour.example/runs/{run}")),
                    started_at: None,
                    finished_at: Some(now),
                    details: None,
                };
                let kept = runs::post_result(tx, &self.ci, id.into(), &item, request, now).await;
                done("post a result on", &item, kept)?;
            }
            Act::Report { deployment, item, xml } => {
                let id = self.id(deployment)?;
                let request = ReportRequest { body: xml.into_bytes(), ..ReportRequest::default() };
                let report = request
                    .read()
                    .map_err(|error| DemoError::Missing(format!("a report: {error}")))?;
                let kept = runs::post_report(tx, &self.ci, id.into(), &item, &report, now).await;
                done("send a report on", &item, kept)?;
            }
            Act::Tick { deployment, item, by, note } => {
                let id = self.id(deployment)?;
                let said = runs::set_manual_status(
                    tx,
                    &self.actor(by)?,
                    id.into(),
                    &item,
                    ManualAction::Tick,
                    &note,
                    now,
                )
                .await;
                done("tick", &item, said)?;
            }
            Act::Fail { deployment, item, by, note } => {
                let id = self.id(deployment)?;
                let said = runs::set_manual_status(
                    tx,
                    &self.actor(by)?,
                    id.into(),
                    &item,
                    ManualAction::MarkFailed,
                    &note,
                    now,
                )
                .await;
                done("mark as failed", &item, said)?;
            }
            Act::SettleLeak { deployment, item, by, note } => {
                let id = self.id(deployment)?;
                let said =
                    runs::settle_leak(tx, &self.actor(by)?, id.into(), &item, &note, now).await;
                done("say what was rotated of", &item, said)?;
            }
            Act::Waive { deployment, item, by, reason } => {
                let id = self.id(deployment)?;
                let until = now + Duration::days(30);
                let waived =
                    runs::waive(tx, &self.actor(by)?, id.into(), &item, &reason, until, now).await;
                done("waive", &item, waived)?;
            }
            Act::Sign { deployment, by, comment } => {
                let id = self.id(deployment)?;
                // Pipelines deploy under names of their own; nobody signs what they deployed.
                let by_now = runs::gate(tx, &self.actor(by)?, id.into(), now).await;
                let in_spite_of = by_now.ok().and_then(|gate| despite(&gate));
                let declared =
                    Declared { did_not_deploy: true, alone: false, despite: in_spite_of };
                let request = SignOffRequest { comment, declared };
                let signed = runs::sign_off(tx, &self.actor(by)?, id.into(), request, now).await;
                done("sign", by.name(), signed)?;
            }
            Act::RollBack { deployment, by, reason } => {
                let id = self.id(deployment)?;
                let request = RollbackRequest { reason };
                let rolled = rollback::trigger(tx, &self.actor(by)?, id, request, now).await;
                done("roll back", &id.to_string(), rolled)?;
            }
            Act::Lesson { deployment, by, title, body } => {
                let id = self.id(deployment)?;
                let written = lessons::write(tx, &self.actor(by)?, id, title, body, now).await;
                done("write", title, written)?;
            }
        }
        Ok(())
    }
}
