//! What a rollback plan's hook is sent, made from rows: the same each time it is sent.

use domain::delivery::Delivery;
use integrations::Webhook;
use store::{Connection, StoreError, Tx, deliveries, deployments, rollbacks, services};

/// The message of a delivery, to where the plan says now; or why it is not sent, in a sentence.
/// What stands in the way of one delivery must not hold up the others.
pub(super) async fn compose(
    tx: &mut Tx,
    delivery: &mut Delivery,
) -> Result<Result<Webhook, String>, StoreError> {
    match read(tx, delivery).await {
        Ok(Ok((webhook, repeatable))) => {
            if delivery.repeatable && !repeatable {
                deliveries::set_not_repeatable(tx, delivery.id).await?;
                delivery.repeatable = false;
            }
            Ok(Ok(webhook))
        }
        Ok(Err(why)) => Ok(Err(why)),
        Err(error @ StoreError::Corrupt { .. }) => {
            tracing::error!(%error, delivery = %delivery.id, "a delivery cannot be composed");
            Ok(Err("What it is made of cannot be read, so the hook was not called.".into()))
        }
        Err(error) => Err(error),
    }
}

/// The message, and whether its receiver tells repeats.
async fn read(
    link: &mut Connection,
    delivery: &Delivery,
) -> Result<Result<(Webhook, bool), String>, StoreError> {
    let id = delivery.deployment_id;
    let Some(deployment) = deployments::by_id(link, id).await? else {
        return Ok(Err("The deployment is gone, so the hook was not called.".into()));
    };
    let Some(rollback) = rollbacks::of_deployment(link, id).await? else {
        return Ok(Err("The rollback is gone, so the hook was not called.".into()));
    };
    let (service, environment) = (deployment.service_id, &deployment.environment);
    // What the hook would take off is not there any more, or it has done its work.
    let runs = deployments::running(link, service, environment).await?;
    if let Some(newer) = runs.filter(|runs| runs.id != id && runs.created_at > rollback.at) {
        return Ok(Err(format!(
            "{} was announced on {environment} meanwhile, so the hook was not called.",
            newer.version
        )));
    }
    let plan = services::rollback_plan(link, service, environment).await?;
    let repeatable = plan.as_ref().is_some_and(|plan| plan.hook_repeatable);
    let Some(url) = plan.and_then(|plan| plan.hook_url) else {
        return Ok(Err("The plan has no hook any more, so none was called.".into()));
    };
    let body = serde_json::json!({
        "event": "rollback",
        "delivery": delivery.id,
        "deployment": id,
        "service": deployment.service,
        "environment": environment,
        "version": deployment.version,
        "target_version": rollback.target_version,
        // The same again: whoever reads only `version` would put back what was taken off.
        "from_version": deployment.version,
        "to_version": rollback.target_version,
        "reason": rollback.reason,
        "triggered_by": rollback.triggered_by,
    });
    let webhook = Webhook { url, key: delivery.id.to_string(), body: body.to_string() };
    Ok(Ok((webhook, repeatable)))
}
