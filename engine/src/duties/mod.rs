//! Duties: recurring runbooks of services, switched on once; each run opens at its time, is worked
//! like that of a deployment and signed off.

mod judge;
mod open;
mod put;
mod results;
mod sign;
mod speak;
mod view;
mod waive;

use domain::ids::DutyRunId;
use store::{
    Tx,
    duties::{self, DutyItem, DutyRecord, DutyRun},
};

pub use put::DutyRequest;
pub use sign::SignedOff;
pub use view::{BoxNow, BoxView, DutiesPage, DutyNow, DutyRunPage, DutyView};

pub(crate) use view::waiting;

use crate::Refusal;

/// A run with its duty, where it is open.
async fn find_open(tx: &mut Tx, id: DutyRunId) -> Result<(DutyRecord, DutyRun), Refusal> {
    let Some(run) = duties::run_by_id(tx, id).await? else {
        return Err(Refusal::not_found("run of a duty", id));
    };
    if run.closed_at.is_some() {
        return Err(Refusal::conflict("This run is done: it no longer changes."));
    }
    let Some(duty) = duties::by_id(tx, run.duty_id).await? else {
        return Err(Refusal::not_found("duty of this run", id));
    };
    if duty.retired_at.is_some() {
        let said = "This duty is switched off. Switch it on again to go on with its run.";
        return Err(Refusal::conflict(said));
    }
    Ok((duty, run))
}

/// A box of an open run.
async fn find(
    tx: &mut Tx,
    id: DutyRunId,
    key: &str,
) -> Result<(DutyRecord, DutyRun, DutyItem), Refusal> {
    let (duty, run) = find_open(tx, id).await?;
    match duties::item(tx, id, key).await? {
        Some(item) => Ok((duty, run, item)),
        None => Err(Refusal::not_found("item in this run with the key", key)),
    }
}
