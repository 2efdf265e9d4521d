//! Creating and changing a service.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use domain::{
    actor::Actor,
    answering_version::VersionSource,
    event::Event,
    ids::ServiceId,
    permissions::{Permission, authorize, authorize_everywhere},
    rollback::RollbackPlan,
    service::{Environment, Service, ServiceEnvironment, Target},
    validate,
};
use store::{Tx, deployments, services};
use url::Url;

use super::{
    ServiceView, Services,
    request::{HookRequest, PlanRequest, ServiceRequest, check, part},
    targets_diff::MeasuredBy,
    view,
};
use crate::{
    Error, Put, audit::entry, checks, error::ValidationErrors, ids::new_id, runs::evaluate_open,
    services::find::find_service,
};

/// How many environments there may be.
const ENVIRONMENTS: usize = 50;

/// The order environments stand in until somebody says otherwise.
const USUAL: [&str; 4] = ["development", "test", "staging", "production"];

/// Creates or changes a service; answers it.
///
/// # Errors
/// Where the actor may not or a field is at fault.
pub async fn put(
    tx: &mut Tx,
    actor: &Actor,
    slug: &str,
    request: ServiceRequest,
    now: DateTime<Utc>,
) -> Result<Put<ServiceView>, Error> {
    authorize(actor, Permission::Configure, Some(slug))?;
    check(slug, &request)?;
    let before = services::by_slug(tx, slug).await?;
    let created = before.is_none();
    let record = merge(before.clone(), slug, &request, now);
    let id = record.id;
    let was = MeasuredBy::read(tx, before.as_ref()).await?;
    services::put(tx, record.clone()).await?;
    let mut known: BTreeSet<_> =
        services::environments(tx).await?.into_iter().map(|known| known.slug).collect();
    for (at, environment) in request.environments.iter().enumerate() {
        if known.insert(environment.slug.clone()) {
            // All services see it from then on.
            authorize_everywhere(actor, Permission::Configure, "add an environment")?;
            if known.len() > ENVIRONMENTS {
                let pointer = format!("/environments/{at}/slug");
                let said = format!("would be the {}st environment of {ENVIRONMENTS}", known.len());
                return Err(Error::field(&pointer, said));
            }
        }
        let usual = USUAL.iter().position(|usual| *usual == environment.slug);
        let position = usual.map_or(2, |at| i64::try_from(at).unwrap_or(2) + 1);
        let known = Environment {
            slug: environment.slug.clone(),
            name: environment.slug.clone(),
            position,
        };
        services::add_environment(tx, known).await?;
        let base_url = match &environment.base_url {
            Some(url) => url.as_deref().map(|url| url.trim_end_matches('/')),
            None => was.base_url(&environment.slug),
        };
        let place = ServiceEnvironment {
            service_id: id,
            environment: environment.slug.clone(),
            base_url: base_url.map(str::to_owned),
            plain_http_because: match &environment.plain_http_because {
                Some(why) => why.as_deref().map(|why| why.trim().to_owned()),
                None => was.plain_http(&environment.slug).map(str::to_owned),
            },
        };
        services::put_environment(tx, place).await?;
    }
    let verb = if created { "created" } else { "changed" };
    let action = if created { "service.create" } else { "service.change" };
    entry(actor, now, action, "service", slug)
        .says(format!("{verb} the service {slug}"))
        .record(tx);
    tx.publish(Event::changed());
    for place in services::environments_of(tx, id).await? {
        let open = deployments::watching(tx, id, &place.environment).await?;
        let changes = was.changes(&record, &place);
        // What is measured changes under a watch: its timeline must say so.
        if let Some(open) = open.filter(|_| !changes.is_empty()) {
            entry(actor, now, "service.change", "service", slug)
                .deployment(open.id)
                .says(format!("changed {}", changes.join("; ")))
                .record(tx);
            tx.publish(Event::run_changed(open.id));
        }
        checks::sync_built_in(tx, &record, &place.environment, None, now).await?;
    }
    Ok(Put { created, value: view::load(tx, record).await? })
}

