//! Rows to begin with, and short ways to write and read them.

use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    account::Account,
    actor::Person,
    audit::AuditEntry,
    check::{Check, ProbeSpec},
    deployment::{Deployment, DeploymentKind, Strategy},
    ids::{CheckId, DeploymentId, ItemId, PersonId, ReleaseId, RunbookVersionId, ServiceId},
    item::{Item, ItemActor, ItemState},
    release::Release,
    roles::Role,
    runbook::{RunbookVersion, SignOffRequirement},
    service::{Environment, Service, Target},
    verdict::Verdict,
    watch::WatchState,
};
use formats::{SHIPPED_RUNBOOKS, runbook_yaml};
use store::{Store, StoreError, Tx, audit, deployments, releases, runbooks, runs::items, services};
use uuid::Uuid;

/// A time that uses all six digits a database keeps, `seconds` after the tests' beginning.
pub fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_763_560_920 + seconds, 123_456_000).unwrap()
}

/// The smallest step of time the databases keep.
pub const MICROSECOND: TimeDelta = TimeDelta::microseconds(1);

pub fn id() -> Uuid {
    Uuid::now_v7()
}

/// What every deployment needs: a service on staging and production, a release, a runbook.
#[derive(Clone)]
pub struct Ground {
    pub service: Service,
    pub release: Release,
    pub runbook: RunbookVersion,
    pub person: Account,
}

pub fn service(slug: &str) -> Service {
    Service {
        id: ServiceId(id()),
        slug: slug.into(),
        name: format!("The {slug}"),
        description: "Sells things.".into(),
        owners: "team-shop".into(),
        tier: "1".into(),
        version_source: None,
        targets: vec![Target {
            name: "home".into(),
            path: "/".into(),
            target_ms: 500,
            assumed: false,
        }],
        created_at: at(0),
        updated_at: at(0),
    }
}

pub fn person(email: &str, role: Role) -> Account {
    Account {
        logins: Vec::new(),
        person: Person {
            id: PersonId(id()),
            name: email.split('@').next().unwrap().into(),
            email: email.into(),
            role,
            teams: vec!["sre".into(), "web".into()],
        },
        password_hash: "$argon2id$x".into(),
        created_at: at(0),
        disabled_at: None,
        last_login_at: None,
    }
}

pub fn runbook_version(number: i64) -> RunbookVersion {
    let (file, source) = SHIPPED_RUNBOOKS[0];
    RunbookVersion {
        id: RunbookVersionId(id()),
        number,
        source: (*source).into(),
        content: runbook_yaml::read(file, source).unwrap(),
        published_by: "daytwo".into(),
        published_at: at(number),
    }
}

