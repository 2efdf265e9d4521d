//! Leaks that were closed and of which nobody has said what was rotated.

use domain::{
    ids::ItemId,
    leak::{ClosedLeak, is_looked_for_by},
    measurement::Phase,
    run::Run,
};
use store::{Connection, StoreError, measurements, runs::settled_leaks};

use super::CheckNow;

/// The leak that a check of an item saw in this run, where it is closed and not settled.
pub(crate) async fn unsettled_leak(
    link: &mut Connection,
    run: &Run,
    item: ItemId,
    now: &CheckNow,
) -> Result<Option<ClosedLeak>, StoreError> {
    let closed = now.newest.as_ref().is_some_and(|seen| seen.phase == Phase::Successful);
    if !closed || !is_looked_for_by(now.check.spec.kind()) {
        return Ok(None);
    }
    let failures = measurements::failures(link, now.check.id, run.opened_at).await?;
    let Some((first, last, times)) = failures else { return Ok(None) };
    let leak = ClosedLeak { first, last, times };
    let settled = settled_leaks::last(link, item).await?;
    Ok(Some(leak).filter(|leak| leak.is_unsettled(settled)))
}
