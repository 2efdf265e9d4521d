//! Leaks of which nobody has said what was rotated.

use domain::{
    leak::{Leak, is_looked_for_by},
    measurement::Phase,
};
use store::leaks::Leaks;

use super::CheckNow;

/// The leak that waits on a box, where none of the checks bound to it still sees one. Whether a check
/// of it looks for leaks now does not matter: what leaked stays with the box, whatever became of the
/// check that saw it, and in the next run.
pub(crate) fn unsettled_leak(leaks: &Leaks, key: &str, bound: &[CheckNow]) -> Option<Leak> {
    let sees = |now: &CheckNow| {
        let newest = now.newest.as_ref();
        is_looked_for_by(now.check.spec.kind())
            && newest.is_some_and(|seen| seen.phase == Phase::Failed)
    };
    if bound.iter().any(sees) { None } else { leaks.get(key).copied() }
}
