//! What a test report says about a release, whatever tool wrote it.
//!
//! A report with no test in it proves nothing and is undecided, never passed.

mod case_set;
mod tally;
mod types;

pub use case_set::{CasePath, CaseSet};
pub use tally::{Tally, TestOutcome, one_line, within_bounds};
pub use types::{CaseFailure, MAX_FAILURES, ReportFormat, ReportSummary, ReportVerdict};
