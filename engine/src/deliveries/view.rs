//! A delivery as a page shows it.

use domain::{
    actor::Actor,
    delivery::{Attempt, Delivery, DeliveryState},
    ids::DeploymentId,
    permissions::{Permission, authorize},
};
use store::{
    Connection, StoreError,
    deliveries::{self, ROLLBACK_HOOK},
};

/// A delivery with its attempts.
#[derive(Debug, Clone)]
pub struct DeliveryNow {
    /// The delivery.
    pub record: Delivery,
    /// Its attempts, in their order.
    pub attempts: Vec<Attempt>,
    /// Whether the reader may have it sent again.
    pub may_redeliver: bool,
}

/// The hook of a deployment's rollback.
pub(crate) async fn of_deployment(
    link: &mut Connection,
    deployment: DeploymentId,
    service: &str,
    actor: &Actor,
) -> Result<Option<DeliveryNow>, StoreError> {
    let Some(record) = deliveries::of_deployment(link, deployment, ROLLBACK_HOOK).await? else {
        return Ok(None);
    };
    let attempts = deliveries::attempts(link, record.id).await?;
    let may_redeliver = matches!(record.state, DeliveryState::Failed | DeliveryState::Unknown)
        && authorize(actor, Permission::RollBack, Some(service)).is_ok();
    Ok(Some(DeliveryNow { record, attempts, may_redeliver }))
}
