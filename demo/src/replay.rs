//! Replays the year: the plan's events, one after the other, through the engine's use cases, with
//! a clock that is moved to each.

use std::{collections::HashMap, sync::Arc};

use chrono::{DateTime, Duration, Utc};
use domain::{
    ids::DeploymentId,
    roles::Scope,
    who::{Person, Who},
};
use engine::{
    Engine, Options,
    clock::{Clock as _, ManualClock},
    deployments::AnnounceRequest,
    rollback::{NewRehearsal, RollbackRequest},
    runs::{ManualAction, ResultRequest, ResultStatus},
    tokens::NewToken,
};
use probes::{GuardPolicy, GuardedClient, Mode, Prober};
use store::Store;

use crate::{
    addresses::Addresses,
    error::DemoError,
    event::{Act, Event},
    people::{CI, Cast, Known},
    plan::plan,
    services::{self, done},
};

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
    let options = Options { base_url: "http://127.0.0.1".into() };
    let engine = Engine::new(store, clock.clone(), Prober::new(client), options);
    let replayed = Replayer::begin(engine.clone(), addresses).await?.run(&clock, events).await;
    engine.close().await;
    replayed
}

struct Replayer {
    engine: Engine,
    people: Known,
    ci: Who,
    /// The deployments announced so far, with their environments.
    known: HashMap<usize, (DeploymentId, String)>,
}

impl Replayer {
    /// Sets the portal up: people, services, CI's token.
    async fn begin(engine: Engine, addresses: &Addresses) -> Result<Self, DemoError> {
        done("publish", "what ships", engine.publish_shipped().await)?;
        let mut people = Vec::new();
        let first = engine.set_up(Cast::Admin.new_person()).await;
        let (admin, _) = done("set up", "the portal", first)?;
        let who = Who::Person(admin.clone());
        people.push((Cast::Admin, admin));
        for cast in Cast::ALL.into_iter().filter(|cast| *cast != Cast::Admin) {
            let added = engine.add_person(&who, cast.new_person()).await;
            people.push((cast, done("add", cast.name(), added)?));
        }
        services::create(&engine, &who, addresses).await?;
        let token = NewToken {
            name: CI.into(),
            scopes: vec![Scope::DeploymentsWrite, Scope::ResultsWrite],
            services: Vec::new(),
            expires_at: None,
        };
        let token = done("make the token", CI, engine.create_token(&who, token).await)?;
        let ci = done("use the token", CI, engine.authenticate(&token).await)?;
        Ok(Self { engine, people: Known(people), ci, known: HashMap::new() })
    }

    async fn run(mut self, clock: &ManualClock, events: Vec<Event>) -> Result<Replayed, DemoError> {
        let count = events.len();
        for event in events {
            let ahead = event.at - clock.now();
            if ahead > Duration::zero() {
                clock.advance(ahead);
            }
            self.act(event.act).await?;
        }
        // Nobody holds this token any more; a new one is made for whoever looks at the demo.
        if let Who::Token { id, .. } = &self.ci {
            let admin = Who::Person(self.person(Cast::Admin)?);
            done("revoke", CI, self.engine.revoke_token(&admin, *id).await)?;
        }
        Ok(Replayed { deployments: self.known.len(), events: count })
    }

    fn person(&self, cast: Cast) -> Result<Person, DemoError> {
        let found = self.people.get(cast).cloned();
        found.ok_or_else(|| DemoError::Missing(cast.name().to_owned()))
    }

    fn who(&self, cast: Cast) -> Result<Who, DemoError> {
        self.person(cast).map(Who::Person)
    }

    fn find(&self, deployment: usize) -> Result<(DeploymentId, &str), DemoError> {
        let found = self.known.get(&deployment);
        found
            .map(|(id, environment)| (*id, environment.as_str()))
            .ok_or_else(|| DemoError::Missing(format!("deployment {deployment}")))
    }

    async fn act(&mut self, act: Act) -> Result<(), DemoError> {
        let engine = self.engine.clone();
        match act {
            Act::Publish { file, yaml } => {
                let who = self.who(Cast::Admin)?;
                done("publish", file, engine.publish_runbook(&who, file, yaml).await)?;
            }
            Act::Rehearse { service, version, duration_s, by } => {
                let new = NewRehearsal {
                    environment: "staging".into(),
                    version,
                    at: engine.now(),
                    duration_s,
                    worked: true,
                    notes:
                        "Deployed, rolled back, logged in, wrote and read one record. (Demo data.)"
                            .into(),
                };
                let recorded = engine.record_rehearsal(&self.who(by)?, &service, new).await;
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
                    service,
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
                let id = engine.announce_demo(&self.ci, request).await;
                self.known.insert(deployment, (done("announce", &what, id)?, environment));
            }
            Act::Measure { deployment, seen } => {
                let (id, environment) = self.find(deployment)?;
                let seen = seen
                    .into_iter()
                    .map(|(suffix, measured)| (format!("{environment}-{suffix}"), measured))
                    .collect();
                let kept = engine.import_demo_measurements(id, seen).await;
                done("measure", &id.to_string(), kept)?;
            }
            Act::Result { deployment, item, passed, summary, run } => {
                let (id, _) = self.find(deployment)?;
                let request = ResultRequest {
                    status: if passed { ResultStatus::Passed } else { ResultStatus::Failed },
                    summary: Some(format!("{summary} (Demo data.)")),
                    evidence_url: Some(format!("https://ci.harbour.example/runs/{run}")),
                    started_at: None,
                    finished_at: Some(engine.now()),
                    details: None,
                };
                let kept = engine.runs().post_result(&self.ci, id, &item, request, None).await;
                done("post a result on", &item, kept)?;
            }
            Act::Report { deployment, item, xml } => {
                let (id, _) = self.find(deployment)?;
                let kind = Some("application/xml".to_owned());
                let report = engine
                    .runs()
                    .post_report(&self.ci, id, &item, xml.into_bytes(), kind, None)
                    .await;
                done("send a report on", &item, report)?;
            }
            Act::Tick { deployment, item, by, note } => {
                let (id, _) = self.find(deployment)?;
                let said = engine
                    .runs()
                    .set_manual_status(&self.who(by)?, id, &item, ManualAction::Tick, &note)
                    .await;
                done("tick", &item, said)?;
            }
            Act::Fail { deployment, item, by, note } => {
                let (id, _) = self.find(deployment)?;
                let said = engine
                    .runs()
                    .set_manual_status(&self.who(by)?, id, &item, ManualAction::MarkFailed, &note)
                    .await;
                done("mark as failed", &item, said)?;
            }
            Act::Waive { deployment, item, by, reason } => {
                let (id, _) = self.find(deployment)?;
                let until = engine.now() + Duration::days(30);
                let waived = engine.runs().waive(&self.who(by)?, id, &item, &reason, until).await;
                done("waive", &item, waived)?;
            }
            Act::Sign { deployment, by, comment } => {
                let (id, _) = self.find(deployment)?;
                let signed = engine.runs().sign_off(&self.who(by)?, id, &comment).await;
                done("sign", by.name(), signed)?;
            }
            Act::RollBack { deployment, by, reason } => {
                let (id, _) = self.find(deployment)?;
                let request = RollbackRequest { reason };
                let rolled = engine.roll_back(&self.who(by)?, id, request, None).await;
                done("roll back", &id.to_string(), rolled)?;
            }
            Act::Lesson { deployment, by, title, body } => {
                let (id, _) = self.find(deployment)?;
                let written = engine.write_demo_lesson(&self.who(by)?, id, title, body).await;
                done("write", title, written)?;
            }
        }
        Ok(())
    }
}
