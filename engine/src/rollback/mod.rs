//! Rolling back, and rehearsing it.

use chrono::{DateTime, Utc};
use domain::{
    actor::Actor,
    event::Event,
    ids::{DeliveryId, DeploymentId, RehearsalId},
    permissions::{Permission, authorize},
    rehearsal::{Rehearsal, RehearsalFact},
    rollback::{HookState, Rollback},
    validate,
    watch::WatchState,
};
use serde::{Deserialize, Serialize};
use store::{
    Tx,
    deliveries::ROLLBACK_HOOK,
    deployments, rehearsals, rollbacks,
    runs::{close, signed_in},
    services,
};

use crate::{
    Error,
    audit::entry,
    deliveries,
    error::ValidationErrors,
    handle::handle,
    idempotency::{Committed, Idempotency},
    ids::new_id,
    people::as_now,
    runs::{evaluate_open, revoke_where_failed, rollback_target, update_verdict},
    services::find::find_service,
};

handle! {
    /// The use cases of rollback.
    rollback: Rollbacks
}

/// Why to roll back.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RollbackRequest {
    /// Why, in a sentence.
    #[schema(min_length = 1, max_length = 1000)]
    pub reason: String,
}

/// A rollback as the API answers it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct RollbackView {
    /// The deployment that is rolled back.
    #[schema(value_type = uuid::Uuid)]
    pub deployment: DeploymentId,
    /// The version to restore, where one was signed off before.
    pub target_version: Option<String>,
    /// The command a person runs, where the plan has one.
    pub command: Option<String>,
    /// `none` (a person runs the command) or `pending` (the plan's hook is being called).
    pub hook: String,
    /// What the hook is sent as: the `Idempotency-Key` by which its receiver tells repeats.
    #[schema(value_type = Option<uuid::Uuid>)]
    pub delivery: Option<DeliveryId>,
    /// What happens next, in a sentence.
    pub message: String,
}

/// A rehearsal to be written down.
#[derive(Debug, Clone)]
pub struct NewRehearsal {
    /// Where it was done.
    pub environment: String,
    /// The version it restored.
    pub version: String,
    /// When.
    pub at: DateTime<Utc>,
    /// How long it took, in seconds.
    pub duration_s: i64,
    /// Whether it worked.
    pub worked: bool,
    /// What was noticed.
    pub notes: String,
}

/// Writes a rehearsal down and judges the open runs of that service again.
///
/// # Errors
/// Where the actor may not, a field is at fault, or the service is unknown.
pub async fn record_rehearsal(
    tx: &mut Tx,
    actor: &Actor,
    slug: &str,
    new: NewRehearsal,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    authorize(actor, Permission::RecordRehearsal, Some(slug))?;
    let mut faults = ValidationErrors::default();
    faults.note("/version", validate::version(&new.version));
    faults.note("/at", validate::not_future(new.at, now));
    if !(0..=604_800).contains(&new.duration_s) {
        faults.note("/duration_s", Err("must be 0 to 604800 seconds".into()));
    }
    faults.note("/notes", validate::text(&new.notes, 5_000));
    faults.into_result()?;
    let service = find_service(tx, slug).await?;
    let environments = services::environments_of(tx, service.id).await?;
    if !environments.iter().any(|known| known.environment == new.environment) {
        return Err(Error::field("/environment", "names no environment of this service"));
    }
    entry(actor, now, "service.rehearse", "service", slug)
        .says(format!(
            "recorded a rehearsal of the rollback to {} on {}",
            new.version, new.environment
        ))
        .with("duration_s", new.duration_s)
        .with("worked", new.worked)
        .record(tx);
    let record = Rehearsal {
        id: RehearsalId(new_id()),
        service_id: service.id,
        fact: RehearsalFact {
            at: new.at,
            version: new.version,
            worked: new.worked,
            duration_s: new.duration_s,
            environment: new.environment,
        },
        notes: new.notes,
        recorded_by: actor.name().to_owned(),
        recorded_at: now,
    };
    rehearsals::insert(tx, record).await?;
    for known in environments {
        evaluate_open(tx, service.id, &known.environment, now).await?;
        let signed = signed_in(tx, service.id, &known.environment).await?;
        if let Some(signed) = signed.filter(|run| run.can_be_revoked(now)) {
            revoke_where_failed(tx, &signed, now).await?;
        }
    }
    Ok(())
}

