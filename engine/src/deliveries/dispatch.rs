//! Writing a delivery down in the act that causes it.

use chrono::{DateTime, Utc};
use domain::{
    delivery::Delivery,
    ids::{DeliveryId, DeploymentId},
};
use store::{StoreError, Tx, deliveries};

use crate::ids::new_id;

/// Has something about a deployment sent by a channel once the transaction is kept; `cause` is the
/// sequence number of the act's audit entry.
pub(crate) async fn dispatch(
    tx: &mut Tx,
    cause: i64,
    channel: &str,
    deployment: DeploymentId,
    repeatable: bool,
    now: DateTime<Utc>,
) -> Result<DeliveryId, StoreError> {
    let id = DeliveryId(new_id());
    let record = Delivery::new(id, cause, channel, deployment, repeatable, now);
    deliveries::insert(tx, record).await?;
    Ok(id)
}