pub async fn put_service(tx: &mut Tx, service: Service) -> Result<(), StoreError> {
    let service_id = service.id;
    // With the columns there always were: the ground is also laid in schemas of before.
    tx.query(
        "INSERT INTO services (id, slug, name, description, owners, tier, targets, created_at, \
         updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(service.id.0)
    .bind(service.slug)
    .bind(service.name)
    .bind(service.description)
    .bind(service.owners)
    .bind(service.tier)
    .bind(serde_json::to_string(&service.targets).unwrap())
    .bind(store::micros(service.created_at))
    .bind(store::micros(service.updated_at))
    .execute()
    .await?;
    for (position, slug) in [(3, "staging"), (4, "production")] {
        let known = Environment { slug: slug.into(), name: slug.into(), position };
        services::add_environment(tx, known).await?;
        tx.query("INSERT INTO service_environments (service_id, environment) VALUES ($1, $2)")
            .bind(service_id.0)
            .bind(slug.to_owned())
            .execute()
            .await?;
    }
    Ok(())
}

/// Lays the ground.
pub async fn ground(store: &Store) -> Ground {
    let service = service("shop");
    let release = Release {
        id: ReleaseId(id()),
        service_id: service.id,
        version: "1.0.0".into(),
        commit_sha: Some("abc".into()),
        artifact_digest: None,
        notes: String::new(),
        created_at: at(0),
    };
    let ground = Ground {
        service,
        release,
        runbook: runbook_version(1),
        person: person("jo@example.org", Role::Approver),
    };
    let laid = ground.clone();
    act!(store, |tx| {
        put_service(tx, laid.service).await?;
        releases::put(tx, laid.release).await?;
        runbooks::insert(tx, laid.runbook).await?;
        // By hand, so that the ground can be laid on a schema of before, too.
        tx.query(
            "INSERT INTO people (id, email, name, role, teams, password_hash, created_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(laid.person.person.id.0)
        .bind(laid.person.person.email)
        .bind(laid.person.person.name)
        .bind(laid.person.person.role.as_str().to_owned())
        .bind(laid.person.person.teams.join(","))
        .bind(laid.person.password_hash)
        .bind(store::micros(laid.person.created_at))
        .execute()
        .await
        .map(drop)
    })
    .unwrap();
    ground
}

impl Ground {
    /// A deployment on production, `seconds` after the beginning.
    pub fn deployment(&self, version: &str, seconds: i64) -> Deployment {
        Deployment {
            id: DeploymentId(id()),
            service_id: self.service.id,
            service: self.service.slug.clone(),
            environment: "production".into(),
            release_id: self.release.id,
            version: version.into(),
            kind: DeploymentKind::Subsequent,
            strategy: Strategy::BlueGreen,
            state: WatchState::SignedOff,
            verdict: Verdict::Passed,
            reason: "All 2 required boxes are closed.".into(),
            open_items: 0,
            waived_items: 0,
            required_items: 2,
            deployed_at: at(seconds),
            deployed_by: "ci".into(),
            deployers: vec![self.person.person.id],
            announced_by: "ci".into(),
            url: Some("https://ci.example.org/1".into()),
            notes: String::new(),
            watch_ends_at: at(seconds + 172_800),
            runbook_version_id: self.runbook.id,
            runbook_slug: self.runbook.content.slug.clone(),
            runbook_number: self.runbook.number,
            sign_off_required: vec![SignOffRequirement { role: "approver".into(), count: 2 }],
            replaces_id: None,
            superseded_by_id: None,
            signed_alone: false,
            closed_at: None,
            revoked: None,
            created_at: at(seconds),
        }
    }

    /// One whose watch is open.
    pub fn watching(&self, version: &str, seconds: i64) -> Deployment {
        Deployment { state: WatchState::Watching, ..self.deployment(version, seconds) }
    }

    pub fn check(&self, key: &str) -> Check {
        Check {
            id: CheckId(id()),
            service_id: self.service.id,
            environment: "production".into(),
            key: key.into(),
            label: key.into(),
            spec: ProbeSpec::Hsts {
                url: "https://shop.example.org".into(),
                min_max_age_s: Some(9),
            },
            conditions: vec!["status == 200".into()],
            interval_s: 60,
            timeout_s: 10,
            item: Some("perf-security".into()),
            critical: true,
            dry_run: false,
            no_data: "undecided".into(),
            built_in: None,
            retired_at: None,
            created_at: at(0),
            updated_at: at(0),
        }
    }
}

pub fn item(deployment: &Deployment, key: &str, position: i64) -> Item {
    Item {
        id: ItemId(id()),
        run_id: deployment.id.into(),
        position,
        key: key.into(),
        title: format!("The {key}"),
        section: "After".into(),
        instructions: "Look.".into(),
        actor: ItemActor::Mixed,
        required: true,
        due_at: None,
        role: Some("operator".into()),
        probes: vec!["hsts".into()],
        machine_rule: None,
        not_required_because: None,
        posted_result: None,
        reports: Vec::new(),
        machine: None,
        person: None,
        state: ItemState::Open,
        reason: "Waiting.".into(),
        updated_at: at(0),
    }
}

/// Writes deployments, oldest first.
pub async fn deploy(store: &Store, records: &[Deployment]) {
    let records = records.to_vec();
    act!(store, |tx| {
        for record in records {
            deployments::insert(tx, record).await?;
        }
        Ok(())
    })
    .unwrap();
}

pub async fn put_items(store: &Store, records: &[Item]) {
    let records = records.to_vec();
    act!(store, |tx| items::insert_all(tx, records).await).unwrap();
}

/// An audit entry that says `sentence`.
pub fn entry(sentence: impl Into<String>) -> AuditEntry {
    AuditEntry {
        seq: 0,
        at: at(7),
        actor_kind: "person".into(),
        actor_id: Some(id()),
        actor_name: "Jo Müller".into(),
        action: "item.tick".into(),
        subject_kind: "item".into(),
        subject: "smoke-tests".into(),
        deployment_id: None,
        sentence: sentence.into(),
        details: "{\"note\":\"ok\"}".into(),
    }
}

/// How many entries the audit chain has; panics where it is broken.
pub async fn chain(store: &Store) -> i64 {
    audit::verify(&mut store.read().await.unwrap()).await.unwrap().unwrap().len()
}

/// The sentences of the audit log, oldest first.
pub async fn sentences(store: &Store) -> Vec<String> {
    let mut link = store.read().await.unwrap();
    let page = domain::page::Page::first(10_000);
    let mut all: Vec<_> =
        audit::newest(&mut link, page).await.unwrap().into_iter().map(|e| e.sentence).collect();
    all.reverse();
    all
}
