//! Acts on the boxes of a run.

mod report;
mod result;
mod tick;
mod waive;

use domain::ids::DeploymentId;
use store::{Tx, deployments::DeploymentRecord, items::ItemRecord};

pub use report::ReportAnswer;
pub(crate) use result::check as check_result;
pub use result::{ResultRequest, ResultStatus};
pub use tick::PersonAct;

use crate::Refusal;

/// The deployment and its box of that key.
async fn find(
    tx: &mut Tx,
    id: DeploymentId,
    key: &str,
) -> Result<(DeploymentRecord, ItemRecord), Refusal> {
    let Some(deployment) = tx.deployment(id).await? else {
        return Err(Refusal::not_found("deployment", id));
    };
    match tx.item(id, key).await? {
        Some(item) => Ok((deployment, item)),
        None => Err(Refusal::not_found("item in this run with the key", key)),
    }
}
