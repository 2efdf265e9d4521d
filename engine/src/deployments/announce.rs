//! Announcing a deployment: version V of service S is on environment E. A run opens from the
//! runbook that fits.

use chrono::{DateTime, Duration, SubsecRound as _, Utc};
use domain::{
    actor::Actor,
    deployer::meant_by,
    deployment::{ANNOUNCED_WITHIN, Deployment, DeploymentKind, Strategy},
    event::Event,
    ids::{DeploymentId, PersonId, ReleaseId},
    permissions::{Permission, authorize},
    release::Release,
    runbook::{ItemTemplate, RunbookVersion},
    service::{Service, ServiceEnvironment, plain_on_purpose},
    validate,
    verdict::Verdict,
    watch::WatchState,
};
use serde::Deserialize;
use store::{Tx, deployments, people, releases, runs, services};

use super::{
    DeploymentView, Deployments,
    choose::{choose_runbook, kind_of},
    view,
};
use crate::{
    Error,
    audit::entry,
    error::ValidationErrors,
    idempotency::{Committed, Idempotency},
    ids::{new_id, new_id_at},
    runs::{open_items, update_verdict},
};

/// An announcement.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AnnounceRequest {
    /// The service's slug.
    #[schema(min_length = 1, max_length = 64)]
    pub service: String,
    /// The environment's slug.
    #[schema(min_length = 1, max_length = 64)]
    pub environment: String,
    /// The version that was installed.
    #[schema(min_length = 1, max_length = 128)]
    pub version: String,
    /// The commit it was built from.
    #[serde(default)]
    #[schema(max_length = 128)]
    pub commit: Option<String>,
    /// The digest of what was installed.
    #[serde(default)]
    #[schema(max_length = 256)]
    pub artifact_digest: Option<String>,
    /// Why; `first` where the service has no deployment in that environment, else `subsequent`.
    #[serde(default)]
    #[schema(value_type = Option<String>, pattern = "^(first|subsequent|hotfix|vendor_sync|rollback)$")]
    pub kind: Option<DeploymentKind>,
    /// How; `rolling` where absent.
    #[serde(default)]
    #[schema(value_type = Option<String>, pattern = "^(rolling|blue_green|canary|recreate)$")]
    pub strategy: Option<Strategy>,
    /// When it was installed; now where absent.
    #[serde(default)]
    pub deployed_at: Option<DateTime<Utc>>,
    /// Who installed it: a name or the e-mail address of a person here.
    #[serde(default)]
    #[schema(max_length = 120)]
    pub deployed_by: Option<String>,
    /// The pipeline's page.
    #[serde(default)]
    #[schema(max_length = 2048)]
    pub url: Option<String>,
    /// What is in it.
    #[serde(default)]
    #[schema(max_length = 10000)]
    pub notes: Option<String>,
    /// The runbook to use, where not the one that fits the kind.
    #[serde(default)]
    #[schema(max_length = 64)]
    pub runbook: Option<String>,
}

impl Deployments<'_> {
    /// Announces a deployment; answers it.
    ///
    /// # Errors
    /// Where the token may not, a field is at fault, the service or environment is unknown, the
    /// same version is being watched there already, or no runbook fits.
    pub async fn announce(
        self,
        actor: &Actor,
        request: AnnounceRequest,
        idempotency: Option<Idempotency<DeploymentView>>,
    ) -> Result<Committed<DeploymentView>, Error> {
        let now = self.0.now();
        let base_url = self.0.options().base_url.clone();
        let actor = actor.clone();
        let committed = self
            .0
            .write_once(idempotency, move |tx| {
                Box::pin(async move {
                    let id = announce(tx, &actor, request, now).await?;
                    view::load(tx, id, &base_url, now).await
                })
            })
            .await?;
        if let Committed::Now(_) = committed {
            self.0.reschedule();
        }
        Ok(committed)
    }

    /// Announces from the pages; answers the deployment.
    ///
    /// # Errors
    /// As [`announce`](Self::announce).
    pub async fn announce_by_hand(
        self,
        actor: &Actor,
        request: AnnounceRequest,
    ) -> Result<DeploymentId, Error> {
        Ok(self.announce(actor, request, None).await?.now()?.id)
    }
}

