//! A portal on a database of its own, with a clock that is moved by hand, people and a runbook.

mod checks;

use std::{net::SocketAddr, sync::Arc};

use chrono::{DateTime, Utc};
use domain::{
    account::Account,
    actor::{Actor, Person},
    gate::GateAnswer,
    ids::{DeploymentId, PersonId, TokenId},
    roles::{Role, Scope},
    sign_off::{self, Declared},
};
use engine::{
    Engine, Error, Options,
    clock::ManualClock,
    deployments::{AnnounceRequest, DeploymentView},
    doctor::{self, Level},
    idempotency::{Idempotency, IdempotencyKey, StoredResponse},
    runs::{
        ItemView, ManualAction, ReportRequest, ResultRequest, ResultStatus, RunRef, SignOffRequest,
        SignedOff,
    },
    services::{EnvironmentRequest, ServiceRequest},
};
use probes::{GuardPolicy, GuardedClient, Mode, Prober};
use serde::Serialize;
use store::{Store, StoreError, audit, people};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use uuid::Uuid;

use crate::harness::{Database, On};

/// One box of each kind and an optional one, for every kind of deployment; one approver signs.
pub const RUNBOOK: &str = "\
slug: small
title: Small
applies_to:
  kinds: [first, subsequent, hotfix, vendor_sync, rollback]
watch: 48h
sign_off:
  - role: approver
    count: 1
items:
  - key: smoke
    title: Smoke tests pass
    actor: human
    due: T+30m
    instructions: Click through.
  - key: mail
    title: Mail arrives
    actor: mixed
    instructions: Look into the inbox.
  - key: load
    title: Load holds
    actor: automated
    instructions: CI runs it.
  - key: cleanup
    title: Cleaned up
    actor: human
    required: false
    instructions: Remove what is old.
";

/// When every test begins.
pub fn begin() -> DateTime<Utc> {
    DateTime::from_timestamp(1_763_560_920, 123_456_000).unwrap()
}

/// A portal with the service `shop` on staging and production.
pub struct Portal {
    pub engine: Engine,
    pub clock: Arc<ManualClock>,
    pub store: Store,
    pub admin: Person,
    pub ann: Person,
    pub ben: Person,
    pub operator: Person,
    pub viewer: Person,
}

/// Runs a test in a portal whose only runbook is [`RUNBOOK`]; at its end the audit chain holds.
pub async fn portal(on: On, test: impl AsyncFnOnce(&Portal)) {
    on.run(async |db| {
        let portal = Portal::open(db).await;
        portal.engine.runbooks().publish(&portal.admin(), "small.yaml", RUNBOOK).await.unwrap();
        test(&portal).await;
        portal.verify().await;
    })
    .await;
}

/// Runs a test in a portal without runbooks.
pub async fn bare_portal(on: On, test: impl AsyncFnOnce(&Portal)) {
    on.run(async |db| {
        let portal = Portal::open(db).await;
        test(&portal).await;
        portal.verify().await;
    })
    .await;
}

/// An engine over a database, at the tests' beginning.
pub fn engine_over(store: Store) -> Engine {
    with_clock(store, Arc::new(ManualClock::at(begin())))
}

/// An engine over a database, with a clock that others may share.
pub fn with_clock(store: Store, clock: Arc<ManualClock>) -> Engine {
    let options = Options { base_url: "https://daytwo.example.org".into(), label: None };
    Engine::new(store, clock, prober(), options)
}

fn prober() -> Prober {
    let policy = GuardPolicy::new(Mode::PrivateOk).allowing("127.0.0.0/8").unwrap();
    Prober::new(GuardedClient::builder().policy(policy).build().unwrap())
}

