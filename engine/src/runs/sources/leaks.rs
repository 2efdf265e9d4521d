//! Leaks of which nobody has said what was rotated.

use domain::{
    item::Item,
    leak::{Leak, is_looked_for_by, is_looked_for_by_probe},
    measurement::Phase,
    run::Run,
};
use store::{Connection, StoreError, leaks};

use super::CheckNow;

/// The leak that waits on an item, where none of its checks still sees one. Whether a check of its
/// looks for leaks now does not matter: what leaked stays with the box, whatever became of the check
/// that saw it, and in the next run.
pub(crate) async fn unsettled_leak(
    link: &mut Connection,
    run: &Run,
    item: &Item,
    bound: &[CheckNow],
) -> Result<Option<Leak>, StoreError> {
    let looks = |now: &CheckNow| is_looked_for_by(now.check.spec.kind());
    let asked = item.probes.iter().any(|probe| is_looked_for_by_probe(probe));
    if !asked && !bound.iter().any(looks) {
        return Ok(None);
    }
    let seen = |now: &CheckNow| now.newest.as_ref().map(|seen| seen.phase);
    if bound.iter().any(|now| looks(now) && seen(now) == Some(Phase::Failed)) {
        return Ok(None);
    }
    leaks::unsettled(link, run.service_id, &run.environment, &item.key).await
}