fn check(request: &AnnounceRequest, now: DateTime<Utc>) -> Result<(), Error> {
    let mut faults = ValidationErrors::default();
    faults.note("/version", validate::version(&request.version));
    if let Some(commit) = &request.commit {
        faults.note("/commit", validate::version(commit));
    }
    if let Some(digest) = &request.artifact_digest {
        faults.note("/artifact_digest", validate::line(digest, 256));
    }
    if let Some(at) = request.deployed_at {
        faults.note("/deployed_at", validate::not_future(at, now));
        if at < now - Duration::days(30) {
            faults.note("/deployed_at", Err("lies more than 30 days back".into()));
        }
    }
    if let Some(by) = &request.deployed_by {
        faults.note("/deployed_by", validate::line(by, 120));
    }
    if let Some(url) = &request.url {
        faults.note("/url", validate::http_url(url));
    }
    if let Some(notes) = &request.notes {
        faults.note("/notes", validate::text(notes, 10_000));
    }
    faults.into_result()
}

/// As [`Deployments::announce`], in a transaction of the caller's; answers the deployment.
///
/// # Errors
/// As [`Deployments::announce`].
pub async fn announce(
    tx: &mut Tx,
    actor: &Actor,
    request: AnnounceRequest,
    now: DateTime<Utc>,
) -> Result<DeploymentId, Error> {
    authorize(actor, Permission::Announce, Some(&request.service))?;
    check(&request, now)?;
    let service = place(tx, &request).await?;
    let before = deployments::watching(tx, service.id, &request.environment).await?;
    if let Some(open) = &before
        && open.version == request.version
    {
        return Err(Error::conflict(format!(
            "{} is being watched on {} already, as deployment {}. Sign it off or roll it back \
             before announcing the same version again.",
            open.version, open.environment, open.id
        )));
    }
    let kind = kind_of(tx, service.id, &request).await?;
    let runbook = choose_runbook(tx, &request, kind).await?;
    // The scheduler reads the time of the announcement out of it.
    let id = DeploymentId(new_id_at(now));
    // A sender's clock may be ahead of ours: nothing was deployed later than now.
    let mut deployed_at = request.deployed_at.unwrap_or(now).min(now).trunc_subsecs(6);
    // Whatever ran there is replaced, also where its own watch ended long ago.
    let replaces = deployments::running(tx, service.id, &request.environment).await?;
    // One that was rolled back ran there as well.
    let last = deployments::newest(tx, service.id, &request.environment).await?;
    if let Some(last) = &last {
        // The one that is announced later was deployed later, also where our own clock was put back.
        if last.deployed_at == deployed_at || last.deployed_at > now {
            deployed_at = last.deployed_at + Duration::microseconds(1);
        }
        if last.deployed_at > deployed_at {
            let said = format!(
                "lies before {}, which was deployed there {}",
                last.version, last.deployed_at
            );
            return Err(Error::field("/deployed_at", said));
        }
    }
    if let Some(last) = last.filter(|_| deployed_at < now - ANNOUNCED_WITHIN) {
        return Err(Error::field(
            "/deployed_at",
            format!(
                "lies more than an hour back, and {} ran there: what was measured since may be of \
                 that one. Leave it out; the watch then begins now",
                last.version
            ),
        ));
    }
    if let Some(open) = &before {
        // The open one leaves its place first: there is room for one open watch.
        runs::close(tx, open.id.into(), WatchState::Superseded, now).await?;
    }
    let record = record(
        tx,
        actor,
        &service,
        &runbook,
        &request,
        Opening { id, kind, deployed_at, now, replaces: replaces.map(|running| running.id) },
    )
    .await?;
    deployments::insert(tx, record.clone()).await?;
    if let Some(open) = &before {
        deployments::set_superseded_by(tx, open.id, id).await?;
        let closed = Deployment { state: WatchState::Superseded, ..open.clone() };
        update_verdict(tx, &closed.run(), now).await?;
        entry(actor, now, "deployment.supersede", "deployment", open.id)
            .deployment(open.id)
            .says(format!("{} took its place", request.version))
            .with("by", id.to_string())
            .record(tx);
        tx.publish(Event::run_changed(open.id));
    }
    let places = services::environments_of(tx, service.id).await?;
    let place = places.iter().find(|place| place.environment == record.environment);
    let plain = place.and_then(ServiceEnvironment::plain_http);
    let not_required = |item: &ItemTemplate| {
        let because = item.not_required_because(kind, &record.environment);
        because.or_else(|| plain.filter(|_| item.asks_for_https_alone()).map(plain_on_purpose))
    };
    let templates = &runbook.content.items;
    open_items(tx, &service, &record.run(), templates, not_required, now).await?;
    entry(actor, now, "deployment.announce", "deployment", id)
        .deployment(id)
        .says(format!("announced {} on {}", request.version, request.environment))
        .with("kind", kind.as_str())
        .with("runbook", format!("{} v{}", runbook.content.slug, runbook.number))
        .with("deployed_by", record.deployed_by.clone())
        .with("deployers", record.deployers.iter().map(ToString::to_string).collect::<Vec<_>>())
        .record(tx);
    tx.publish(Event::run_changed(id));
    Ok(id)
}