impl Portal {
    pub async fn open(db: &Database) -> Self {
        let store = db.store.clone();
        let clock = Arc::new(ManualClock::at(begin()));
        let engine = with_clock(store.clone(), clock.clone());
        let add = async |name: &str, role| {
            let person = Person {
                id: PersonId(Uuid::now_v7()),
                name: name.into(),
                email: format!("{}@example.org", name.to_lowercase()),
                role,
                teams: vec![],
            };
            let record = Account {
                logins: Vec::new(),
                person: person.clone(),
                password_hash: String::new(),
                created_at: begin(),
                disabled_at: None,
                last_login_at: None,
            };
            let act = store.write::<_, StoreError, _>(move |tx| {
                Box::pin(async move { people::insert(tx, record).await })
            });
            act.await.unwrap();
            person
        };
        let portal = Self {
            admin: add("Ada", Role::Admin).await,
            ann: add("Ann", Role::Approver).await,
            ben: add("Ben", Role::Approver).await,
            operator: add("Olly", Role::Operator).await,
            viewer: add("Vic", Role::Viewer).await,
            engine,
            clock,
            store,
        };
        portal.put_service("shop", None).await;
        portal
    }

    /// Creates or changes a service on staging and production, with a base URL on production.
    pub async fn put_service(&self, slug: &str, base_url: Option<String>) {
        let environment = |slug: &str, base_url| EnvironmentRequest {
            slug: slug.into(),
            base_url: Some(base_url),
            plain_http_because: None,
        };
        let request = ServiceRequest {
            name: slug.into(),
            environments: vec![environment("staging", None), environment("production", base_url)],
            ..ServiceRequest::default()
        };
        self.engine.services().put(&self.admin(), slug, request).await.unwrap();
    }

    pub fn admin(&self) -> Actor {
        Actor::Person(self.admin.clone())
    }

    pub fn operator(&self) -> Actor {
        Actor::Person(self.operator.clone())
    }

    pub fn ann(&self) -> Actor {
        Actor::Person(self.ann.clone())
    }

    pub fn ben(&self) -> Actor {
        Actor::Person(self.ben.clone())
    }

    /// A script that may announce, post and read.
    pub fn ci(&self) -> Actor {
        token(&[Scope::DeploymentsWrite, Scope::ResultsWrite], &[])
    }

    /// Announces a version on production as CI does.
    pub async fn announce(&self, version: &str) -> DeploymentId {
        self.engine.deployments().announce_by_hand(&self.ci(), announcement(version)).await.unwrap()
    }

    pub async fn view(&self, id: DeploymentId) -> DeploymentView {
        self.engine.deployments().view(&self.ci(), id).await.unwrap()
    }

    pub async fn item(&self, id: DeploymentId, key: &str) -> ItemView {
        self.view(id).await.items.into_iter().find(|item| item.key == key).unwrap()
    }

    /// A box's state and the sentence that explains it.
    pub async fn state(&self, id: DeploymentId, key: &str) -> (String, String) {
        let item = self.item(id, key).await;
        (item.state, item.reason)
    }

    pub async fn gate(&self, id: DeploymentId) -> GateAnswer {
        self.engine.runs().gate(&self.ci(), id).await.unwrap()
    }

    /// A signature in spite of what is waived or fails now.
    pub async fn in_spite(&self, at: impl Into<RunRef>) -> SignOffRequest {
        let gate = self.engine.runs().gate(&self.ci(), at).await.unwrap();
        let despite = sign_off::despite(&gate);
        let declared = Declared { despite, ..Declared::default() };
        SignOffRequest { comment: String::new(), declared }
    }

    pub async fn tick(&self, id: DeploymentId, key: &str) -> Result<(), Error> {
        self.engine
            .runs()
            .set_manual_status(&self.operator(), id, key, ManualAction::Tick, "Saw it.")
            .await
    }

    pub async fn post(
        &self,
        id: DeploymentId,
        key: &str,
        status: ResultStatus,
    ) -> Result<(), Error> {
        let posted =
            self.engine.runs().post_result(&self.ci(), id, key, result(status), None).await;
        posted.map(drop)
    }

    /// Closes every required box of [`RUNBOOK`].
    pub async fn close_all(&self, id: DeploymentId) {
        self.tick(id, "smoke").await.unwrap();
        self.tick(id, "mail").await.unwrap();
        self.post(id, "mail", ResultStatus::Passed).await.unwrap();
        self.post(id, "load", ResultStatus::Passed).await.unwrap();
    }

    /// Announces a version and brings it to its sign-off.
    pub async fn signed_off(&self, version: &str) -> DeploymentId {
        let id = self.announce(version).await;
        self.close_all(id).await;
        let signed = self.engine.runs().sign_off(&self.ann(), id, "").await.unwrap();
        assert_eq!(signed, SignedOff::WatchClosed);
        self.clock.advance(chrono::Duration::hours(1));
        id
    }

