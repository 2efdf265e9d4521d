//! What must hold of every report that can be read.

use domain::reports::{ReportSummary, ReportVerdict};
use formats::reports::parse;

/// Reads a report; what can be read must add up, and what tested nothing must not pass.
///
/// # Panics
/// Where it does not.
pub fn check_report(bytes: &[u8]) {
    let Ok(summary) = parse(bytes, None) else { return };
    let ReportSummary { tests, passed, failed, errored, skipped, flaky, .. } = summary;
    assert_eq!(tests, passed + failed + errored + skipped + flaky);
    match summary.verdict {
        ReportVerdict::Passed => assert!(passed + flaky > 0 && failed + errored == 0),
        ReportVerdict::Failed => assert!(failed + errored > 0),
        ReportVerdict::Undecided => assert!(failed + errored == 0),
    }
}