/// The service, where it exists and runs in that environment.
async fn place(tx: &mut Tx, request: &AnnounceRequest) -> Result<Service, Error> {
    let Some(service) = services::by_slug(tx, &request.service).await? else {
        return Err(Error::field(
            "/service",
            "names no service here; create it with PUT /api/v1/services/{slug} or on the page \
             Services",
        ));
    };
    let environments = services::environments_of(tx, service.id).await?;
    if environments.iter().any(|known| known.environment == request.environment) {
        return Ok(service);
    }
    let known: Vec<_> = environments.into_iter().map(|known| known.environment).collect();
    Err(Error::field(
        "/environment",
        if known.is_empty() {
            "names no environment of this service; it has none yet, add one on its page".into()
        } else {
            format!("names no environment of this service; it has {}", known.join(", "))
        },
    ))
}

struct Opening {
    id: DeploymentId,
    kind: DeploymentKind,
    deployed_at: DateTime<Utc>,
    now: DateTime<Utc>,
    replaces: Option<DeploymentId>,
}

async fn record(
    tx: &mut Tx,
    actor: &Actor,
    service: &Service,
    runbook: &RunbookVersion,
    request: &AnnounceRequest,
    opening: Opening,
) -> Result<Deployment, Error> {
    let deployed_by = request.deployed_by.clone().unwrap_or_else(|| actor.name().to_owned());
    let deployers = deployers(tx, actor, &deployed_by).await?;
    let notes = request.notes.clone().unwrap_or_default();
    let release = Release {
        id: ReleaseId(new_id()),
        service_id: service.id,
        version: request.version.clone(),
        commit_sha: request.commit.clone(),
        artifact_digest: request.artifact_digest.clone(),
        notes: notes.clone(),
        created_at: opening.now,
    };
    let release_id = releases::put(tx, release).await?;
    let window = i64::try_from(runbook.content.watch_s).ok().and_then(Duration::try_seconds);
    let Some(window) = window else {
        return Err(Error::conflict("The runbook's watch is too long. Shorten it."));
    };
    let required = runbook.content.items.iter().filter(|item| item.required).count();
    let required = i64::try_from(required).unwrap_or(i64::MAX);
    Ok(Deployment {
        id: opening.id,
        service_id: service.id,
        service: service.slug.clone(),
        environment: request.environment.clone(),
        release_id,
        version: request.version.clone(),
        kind: opening.kind,
        strategy: request.strategy.unwrap_or(Strategy::Rolling),
        state: WatchState::Watching,
        verdict: Verdict::Undecided,
        reason: String::new(),
        open_items: required,
        waived_items: 0,
        required_items: required,
        deployed_at: opening.deployed_at,
        deployed_by,
        deployers,
        announced_by: actor.name().to_owned(),
        url: request.url.clone(),
        notes,
        // Nobody watched what was deployed long before it was announced.
        watch_ends_at: opening.deployed_at.max(opening.now - ANNOUNCED_WITHIN) + window,
        runbook_version_id: runbook.id,
        runbook_slug: runbook.content.slug.clone(),
        runbook_number: runbook.number,
        sign_off_required: runbook.content.sign_off.clone(),
        replaces_id: opening.replaces,
        superseded_by_id: None,
        signed_alone: false,
        closed_at: None,
        revoked: None,
        created_at: opening.now,
    })
}

/// Who deployed: everyone the text may mean, and whoever announces by hand, whomever they name.
async fn deployers(tx: &mut Tx, actor: &Actor, named: &str) -> Result<Vec<PersonId>, Error> {
    let mut deployers = meant_by(named, &people::all(tx).await?);
    if let Actor::Person(person) = actor
        && !deployers.contains(&person.id)
    {
        deployers.push(person.id);
    }
    Ok(deployers)
}
