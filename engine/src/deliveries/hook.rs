//! What a rollback plan's hook is sent, made from rows: the same each time it is sent.

use domain::delivery::Delivery;
use integrations::Webhook;
use store::{Connection, StoreError, deployments, rollbacks, services};

/// The message of a delivery, to where the plan says now; or why it is not sent, in a sentence.
pub(super) async fn compose(
    link: &mut Connection,
    delivery: &Delivery,
) -> Result<Result<Webhook, String>, StoreError> {
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
    if let Some(newer) = runs.filter(|runs| runs.id != id && runs.deployed_at > rollback.at) {
        return Ok(Err(format!(
            "{} was announced on {environment} meanwhile, so the hook was not called.",
            newer.version
        )));
    }
    let plan = services::rollback_plan(link, service, environment).await?;
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
        "reason": rollback.reason,
        "triggered_by": rollback.triggered_by,
    });
    Ok(Ok(Webhook { url, key: delivery.id.to_string(), body: body.to_string() }))
}
