//! Having a hook sent again, by a person who has looked.

use chrono::{DateTime, Utc};
use domain::{
    actor::Actor,
    delivery::{DeliveryState, REPEATED_FOR},
    event::Event,
    ids::DeploymentId,
    permissions::{Permission, authorize},
    rollback::HookState,
};
use store::{
    Tx,
    deliveries::{self, ROLLBACK_HOOK},
    deployments, rollbacks, services,
};

use super::Deliveries;
use crate::{Error, audit::entry};

/// Has the hook of a rollback sent again, with the key it had: to where the plan says now, and
/// for as long as the first time.
///
/// # Errors
/// Where the actor may not, there is nothing to send, or it has not failed.
pub async fn redeliver(
    tx: &mut Tx,
    actor: &Actor,
    id: DeploymentId,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    authorize(actor, Permission::RollBack, None)?;
    let Some(deployment) = deployments::by_id(tx, id).await? else {
        return Err(Error::not_found("deployment", id));
    };
    authorize(actor, Permission::RollBack, Some(&deployment.service))?;
    let Some(mut one) = deliveries::of_deployment(tx, id, ROLLBACK_HOOK).await? else {
        return Err(Error::conflict("No hook was called for this deployment."));
    };
    match one.state {
        DeliveryState::Failed | DeliveryState::Unknown => {}
        DeliveryState::Delivered => {
            return Err(Error::conflict("The hook answered already."));
        }
        DeliveryState::Pending | DeliveryState::Sending => {
            return Err(Error::conflict("The hook is being called already."));
        }
    }
    let (service, environment) = (deployment.service_id, &deployment.environment);
    let plan = services::rollback_plan(tx, service, environment).await?;
    let Some(plan) = plan.filter(|plan| plan.hook_url.is_some()) else {
        return Err(Error::conflict(
            "The plan has no hook any more. Write one into it, or roll back by hand.",
        ));
    };
    one.repeatable = plan.hook_repeatable;
    one.state = DeliveryState::Pending;
    one.rounds_before = one.attempts;
    one.lost = false;
    one.next_at = Some(now);
    one.repeat_until = now + REPEATED_FOR;
    one.answer = String::new();
    one.settled_at = None;
    deliveries::set(tx, &one).await?;
    rollbacks::set_hook(tx, id, HookState::Pending, String::new(), now).await?;
    entry(actor, now, "deployment.redeliver", "deployment", id)
        .deployment(id)
        .says("had the rollback's hook called again")
        .with("delivery", one.id.to_string())
        .record(tx);
    tx.publish(Event::run_changed(id));
    Ok(())
}

impl Deliveries<'_> {
    /// As [`redeliver`], in a transaction of its own.
    ///
    /// # Errors
    /// As [`redeliver`].
    pub async fn redeliver(self, actor: &Actor, id: DeploymentId) -> Result<(), Error> {
        let (actor, now) = (actor.clone(), self.0.now());
        self.0.write(move |tx| Box::pin(async move { redeliver(tx, &actor, id, now).await })).await
    }
}