    /// The actions of the audit log, oldest first; panics where the chain is broken.
    pub async fn actions(&self) -> Vec<String> {
        let mut link = self.store.read().await.unwrap();
        let page = domain::page::Page::first(10_000);
        let mut actions: Vec<_> =
            audit::newest(&mut link, page).await.unwrap().into_iter().map(|e| e.action).collect();
        actions.reverse();
        actions
    }

    /// Whether `act` leaves exactly these actions in the audit log.
    pub async fn leaves(&self, expected: &[&str], act: impl AsyncFnOnce()) {
        let before = self.actions().await.len();
        act().await;
        assert_eq!(self.actions().await[before..], *expected);
    }

    /// Panics where the audit chain is broken, or a record is not as it vouches.
    pub async fn verify(&self) {
        let mut link = self.store.read().await.unwrap();
        audit::verify(&mut link).await.unwrap().unwrap();
        let found = doctor::database(&mut link, self.engine.now()).await;
        let records = found.into_iter().find(|finding| finding.about == "records").unwrap();
        assert_eq!(records.level, Level::Ok, "{}", records.sentence);
    }
}

pub fn token(scopes: &[Scope], services: &[&str]) -> Actor {
    Actor::Token {
        id: TokenId(Uuid::from_u128(7)),
        name: "ci".into(),
        scopes: scopes.to_vec(),
        services: services.iter().map(ToString::to_string).collect(),
    }
}

/// The announcement of a version of the shop on production.
pub fn announcement(version: &str) -> AnnounceRequest {
    AnnounceRequest {
        service: "shop".into(),
        environment: "production".into(),
        version: version.into(),
        commit: None,
        artifact_digest: None,
        kind: None,
        strategy: None,
        deployed_at: None,
        // Somebody who cannot sign.
        deployed_by: Some("olly@example.org".into()),
        url: None,
        notes: None,
        runbook: None,
    }
}

pub fn report(body: &str) -> ReportRequest {
    ReportRequest { body: body.into(), ..ReportRequest::default() }
}

pub fn result(status: ResultStatus) -> ResultRequest {
    ResultRequest {
        status,
        summary: None,
        evidence_url: None,
        started_at: None,
        finished_at: None,
        details: None,
    }
}

/// A deliverer at work.
pub struct Deliverer {
    tasks: TaskTracker,
    stop: CancellationToken,
    engine: Engine,
}

impl Deliverer {
    pub fn start(engine: &Engine) -> Self {
        let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
        engine.deliveries().start(&tasks, &stop);
        tasks.close();
        Self { tasks, stop, engine: engine.clone() }
    }

    /// As the portal stops: nothing new, and what is being sent is waited for.
    pub async fn stop(self) {
        self.stop.cancel();
        self.tasks.wait().await;
        self.engine.deliveries().ended().await;
    }
}

/// Serves an application on a free port of 127.0.0.1.
pub async fn serve(app: axum::Router) -> SocketAddr {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    address
}

/// The boxes a refusal names; panics where it is no conflict.
pub fn open_boxes(refusal: Error) -> Vec<String> {
    match refusal {
        Error::Conflict { open, .. } => open,
        other => panic!("not a conflict: {other:?}"),
    }
}

/// The field a refusal names; panics where it is about none or several.
pub fn field(refusal: Error) -> String {
    match refusal {
        Error::Invalid(errors) if errors.len() == 1 => errors[0].pointer.clone(),
        other => panic!("not about one field: {other:?}"),
    }
}

/// An act that is to be done once: the token's number, the key, and what the request's hash is made
/// of.
pub fn once<T: Serialize>(token: u128, key: &str, body: u8) -> Option<Idempotency<T>> {
    let key = IdempotencyKey {
        token: TokenId(Uuid::from_u128(token)),
        key: key.into(),
        request_hash: vec![body; 32],
    };
    Some(Idempotency { key, respond: stored })
}

/// How an answer is stored here.
pub fn stored<T: Serialize>(value: &T) -> Result<StoredResponse, Error> {
    let body = serde_json::to_string(value).unwrap();
    Ok(StoredResponse { status: 207, body })
}