/// Writes the rollback plan of a service in an environment.
///
/// # Errors
/// Where the actor may not, a field is at fault, or there is no such service or environment.
pub async fn put_rollback_plan(
    tx: &mut Tx,
    actor: &Actor,
    slug: &str,
    environment: &str,
    request: PlanRequest,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    authorize(actor, Permission::Configure, Some(slug))?;
    let mut faults = ValidationErrors::default();
    faults.note("/command", validate::text(&request.command, 2_000));
    faults.note("/rules", validate::text(&request.rules, 2_000));
    if let HookRequest::Call(url) = &request.hook {
        faults.note("/hook_url", validate::http_url(url));
    }
    faults.into_result()?;
    let service = find_service(tx, slug).await?;
    let places = services::environments_of(tx, service.id).await?;
    if !places.iter().any(|place| place.environment == environment) {
        return Err(Error::not_found("environment", environment));
    }
    let before = services::rollback_plan(tx, service.id, environment).await?;
    // A hook that is there keeps the promise it was written with.
    let had = before.filter(|before| before.hook_url.is_some());
    let hook_repeatable = request
        .hook_repeatable
        .unwrap_or_else(|| had.as_ref().is_none_or(|had| had.hook_repeatable));
    let plan = RollbackPlan {
        command: request.command.trim().to_owned(),
        hook_url: match request.hook {
            HookRequest::Call(url) => Some(url),
            HookRequest::None => None,
            HookRequest::Keep => had.and_then(|had| had.hook_url),
        },
        hook_repeatable,
        mode: "manual".into(),
        rules: request.rules.trim().to_owned(),
    };
    let open = deployments::watching(tx, service.id, environment).await?;
    if plan.command.is_empty() && plan.hook_url.is_none() {
        return Err(Error::field(
            "/command",
            "is empty and there is no hook; a plan needs one of them",
        ));
    }
    entry(actor, now, "service.rollback_plan", "service", slug)
        .deployment_if(open.as_ref().map(|open| open.id))
        .says(format!("wrote the rollback plan of {slug} on {environment}"))
        .with("command", plan.command.clone())
        .with("hook", plan.hook_url.is_some())
        .with("hook_repeatable", plan.hook_repeatable)
        .record(tx);
    let id = service.id;
    services::put_rollback_plan(tx, id, environment.to_owned(), plan, now).await?;
    evaluate_open(tx, id, environment, now).await?;
    Ok(())
}

impl Services<'_> {
    /// As [`put`], in a transaction of its own.
    ///
    /// # Errors
    /// As [`put`].
    pub async fn put(
        self,
        actor: &Actor,
        slug: &str,
        request: ServiceRequest,
    ) -> Result<Put<ServiceView>, Error> {
        let (actor, slug, now) = (actor.clone(), slug.to_owned(), self.0.now());
        let put = self
            .0
            .write(move |tx| Box::pin(async move { put(tx, &actor, &slug, request, now).await }))
            .await?;
        self.0.reschedule();
        Ok(put)
    }

    /// As [`put_rollback_plan`], in a transaction of its own. A hook the guard would refuse is
    /// refused here, not on the day it is needed.
    ///
    /// # Errors
    /// As [`put_rollback_plan`], and where the hook may not be called from here.
    pub async fn put_rollback_plan(
        self,
        actor: &Actor,
        slug: &str,
        environment: &str,
        request: PlanRequest,
    ) -> Result<(), Error> {
        let (actor, slug, environment, now) =
            (actor.clone(), slug.to_owned(), environment.to_owned(), self.0.now());
        // Whether a name has an address is told only to those who may have one called.
        authorize(&actor, Permission::Configure, Some(&slug))?;
        if let HookRequest::Call(url) = &request.hook
            && let Ok(url) = Url::parse(url.trim())
            && let Some(why) = self.0.outbound().refusal(&url).await
        {
            return Err(Error::field("/hook_url", format!("would not be called: {why}")));
        }
        self.0
            .write(move |tx| {
                Box::pin(async move {
                    put_rollback_plan(tx, &actor, &slug, &environment, request, now).await
                })
            })
            .await
    }
}

fn merge(
    before: Option<Service>,
    slug: &str,
    request: &ServiceRequest,
    now: chrono::DateTime<chrono::Utc>,
) -> Service {
    let before = before.unwrap_or_else(|| Service {
        id: ServiceId(new_id()),
        slug: slug.to_owned(),
        name: String::new(),
        description: String::new(),
        owners: String::new(),
        tier: String::new(),
        targets: usual_targets(),
        version_source: None,
        created_at: now,
        updated_at: now,
    });
    let or = |new: &Option<String>, old: String| new.clone().unwrap_or(old);
    Service {
        name: request.name.trim().to_owned(),
        description: or(&request.description, before.description),
        owners: or(&request.owners, before.owners),
        tier: or(&request.tier, before.tier),
        targets: match &request.targets {
            None => before.targets,
            Some(targets) => targets
                .iter()
                .map(|target| Target {
                    name: target.name.clone(),
                    path: target.path.clone(),
                    target_ms: target.target_ms,
                    assumed: false,
                })
                .collect(),
        },
        version_source: match &request.version_source {
            None => before.version_source,
            // It was read when it was checked.
            Some(source) => source.as_ref().and_then(|source| {
                let name = source.name.trim().to_owned();
                Some(VersionSource { from: part(source).ok()?, name, min_share: source.min_share })
            }),
        },
        updated_at: now,
        ..before
    }
}

/// What a new service is held to until its team says otherwise.
fn usual_targets() -> Vec<Target> {
    [("home", "/", 500), ("login", "/login", 500), ("health", "/health", 300)]
        .into_iter()
        .map(|(name, path, target_ms)| Target {
            name: name.into(),
            path: path.into(),
            target_ms,
            assumed: true,
        })
        .collect()
}