/// Rolls a deployment back: closes its watch and has the plan's hook called, which is written
/// down in the same transaction. Needs no sign-off.
///
/// # Errors
/// Where the actor may not, the reason is missing, or it was rolled back or superseded before.
pub async fn trigger(
    tx: &mut Tx,
    actor: &Actor,
    id: DeploymentId,
    request: RollbackRequest,
    now: DateTime<Utc>,
) -> Result<RollbackView, Error> {
    authorize(actor, Permission::RollBack, None)?;
    let mut faults = ValidationErrors::default();
    faults.note("/reason", validate::line(&request.reason, 1_000));
    faults.into_result()?;
    let Some(deployment) = deployments::by_id(tx, id).await? else {
        return Err(Error::not_found("deployment", id));
    };
    let actor = &as_now(tx, actor).await?;
    authorize(actor, Permission::RollBack, Some(&deployment.service))?;
    if !deployment.state.may_become(WatchState::RolledBack) {
        return Err(Error::conflict(format!(
            "This deployment is {} already, so it cannot be rolled back.",
            deployment.state.label().to_lowercase()
        )));
    }
    let (service, environment) = (deployment.service_id, &deployment.environment);
    let runs = deployments::running(tx, service, environment).await?;
    if let Some(runs) = runs.filter(|runs| runs.id != id) {
        return Err(Error::conflict(format!(
            "{} runs on {environment} now, so this one cannot be rolled back. \
             Roll that one back.",
            runs.version
        )));
    }
    let plan = services::rollback_plan(tx, deployment.service_id, &deployment.environment)
        .await?
        .unwrap_or_default();
    let target = rollback_target(tx, &deployment).await?;
    let target_version = target.map(|target| target.version);
    let has_hook = plan.hook_url.is_some();
    let state = if has_hook { HookState::Pending } else { HookState::None };
    let record = Rollback {
        deployment_id: id,
        reason: request.reason.clone(),
        triggered_by: actor.name().to_owned(),
        at: now,
        target_version: target_version.clone(),
        hook_state: state,
        hook_sentence: String::new(),
        hook_at: None,
    };
    rollbacks::insert(tx, record).await?;
    close(tx, id.into(), WatchState::RolledBack, now).await?;
    let closed =
        domain::deployment::Deployment { state: WatchState::RolledBack, ..deployment.clone() };
    update_verdict(tx, &closed.run(), now).await?;
    let to = target_version.as_deref().unwrap_or("the version before");
    let cause = entry(actor, now, "deployment.roll_back", "deployment", id)
        .deployment(id)
        .says(format!("rolled back to {to}: {}", request.reason))
        .with("hook", state.as_str())
        .record(tx);
    let mut delivery = None;
    if has_hook {
        let repeatable = plan.hook_repeatable;
        let sent = deliveries::dispatch(tx, cause, ROLLBACK_HOOK, id, repeatable, now);
        delivery = Some(sent.await?);
    }
    tx.publish(Event::run_changed(id));
    let command = (!plan.command.trim().is_empty()).then_some(plan.command);
    let message = match (has_hook, &command) {
        (true, _) => format!("The plan's hook is being called to restore {to}."),
        (false, Some(_)) => format!("Run the plan's command to restore {to}."),
        (false, None) => {
            format!("There is no rollback plan here: restore {to} by hand and announce it.")
        }
    };
    Ok(RollbackView {
        deployment: id,
        target_version,
        command,
        hook: state.as_str().into(),
        delivery,
        message,
    })
}

impl Rollbacks<'_> {
    /// As [`trigger`], in a transaction of its own.
    ///
    /// # Errors
    /// As [`trigger`].
    pub async fn trigger(
        self,
        actor: &Actor,
        id: DeploymentId,
        request: RollbackRequest,
        idempotency: Option<Idempotency<RollbackView>>,
    ) -> Result<Committed<RollbackView>, Error> {
        let (actor, now) = (actor.clone(), self.0.now());
        let committed = self
            .0
            .write_once(idempotency, move |tx| {
                Box::pin(async move { trigger(tx, &actor, id, request, now).await })
            })
            .await?;
        if let Committed::Now(_) = committed {
            // Where nobody gets here, the scheduler finds out by itself a little later.
            self.0.reschedule();
        }
        Ok(committed)
    }

    /// As [`record_rehearsal`], in a transaction of its own.
    ///
    /// # Errors
    /// As [`record_rehearsal`].
    pub async fn record_rehearsal(
        self,
        actor: &Actor,
        slug: &str,
        new: NewRehearsal,
    ) -> Result<(), Error> {
        let (actor, slug, now) = (actor.clone(), slug.to_owned(), self.0.now());
        self.0
            .write(move |tx| {
                Box::pin(async move { record_rehearsal(tx, &actor, &slug, new, now).await })
            })
            .await
    }
}
